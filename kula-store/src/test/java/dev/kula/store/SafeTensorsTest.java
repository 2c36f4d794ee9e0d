package dev.kula.store;

import static dev.kula.store.ErrorAssertions.assertUserError;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {
  private static final ParameterLayout SOFTMAX =
      new ParameterLayout(
          List.of(
              new Tensor("output.weight", List.of(2, 3), 0),
              new Tensor("output.bias", List.of(2), 6)));
  private static final float[] VALUES = {1, -2, 0.5f, Float.NaN, -0f, Float.MIN_VALUE, 7, 8};

  @TempDir private Path directory;

  @Test
  void theBytesAreThoseOfTheFormat() throws IOException {
    Path file = directory.resolve("model.safetensors");
    SafeTensors.write(file, SOFTMAX, VALUES, Map.of("kula.model", "softmax", "format", "pt"));
    String header =
        """
        {"__metadata__":{"format":"pt","kula.model":"softmax"},\
        "output.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
        "output.bias":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}}""";
    String padded = header + " ".repeat((8 - header.length() % 8) % 8);
    HexFormat hex = HexFormat.of();
    String expected =
        hex.toHexDigits((byte) padded.length())
            + "00000000000000"
            + hex.formatHex(padded.getBytes(StandardCharsets.UTF_8))
            + "0000803f"
            + "000000c0"
            + "0000003f"
            + "0000c07f"
            + "00000080"
            + "01000000"
            + "0000e040"
            + "00000041";
    assertEquals(expected, hex.formatHex(Files.readAllBytes(file)));
  }

  @Test
  void severalModelsComeBackByTheirPrefix() {
    Path file = directory.resolve("models.safetensors");
    ParameterLayout large =
        new ParameterLayout(
            List.of(
                new Tensor("hidden1.weight", List.of(300, 100), 0),
                new Tensor("hidden1.bias", List.of(300), 30_000),
                new Tensor("output.weight", List.of(1, 300), 30_300),
                new Tensor("output.bias", List.of(1), 30_600)));
    float[] many = new float[large.size()];
    for (int i = 0; i < many.length; i++) {
      many[i] = Float.intBitsToFloat(i * 140_003);
    }
    SafeTensors.write(
        file,
        List.of(
            new NamedModel("global", large, many),
            new NamedModel("personal/device-0001", SOFTMAX, VALUES)),
        Map.of());
    SafeTensors.Contents read = SafeTensors.read(file);
    assertEquals(Map.of(), read.metadata());
    assertEquals(large, read.model("global").layout());
    for (int i = 0; i < many.length; i++) {
      assertEquals(
          Float.floatToRawIntBits(many[i]),
          Float.floatToRawIntBits(read.model("global").parameters()[i]));
    }
    assertEquals(SOFTMAX, read.model("personal/device-0001").layout());
    assertArrayEquals(VALUES, read.model("personal/device-0001").parameters());
    assertUserError("personal/device-0001", () -> read.model("personal/device-9"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | 4 | take 0 bytes",
        "[1] | 0 | begin with",
        "{\"a\":1 | 0 | not JSON",
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}} | 2 | must be F32",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | 4 | needs 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}} | 4 | lacks its shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | 4 | has size '-1'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | 8 | must begin at 0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 4 | has one tensor",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 3 | the file has 3",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536],\"data_offsets\":[0,4]}} | 4 | too large",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536,0],\"data_offsets\":[0,0]}} | 0 | too large",
        "{\"__metadata__\":{\"a\":1}} | 0 | not a string",
        "{\"a\":{},\"a\":{}} | 0 | Duplicate field",
      })
  void malformedFilesAreRefused(String header, int dataBytes, String message) throws IOException {
    Path file = directory.resolve("bad.safetensors");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(header.length());
    bytes.write(new byte[7]);
    bytes.write(header.getBytes(StandardCharsets.UTF_8));
    bytes.write(new byte[dataBytes]);
    Files.write(file, bytes.toByteArray());
    assertMalformed(file, message);
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    Path file = directory.resolve("cut.safetensors");
    SafeTensors.write(file, SOFTMAX, VALUES, Map.of());
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertMalformed(file, "safetensors");
    }
  }

  @Test
  void aHeaderLengthBeyondTheFileIsNotTrusted() throws IOException {
    Path file = directory.resolve("huge.safetensors");
    Files.write(file, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'});
    assertMalformed(file, "18446744073709551615 bytes");
  }

  private static void assertMalformed(Path file, String message) {
    assertUserError(message, () -> SafeTensors.read(file));
  }
}
