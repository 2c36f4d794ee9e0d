package dev.kula.engine.blas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kula.Seed;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every {@link Blas} must do. */
abstract class BlasContract {
  private static final float UNTOUCHED = 12345f;

  private final RandomGenerator random = new Seed(7).generator();

  abstract Blas blas();

  /** Whether the build put the native libraries on the class path. */
  static boolean promised() {
    return NativeFiles.platform().equals("linux-x86_64")
        && !"false".equals(System.getProperty("kula.test.natives"));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 10, 200",
    "3, 2, 5",
    "32, 10, 7",
    "17, 33, 130",
    "5, 1, 64",
    "40, 15, 66",
    "2, 1100, 9",
    "200, 64, 32"
  })
  void multipliesAsTheDefinitionSays(int m, int n, int k) {
    Blas blas = blas();
    for (boolean transposeA : List.of(false, true)) {
      for (boolean transposeB : List.of(false, true)) {
        for (float beta : new float[] {0f, 1f, 0.75f}) {
          float alpha = beta == 1 ? 1f : -1.5f;
          float[] a = randoms(m * k + 3);
          float[] b = randoms(k * n + 5);
          float[] c = randoms(m * n + 4);
          c[0] = UNTOUCHED;
          c[1] = UNTOUCHED;
          c[m * n + 2] = UNTOUCHED;
          c[m * n + 3] = UNTOUCHED;
          double[] expected = new double[m * n];
          for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
              double sum = 0;
              for (int p = 0; p < k; p++) {
                double fromA = a[3 + (transposeA ? p * m + i : i * k + p)];
                sum += fromA * b[5 + (transposeB ? j * k + p : p * n + j)];
              }
              expected[i * n + j] = alpha * sum + beta * c[2 + i * n + j];
            }
          }
          blas.sgemm(transposeA, transposeB, m, n, k, alpha, a, 3, b, 5, beta, c, 2);
          for (int i = 0; i < m * n; i++) {
            assertEquals(expected[i], c[2 + i], 1e-6 * Math.sqrt(k) * 4, "number " + i);
          }
          assertEquals(UNTOUCHED, c[0]);
          assertEquals(UNTOUCHED, c[1]);
          assertEquals(UNTOUCHED, c[m * n + 2]);
          assertEquals(UNTOUCHED, c[m * n + 3]);
        }
      }
    }
  }

  @Test
  void overwritesWhateverWasThereBefore() {
    float[] c = {Float.NaN, Float.POSITIVE_INFINITY};
    blas().sgemm(false, false, 1, 2, 1, 1, new float[] {2}, 0, new float[] {3, 4}, 0, 0, c, 0);
    assertArrayEquals(new float[] {6, 8}, c);
  }

  @ParameterizedTest
  @CsvSource({"32, 200, 784", "32, 10, 200", "10, 200, 32", "7, 10, 200", "64, 196, 80"})
  void bitsDoNotDependOnWhereTheMatricesLie(int m, int n, int k) {
    Blas blas = blas();
    float[] a = randoms(m * k);
    float[] b = randoms(k * n);
    for (boolean transposeA : List.of(false, true)) {
      for (boolean transposeB : List.of(false, true)) {
        float[] expected = new float[m * n];
        blas.sgemm(transposeA, transposeB, m, n, k, 1, a, 0, b, 0, 0, expected, 0);
        for (int shift = 1; shift < 18; shift += 2) {
          float[] movedA = shifted(a, shift);
          float[] movedB = shifted(b, 17 - shift);
          float[] moved = new float[m * n + shift];
          blas.sgemm(
              transposeA,
              transposeB,
              m,
              n,
              k,
              1,
              movedA,
              shift,
              movedB,
              17 - shift,
              0,
              moved,
              shift);
          assertArrayEquals(expected, Arrays.copyOfRange(moved, shift, shift + m * n));
        }
      }
    }
  }

  @Test
  void refusesMatricesThatDoNotFitTheirArrays() {
    Blas blas = blas();
    float[] six = new float[6];
    float[] five = new float[5];
    float[] four = new float[4];
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> blas.sgemm(false, false, 2, 2, 3, 1, five, 0, six, 0, 0, four, 0));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> blas.sgemm(false, false, 2, 2, 3, 1, six, 0, six, 1, 0, four, 0));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> blas.sgemm(false, false, 2, 2, 3, 1, six, 0, six, 0, 0, four, -1));
    assertArrayEquals(new float[4], four);
  }

  private float[] randoms(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() * 2 - 1;
    }
    return numbers;
  }

  private static float[] shifted(float[] numbers, int shift) {
    float[] result = new float[numbers.length + shift];
    System.arraycopy(numbers, 0, result, shift, numbers.length);
    return result;
  }
}
