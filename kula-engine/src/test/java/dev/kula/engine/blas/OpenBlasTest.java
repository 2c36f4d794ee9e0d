package dev.kula.engine.blas;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

final class OpenBlasTest extends BlasContract {
  @Override
  Blas blas() {
    assumeTrue(BlasLibrary.OPENBLAS.isLoaded(), BlasLibrary.OPENBLAS.status());
    return BlasLibrary.OPENBLAS.create();
  }

  /** Where the build puts the library on the class path, silence about a failure would hide it. */
  @Test
  void loadsOnTheMachinesOfTheBuild() {
    assumeTrue(promised(), "no OpenBLAS promised on " + NativeFiles.platform());
    String status = BlasLibrary.OPENBLAS.status();
    assertTrue(BlasLibrary.OPENBLAS.isLoaded(), status);
    assertTrue(status.startsWith("openblas on "), status);
  }
}
