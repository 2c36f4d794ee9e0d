package dev.kula.engine.blas;

import java.util.Optional;

/**
 * Products of dense row-major matrices on heap arrays, in single precision. The same arguments give
 * the same bits on one machine, whatever other threads do.
 *
 * <p>Not thread safe: one instance a thread, for the scratch memory.
 */
public sealed interface Blas permits JavaBlas, OpenBlas {
  /** Short name for reports. */
  String name();

  /**
   * {@code C ← op(A)·op(B)}, or {@code C ← C + op(A)·op(B)}. Matrices lie without gaps from their
   * offsets on; those not accumulated into may hold anything before.
   *
   * @param transposeA whether A is stored {@code [k, m]} instead of {@code [m, k]}
   * @param transposeB whether B is stored {@code [n, k]} instead of {@code [k, n]}
   * @param m rows of C, at least 1
   * @param n columns of C, at least 1
   * @param k terms in each sum, at least 1
   * @param accumulate whether C keeps what it holds
   * @throws IndexOutOfBoundsException if a matrix does not fit its array
   */
  void sgemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float[] a,
      int offsetA,
      float[] b,
      int offsetB,
      float[] c,
      int offsetC,
      boolean accumulate);

  /** Plain Java; works everywhere. */
  static Blas java() {
    return new JavaBlas();
  }

  /** OpenBLAS, if its native library can be loaded; {@link #openBlasStatus()} says why not. */
  static Optional<Blas> openBlas() {
    return OpenBlas.isLoaded() ? Optional.of(new OpenBlas()) : Optional.empty();
  }

  /** What was loaded, or in one line why OpenBLAS could not be and what to do about it. */
  static String openBlasStatus() {
    return OpenBlas.status();
  }
}
