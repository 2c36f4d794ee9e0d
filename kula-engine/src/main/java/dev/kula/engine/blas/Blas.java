package dev.kula.engine.blas;

/**
 * Products of dense row-major matrices on heap arrays, in single precision. The same arguments give
 * the same bits on one machine, whatever other threads do.
 *
 * <p>Not thread safe: one instance a thread, for the scratch memory. {@link BlasLibrary} makes
 * them.
 */
public sealed interface Blas permits JavaBlas, OneDnn, OpenBlas {
  /**
   * {@code C ← alpha·op(A)·op(B) + beta·C}. Matrices lie without gaps from their offsets on; with
   * {@code beta} 0, C may hold anything before.
   *
   * @param transposeA whether A is stored {@code [k, m]} instead of {@code [m, k]}
   * @param transposeB whether B is stored {@code [n, k]} instead of {@code [k, n]}
   * @param m rows of C, at least 1
   * @param n columns of C, at least 1
   * @param k terms in each sum, at least 1
   * @throws IndexOutOfBoundsException if a matrix does not fit its array
   */
  void sgemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      float[] a,
      int offsetA,
      float[] b,
      int offsetB,
      float beta,
      float[] c,
      int offsetC);
}
