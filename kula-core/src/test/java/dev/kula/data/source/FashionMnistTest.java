package dev.kula.data.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Holds the bundled data set to the bytes that results were published on. */
class FashionMnistTest {
  private final Dataset data = DataSource.parse("fashion-mnist").load(ReadOptions.defaults());

  @Test
  void isTheBytesThatWereCut() throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(((FeatureTable.Bytes) data.features()).bytes());
    for (float target : data.targets()) {
      digest.update((byte) target);
    }
    assertEquals(
        "979127814c8cc83f89ae2294df45859fd429b5fbdd39c07c9423882d57b1a828",
        HexFormat.of().formatHex(digest.digest()));
  }

  @Test
  void isBalancedOverTenClasses() {
    int[] counts = new int[10];
    for (int row = 0; row < data.size(); row++) {
      counts[data.bin(row)]++;
    }
    int[] expected = new int[10];
    Arrays.fill(expected, 1200);
    assertArrayEquals(expected, counts);
    assertEquals(new InputShape(1, 28, 28), data.input());
    assertEquals(new Task.Classification(10), data.task());
    assertEquals("Ankle boot", data.labels().names().get(9));
  }

  @Test
  void looksStandardisedToTheModel() {
    float[] row = new float[784];
    double sum = 0;
    double squares = 0;
    for (int r = 0; r < data.size(); r++) {
      data.features().copyRow(r, row, 0);
      for (float x : row) {
        sum += x;
        squares += (double) x * x;
      }
    }
    double numbers = 784.0 * data.size();
    assertEquals(0, sum / numbers, 0.02);
    assertEquals(1, squares / numbers, 0.02);
  }
}
