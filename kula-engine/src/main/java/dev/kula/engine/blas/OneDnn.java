package dev.kula.engine.blas;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * {@code dnnl_sgemm} on heap arrays without a copy. Its kernels are made at run time for the
 * processor, and at the few rows of a training batch it is up to three times as fast as OpenBLAS,
 * which copies both matrices into an order of its own first. Critical downcalls keep the garbage
 * collector waiting while they run, which is why callers multiply at most some hundred rows at a
 * time.
 *
 * <p>oneDNN shares work among OpenMP threads. It is kept to the calling thread: parallelism is
 * across devices, and sums must not depend on how many threads there are.
 */
final class OneDnn implements Blas {
  private static final byte NO_TRANSPOSE = 'N';
  private static final byte TRANSPOSE = 'T';

  // Static final handles: only then does the compiler inline the downcall.
  private static final @Nullable MethodHandle SGEMM;
  private static final @Nullable MethodHandle SET_THREADS;
  private static final String STATUS;

  private final QuietThread quiet = new QuietThread();

  /** The thread whose count of OpenMP threads is known to be 1: the setting is the thread's own. */
  private @Nullable Thread pinned;

  static {
    MethodHandle sgemm = null;
    MethodHandle setThreads = null;
    String status;
    try {
      SymbolLookup library = OneDnnFiles.load(Arena.global());
      setThreads =
          Linker.nativeLinker()
              .downcallHandle(
                  library.findOrThrow("omp_set_num_threads"),
                  FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
      sgemm = bindSgemm(library);
      status = "onednn";
    } catch (IOException | RuntimeException | LinkageError e) {
      status = Native.reason("onednn", e);
    }
    SGEMM = sgemm;
    SET_THREADS = setThreads;
    STATUS = status;
  }

  static boolean isLoaded() {
    return SGEMM != null;
  }

  static String status() {
    return STATUS;
  }

  OneDnn() {
    if (SGEMM == null) {
      throw new IllegalStateException(STATUS);
    }
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
    MethodHandle sgemm = SGEMM;
    MethodHandle setThreads = SET_THREADS;
    if (sgemm == null || setThreads == null) {
      throw new IllegalStateException(STATUS);
    }
    MemorySegment matrixA = Native.matrix(a, offsetA, (long) m * k);
    MemorySegment matrixB = Native.matrix(b, offsetB, (long) k * n);
    MemorySegment matrixC = Native.matrix(c, offsetC, (long) m * n);
    int status;
    try {
      if (pinned != Thread.currentThread()) {
        setThreads.invokeExact(1);
        pinned = Thread.currentThread();
      }
      quiet.begin();
      try {
        status =
            (int)
                sgemm.invokeExact(
                    transposeA ? TRANSPOSE : NO_TRANSPOSE,
                    transposeB ? TRANSPOSE : NO_TRANSPOSE,
                    (long) m,
                    (long) n,
                    (long) k,
                    alpha,
                    matrixA,
                    (long) (transposeA ? m : k),
                    matrixB,
                    (long) (transposeB ? k : n),
                    beta,
                    matrixC,
                    (long) n);
      } finally {
        quiet.end();
      }
    } catch (Throwable e) {
      throw Native.undeclared(e);
    }
    if (status != 0) {
      throw new IllegalStateException(
          "dnnl_sgemm of [%d, %d] by [%d, %d] failed with status %d".formatted(m, k, k, n, status));
    }
  }

  private static MethodHandle bindSgemm(SymbolLookup library) {
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, // status
            ValueLayout.JAVA_BYTE, // transpose A
            ValueLayout.JAVA_BYTE, // transpose B
            ValueLayout.JAVA_LONG, // m
            ValueLayout.JAVA_LONG, // n
            ValueLayout.JAVA_LONG, // k
            ValueLayout.JAVA_FLOAT, // alpha
            ValueLayout.ADDRESS, // A
            ValueLayout.JAVA_LONG, // leading dimension of A
            ValueLayout.ADDRESS, // B
            ValueLayout.JAVA_LONG, // leading dimension of B
            ValueLayout.JAVA_FLOAT, // beta
            ValueLayout.ADDRESS, // C
            ValueLayout.JAVA_LONG); // leading dimension of C
    return Linker.nativeLinker()
        .downcallHandle(library.findOrThrow("dnnl_sgemm"), signature, Linker.Option.critical(true));
  }
}
