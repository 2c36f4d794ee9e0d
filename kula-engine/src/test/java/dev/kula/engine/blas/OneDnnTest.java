package dev.kula.engine.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    assumeTrue(platform.equals("Linux amd64"), "no oneDNN promised on " + platform);
    assertEquals("onednn", BlasLibrary.ONEDNN.status());
  }
}
