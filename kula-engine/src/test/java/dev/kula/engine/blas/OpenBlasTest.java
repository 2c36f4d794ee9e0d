package dev.kula.engine.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenBlasTest extends BlasContract {
  @Override
  Blas blas() {
    assumeTrue(BlasLibrary.OPENBLAS.isLoaded(), BlasLibrary.OPENBLAS.status());
    return BlasLibrary.OPENBLAS.create();
  }

  /** Where the build puts the library on the class path, silence about a failure would hide it. */
  @Test
  void loadsOnTheMachinesOfTheBuild() {
    String system = OpenBlasFiles.system(System.getProperty("os.name"));
    String architecture = OpenBlasFiles.architecture(System.getProperty("os.arch"));
    String platform = system + "-" + architecture;
    assumeTrue(platform.equals("linux-x86_64"), "no OpenBLAS promised on " + platform);
    String status = BlasLibrary.OPENBLAS.status();
    assertTrue(BlasLibrary.OPENBLAS.isLoaded(), status);
    assertTrue(status.startsWith("openblas on "), status);
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64",
    "Linux, aarch64, linux-arm64",
    "Mac OS X, aarch64, macosx-arm64",
    "Mac OS X, x86_64, macosx-x86_64",
    "Windows 11, amd64, windows-x86_64"
  })
  void namesPlatformsAsTheArtifactsDo(String osName, String osArch, String platform) {
    assertEquals(platform, OpenBlasFiles.system(osName) + "-" + OpenBlasFiles.architecture(osArch));
  }
}
