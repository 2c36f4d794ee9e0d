package dev.kula.engine.blas;

final class JavaBlasTest extends BlasContract {
  @Override
  Blas blas() {
    return BlasLibrary.JAVA.create();
  }
}
