package dev.kula.store;

import static dev.kula.store.ErrorAssertions.assertUserError;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DeviceId;
import dev.kula.model.Task;
import dev.kula.round.SwapCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir private Path directory;
  private Path file;

  /** Odd accessors must not become properties. */
  record Nested(String name, Optional<Long> seed, Optional<Nested> inner, byte[] bytes) {
    boolean isEmpty() {
      return name.isEmpty();
    }

    String getName() {
      return name + "!";
    }
  }

  sealed interface Shape permits Circle, Polygon {}

  record Circle(double radius) implements Shape {}

  sealed interface Polygon extends Shape permits Square {}

  record Square(float[] corner) implements Polygon {}

  enum Phase {
    TRAIN,
    SWAP
  }

  record State(
      long seed,
      int round,
      String method,
      Phase phase,
      float[] parameters,
      double[] moments,
      List<float[]> models,
      Map<String, float[]> byName,
      Map<DeviceId, SwapCounts> counts,
      Task task,
      List<Shape> shapes,
      Nested nested) {}

  record Other(int unlike) {}

  @BeforeEach
  void name() {
    file = directory.resolve(RunDirectory.CHECKPOINT);
  }

  private static State state(int round) {
    Map<String, float[]> byName = new LinkedHashMap<>();
    byName.put("z", new float[] {1});
    byName.put("a", new float[] {});
    Map<DeviceId, SwapCounts> counts = new LinkedHashMap<>();
    counts.put(new DeviceId("device-2"), new SwapCounts(4, 3, 2, 1));
    counts.put(new DeviceId("device-1"), SwapCounts.NONE);
    return new State(
        Long.MIN_VALUE,
        round,
        "FedAvg + ü\n",
        Phase.SWAP,
        new float[] {0f, -0f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, 1.1f},
        new double[] {Double.MIN_VALUE, -0.0, Double.NaN, Math.PI, Double.POSITIVE_INFINITY},
        List.of(new float[] {1, 2}, new float[] {3}),
        byName,
        counts,
        new Task.Classification(10),
        List.of(new Circle(1.5), new Square(new float[] {1, 2})),
        new Nested(
            "outer",
            Optional.of(7L),
            Optional.of(new Nested("", Optional.empty(), Optional.empty(), new byte[] {})),
            new byte[] {-1, 0}));
  }

  @Test
  void everyKindOfComponentComesBack() {
    State written = state(3);
    Checkpoints.write(file, written);
    Restored<State> restored = Checkpoints.read(file, State.class);
    State read = restored.state();
    assertTrue(restored.warning().isEmpty());
    assertEquals(written.seed(), read.seed());
    assertEquals(written.method(), read.method());
    assertEquals(Phase.SWAP, read.phase());
    assertEquals(written.counts(), read.counts());
    assertEquals(written.task(), read.task());
    assertEquals(List.of("z", "a"), new ArrayList<>(read.byName().keySet()));
    assertArrayEquals(new float[] {1}, read.byName().get("z"));
    assertArrayEquals(new float[] {1, 2}, read.models().getFirst());
    assertEquals(new Circle(1.5), read.shapes().getFirst());
    assertArrayEquals(new float[] {1, 2}, ((Square) read.shapes().getLast()).corner());
    assertEquals(Optional.of(7L), read.nested().seed());
    Nested inner = read.nested().inner().orElseThrow();
    assertEquals("", inner.name());
    assertEquals(Optional.empty(), inner.seed());
    assertArrayEquals(new byte[] {-1, 0}, read.nested().bytes());
  }

  @Test
  void floatsKeepEveryBit() {
    float[] odd = new float[1 << 16];
    for (int i = 0; i < odd.length; i++) {
      // Steps through signs, exponents and quiet and signalling NaN payloads.
      odd[i] = Float.intBitsToFloat(i * 65_537);
    }
    Checkpoints.write(file, new Square(odd));
    float[] read = Checkpoints.read(file, Square.class).state().corner();
    for (int i = 0; i < odd.length; i++) {
      assertEquals(Float.floatToRawIntBits(odd[i]), Float.floatToRawIntBits(read[i]));
    }
  }

  @Test
  void floatsTakeFourBytesEach() throws IOException {
    Checkpoints.write(file, new Square(new float[100_000]));
    assertTrue(Files.size(file) < 400_100, "took " + Files.size(file));
  }

  @Test
  void sameStateGivesSameBytes() throws IOException {
    Checkpoints.write(file, state(1));
    byte[] first = Files.readAllBytes(file);
    Checkpoints.write(file, state(1));
    assertArrayEquals(first, Files.readAllBytes(file));
  }

  @Test
  void aDamagedCheckpointFallsBackToTheOneBefore() throws IOException {
    Checkpoints.write(file, state(1));
    Checkpoints.write(file, state(2));
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    Restored<State> restored = Checkpoints.read(file, State.class);
    assertEquals(1, restored.state().round());
    assertTrue(restored.warning().orElseThrow().contains("damaged"));
    assertEquals("checkpoint.previous.cbor", restored.file().getFileName().toString());
  }

  @Test
  void aCrashBetweenTheTwoMovesLeavesTheOneBefore() throws IOException {
    Checkpoints.write(file, state(1));
    Files.move(file, Checkpoints.previous(file));
    assertTrue(Checkpoints.exists(file));
    assertEquals(1, Checkpoints.read(file, State.class).state().round());
  }

  @Test
  void everyTruncationAndEveryFlippedHeaderByteIsNoticed() throws IOException {
    Checkpoints.write(file, new Circle(2));
    byte[] bytes = Files.readAllBytes(file);
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertUserError("checkpoint.cbor' is damaged", () -> Checkpoints.read(file, Circle.class));
    }
    for (int i = 0; i < 52; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= 0x40;
      Files.write(file, flipped);
      assertUserError("checkpoint '", () -> Checkpoints.read(file, Circle.class));
    }
  }

  @Test
  void anotherStateIsRefusedByName() {
    Checkpoints.write(file, new Circle(2));
    assertUserError("holds another state", () -> Checkpoints.read(file, Other.class));
  }

  record Loose(@Nullable List<String> names, Optional<String> maybe) {}

  record Strict(List<String> names, Optional<String> maybe) {}

  /** As a forged file may; what reads a state relies on its components. */
  @Test
  void nothingInPlaceOfAComponentIsRefused() {
    Checkpoints.write(file, new Loose(null, Optional.empty()));
    assertEquals(new Loose(null, Optional.empty()), Checkpoints.read(file, Loose.class).state());
    assertUserError("another state", () -> Checkpoints.read(file, Strict.class));
  }

  @Test
  void aMissingCheckpointIsSaid() {
    assertFalse(Checkpoints.exists(file));
    assertUserError("there is no checkpoint", () -> Checkpoints.read(file, Other.class));
  }
}
