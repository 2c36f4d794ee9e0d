package dev.kula.engine.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class OneDnnTest extends BlasContract {
  @Override
  Blas blas() {
    assumeTrue(BlasLibrary.ONEDNN.isLoaded(), BlasLibrary.ONEDNN.status());
    return BlasLibrary.ONEDNN.create();
  }

  /** Where the build puts the library on the class path, silence about a failure would hide it. */
  @Test
  void loadsOnTheMachinesOfTheBuild() {
    assumeTrue(promised(), "no oneDNN promised on " + NativeFiles.platform());
    assertEquals("onednn", BlasLibrary.ONEDNN.status());
  }

  /** Profilers sample with signals, which must not meet a kernel at work: see QuietThread. */
  @Test
  @Tag("slow")
  void aFlightRecordingDoesNotCorruptTheHeap() throws Exception {
    assumeTrue(BlasLibrary.ONEDNN.isLoaded(), BlasLibrary.ONEDNN.status());
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:StartFlightRecording=settings=profile,maxsize=1m",
                "-cp",
                System.getProperty("java.class.path"),
                Products.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(said.endsWith("done" + System.lineSeparator()), said);
  }

  /** A process that multiplies in shapes that were seen to fail within a second. */
  static final class Products {
    private Products() {}

    public static void main(String[] arguments) {
      Blas blas = BlasLibrary.ONEDNN.create();
      float[] a = new float[1960 * 160];
      float[] b = new float[160 * 64];
      float[] c = new float[1960 * 64];
      long end = System.nanoTime() + 1_500_000_000L;
      while (System.nanoTime() < end) {
        blas.sgemm(false, false, 1960, 64, 160, 1, a, 0, b, 0, 1, c, 0);
      }
      System.out.println("done");
    }
  }
}
