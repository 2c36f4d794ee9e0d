package dev.kula.engine.blas;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code cblas_sgemm} on heap arrays without a copy. Critical downcalls keep the garbage collector
 * waiting while they run, which is why callers multiply at most some hundred rows at a time.
 *
 * <p>OpenBLAS itself is kept to one thread: parallelism is across devices, and sums must not depend
 * on how many threads there are.
 */
final class OpenBlas implements Blas {
  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANSPOSE = 111;
  private static final int TRANSPOSE = 112;

  // A static final handle: only then does the compiler inline the downcall.
  private static final @Nullable MethodHandle SGEMM;
  private static final String STATUS;

  static {
    MethodHandle sgemm = null;
    String status;
    try {
      SymbolLookup library = OpenBlasFiles.load(Arena.global());
      status = "openblas on " + start(library) + " kernels";
      sgemm = bindSgemm(library);
    } catch (IOException | RuntimeException | LinkageError e) {
      status = Native.reason("openblas", e);
    }
    SGEMM = sgemm;
    STATUS = status;
  }

  static boolean isLoaded() {
    return SGEMM != null;
  }

  static String status() {
    return STATUS;
  }

  @Override
  public void sgemm(
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
      int offsetC) {
    // Slices check their bounds: native code would write past the end of an array without a word.
    MemorySegment matrixA = Native.matrix(a, offsetA, (long) m * k);
    MemorySegment matrixB = Native.matrix(b, offsetB, (long) k * n);
    MemorySegment matrixC = Native.matrix(c, offsetC, (long) m * n);
    try {
      Objects.requireNonNull(SGEMM)
          .invokeExact(
              ROW_MAJOR,
              transposeA ? TRANSPOSE : NO_TRANSPOSE,
              transposeB ? TRANSPOSE : NO_TRANSPOSE,
              m,
              n,
              k,
              alpha,
              matrixA,
              transposeA ? m : k,
              matrixB,
              transposeB ? k : n,
              beta,
              matrixC,
              n);
    } catch (Throwable e) {
      throw Native.undeclared(e);
    }
  }

  private static MethodHandle bindSgemm(SymbolLookup library) {
    FunctionDescriptor signature =
        FunctionDescriptor.ofVoid(
            ValueLayout.JAVA_INT, // order
            ValueLayout.JAVA_INT, // transpose A
            ValueLayout.JAVA_INT, // transpose B
            ValueLayout.JAVA_INT, // m
            ValueLayout.JAVA_INT, // n
            ValueLayout.JAVA_INT, // k
            ValueLayout.JAVA_FLOAT, // alpha
            ValueLayout.ADDRESS, // A
            ValueLayout.JAVA_INT, // leading dimension of A
            ValueLayout.ADDRESS, // B
            ValueLayout.JAVA_INT, // leading dimension of B
            ValueLayout.JAVA_FLOAT, // beta
            ValueLayout.ADDRESS, // C
            ValueLayout.JAVA_INT); // leading dimension of C
    return Linker.nativeLinker()
        .downcallHandle(
            library.findOrThrow("cblas_sgemm"), signature, Linker.Option.critical(true));
  }

  /** Keeps OpenBLAS to the calling thread and returns the name of the kernels it picked. */
  private static String start(SymbolLookup library) {
    Linker linker = Linker.nativeLinker();
    MethodHandle setThreads =
        linker.downcallHandle(
            library.findOrThrow("openblas_set_num_threads"),
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    MethodHandle coreName =
        linker.downcallHandle(
            library.findOrThrow("openblas_get_corename"),
            FunctionDescriptor.of(ValueLayout.ADDRESS));
    try {
      setThreads.invokeExact(1);
      MemorySegment name = (MemorySegment) coreName.invokeExact();
      return name.reinterpret(Long.MAX_VALUE).getString(0);
    } catch (Throwable e) {
      throw Native.undeclared(e);
    }
  }
}
