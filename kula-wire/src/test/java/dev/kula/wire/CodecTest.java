package dev.kula.wire;

import static dev.kula.wire.Same.assertSame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.kula.KulaException;
import dev.kula.KulaException.Blame;
import dev.kula.aggregate.BlockFloats;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import dev.kula.data.Lease;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.wire.v1.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code golden-1.txt} holds one of each kind of message, job and result, and settings: its name
 * and its bytes in hexadecimal. A change of the wire format needs another version, and another file
 * beside it. Each run writes what it would hold into {@code target/golden-1.txt}.
 */
final class CodecTest {
  private static final int GOLDEN_SEED = 1;

  static Map<String, byte[]> golden() throws IOException {
    Map<String, byte[]> golden = new TreeMap<>();
    try (InputStream in = CodecTest.class.getResourceAsStream("golden-1.txt")) {
      String text =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
      for (String line : text.lines().toList()) {
        String[] parts = line.split(" ", 2);
        golden.put(parts[0], HexFormat.of().parseHex(parts[1]));
      }
    }
    return golden;
  }

  static List<Map.Entry<String, byte[]>> entries() throws IOException {
    return List.copyOf(golden().entrySet());
  }

  @Test
  void everyKindComesBackBitForBit() {
    for (int seed = 0; seed < 60; seed++) {
      for (Map.Entry<String, Object> entry : Wholes.oneOfEach(seed).entrySet()) {
        byte[] bytes = Wholes.encode(entry.getValue());
        Object back = Wholes.decode(entry.getKey(), bytes);
        assertSame(entry.getValue(), back, entry.getKey());
        assertArrayEquals(bytes, Wholes.encode(back), entry.getKey());
      }
    }
  }

  @Test
  void theBytesOfVersion1AreAsTheyWere() throws IOException {
    StringBuilder text = new StringBuilder();
    Wholes.oneOfEach(GOLDEN_SEED)
        .forEach(
            (name, whole) ->
                text.append(name)
                    .append(' ')
                    .append(HexFormat.of().formatHex(Wholes.encode(whole)))
                    .append('\n'));
    Files.writeString(Path.of("target", "golden-1.txt"), text);
    StringBuilder golden = new StringBuilder();
    golden()
        .forEach(
            (name, bytes) ->
                golden
                    .append(name)
                    .append(' ')
                    .append(HexFormat.of().formatHex(bytes))
                    .append('\n'));
    assertEquals(golden.toString(), text.toString());
  }

  @ParameterizedTest
  @MethodSource("entries")
  void whatIsCutOffIsRefused(Map.Entry<String, byte[]> entry) {
    for (int length = 0; length < entry.getValue().length; length++) {
      takesOrRefuses(entry.getKey(), Arrays.copyOf(entry.getValue(), length));
    }
  }

  @ParameterizedTest
  @MethodSource("entries")
  void anyBitMayFlip(Map.Entry<String, byte[]> entry) {
    for (int bit = 0; bit < 8 * entry.getValue().length; bit++) {
      byte[] flipped = entry.getValue().clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      takesOrRefuses(entry.getKey(), flipped);
    }
  }

  private static void takesOrRefuses(String name, byte[] bytes) {
    try {
      Wholes.encode(Wholes.decode(name, bytes));
    } catch (KulaException refused) {
      assertEquals(Blame.REMOTE, refused.blame(), refused.getMessage());
    }
  }

  private static String refusal(Wire.Result result) {
    return refusal(result, Limits.defaults());
  }

  private static String refusal(Wire.Result result, Limits limits) {
    KulaException refused =
        assertThrows(
            KulaException.class, () -> JobCodec.decodeResult(result.toByteArray(), limits));
    assertEquals(Blame.REMOTE, refused.blame());
    return String.valueOf(refused.getMessage());
  }

  private static Wire.Result trained(Wire.Tensor delta) {
    return Wire.Result.newBuilder()
        .setTrained(
            Wire.Trained.newBuilder()
                .setUpdate(
                    Wire.Update.newBuilder().setDelta(delta).setWeight(1).setSteps(1).build()))
        .build();
  }

  @Test
  void lengthsMustFitAndBeWithinTheLimits() {
    Wire.Tensor tensor = Tensors.encode(new float[5]);
    assertEquals(
        "length of delta is 5, must be at most 4",
        refusal(trained(tensor), new Limits(4, 1, 10, 10, 1000)));
    assertEquals(
        "data of delta is 20 bytes, must be 4 for each of 6 numbers",
        refusal(trained(tensor.toBuilder().setLength(6).build())));
    assertEquals(
        "length of delta is 4294967295, must be below 2^31",
        refusal(trained(tensor.toBuilder().setLength(-1).build())));
    assertTrue(
        refusal(trained(tensor), new Limits(9, 1, 10, 10, 20)).startsWith("length of a result is"));
  }

  /** Updates alone come in fewer bits, and as many bytes as their length says. */
  @ParameterizedTest
  @ValueSource(ints = {8, 16})
  void roundedUpdatesTakeFewerBytes(int bits) {
    float[] delta = BlockFloats.rounded(new float[] {1.3f, -0.7f, 1e-3f}, bits);
    Wire.Tensor tensor = Tensors.compact(delta);
    assertEquals(BlockFloats.bytes(3, bits), tensor.getData().size());
    Result.Trained read = (Result.Trained) JobCodec.decodeResult(trained(tensor).toByteArray());
    assertArrayEquals(delta, read.update().orElseThrow().delta());
    assertTrue(
        refusal(trained(tensor.toBuilder().setLength(4).build())).contains("are no 4 numbers of"));
    assertEquals(
        Wire.Encoding.ENCODING_FLOAT32, Tensors.compact(new float[] {1, 1e-9f}).getEncoding());
  }

  @Test
  void unknownEncodingsKindsAndFieldsAreRefused() {
    Wire.Tensor tensor = Tensors.encode(new float[5]);
    assertEquals(
        "encoding of delta is 7, must be one of version 1 of the protocol",
        refusal(trained(tensor.toBuilder().setEncodingValue(7).build())));
    assertEquals(
        "kind of a result is left out, must be there", refusal(Wire.Result.getDefaultInstance()));
    UnknownFieldSet later =
        UnknownFieldSet.newBuilder()
            .addField(60, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    assertEquals(
        "a field of Tensor is 60, must be one of version 1 of the protocol",
        refusal(trained(tensor.toBuilder().setUnknownFields(later).build())));
  }

  @Test
  void whatRecordsForbidIsTheSendersMistake() {
    Wire.Result heavy =
        Wire.Result.newBuilder()
            .setTrained(
                Wire.Trained.newBuilder()
                    .setUpdate(
                        Wire.Update.newBuilder()
                            .setDelta(Tensors.encode(new float[1]))
                            .setWeight(Double.NaN)
                            .setSteps(1)))
            .build();
    assertTrue(refusal(heavy).contains("weight is NaN, must be from 2^-20 to 2^40"));
    assertTrue(
        refusal(
                Wire.Result.newBuilder()
                    .setTrained(Wire.Trained.newBuilder().setPasses(Double.NaN))
                    .build())
            .contains("passes is NaN, must be 0 or more and finite"));
  }

  @Test
  void partsAreCountedBeforeThereAreAny() {
    Wire.Result many =
        Wire.Result.newBuilder()
            .setSaid(
                Wire.Said.newBuilder()
                    .addAllEnvelopes(Collections.nCopies(50, Wire.Envelope.getDefaultInstance())))
            .build();
    assertEquals(
        "number of parts is over 50, must be at most that",
        refusal(many, new Limits(1, 1, 50, 1, 1000)));
  }

  @Test
  void aFieldMayNotComeTwice() {
    byte[] once = JobCodec.encode(new Job.Begin(3));
    byte[] twice = Arrays.copyOf(once, 2 * once.length);
    System.arraycopy(once, 0, twice, once.length, once.length);
    KulaException refused =
        assertThrows(KulaException.class, () -> JobCodec.decodeJob(twice, Limits.defaults()));
    assertEquals("Job.begin is there twice, must be there once", refused.getMessage());
  }

  @Test
  void timesAreWithinTheYearsOfTheProtocol() {
    Wire.Job job =
        Wire.Job.newBuilder()
            .setDeliver(
                Wire.Deliver.newBuilder().setNow(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)))
            .build();
    KulaException refused =
        assertThrows(KulaException.class, () -> JobCodec.decodeJob(job.toByteArray()));
    assertEquals(
        "seconds of now is 9223372036854775807, must be in the years 1 to 9999",
        refused.getMessage());
  }

  @Test
  void blocksAndSignaturesHaveTheirLengths() {
    Wire.Result result =
        Wire.Result.newBuilder()
            .setSaid(
                Wire.Said.newBuilder()
                    .addEnvelopes(
                        Wire.Envelope.newBuilder()
                            .setFrom("a")
                            .setTo("b")
                            .setMessage(
                                Wire.Message.newBuilder()
                                    .setVisited(
                                        Wire.Visited.newBuilder()
                                            .setBlock(ByteString.copyFromUtf8("short"))))))
            .build();
    assertEquals("length of block is 5, must be 32 bytes", refusal(result));
  }

  @Test
  void aReasonIsOneLine() {
    assertThrows(IllegalArgumentException.class, () -> new Result.Failed("one\ntwo"));
    assertThrows(IllegalArgumentException.class, () -> new Result.Failed(" "));
    assertThrows(IllegalArgumentException.class, () -> new Job.Begin(-1));
  }

  @Test
  void aModelOfAMillionParametersTakesFourBytesEach() {
    float[] delta = new float[1_000_000];
    for (int i = 0; i < delta.length; i++) {
      delta[i] = i * 0.1f;
    }
    byte[] bytes = JobCodec.encode(new Result.Trained(Optional.of(new Update(delta, 2, 0.5)), 1));
    assertTrue(bytes.length < 4_000_100, "it takes " + bytes.length);
    Result.Trained back = (Result.Trained) JobCodec.decodeResult(bytes);
    assertArrayEquals(delta, back.update().orElseThrow().delta());
  }

  @Test
  void leasesOfAVisitAreOrderedSoThatTheSameVisitIsTheSameBytes() {
    Specimens specimens = new Specimens(5);
    TreeMap<Long, Lease> leases = new TreeMap<>();
    for (long order = -3; order < 20; order++) {
      leases.put(order, specimens.of(Lease.class));
    }
    Message visit = new Message.Visit(leases, 2, new float[1]);
    Envelope envelope = new Envelope(new DeviceId("a"), new DeviceId("b"), visit);
    byte[] bytes = JobCodec.encode(new Result.Said(List.of(envelope), 0));
    Result.Said back = (Result.Said) JobCodec.decodeResult(bytes);
    assertArrayEquals(bytes, JobCodec.encode(back));
    assertFalse(back.envelopes().isEmpty());
  }
}
