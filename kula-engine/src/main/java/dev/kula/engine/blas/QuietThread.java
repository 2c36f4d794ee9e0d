package dev.kula.engine.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Keeps asynchronous signals from the calling thread of a Linux process for the length of a native
 * call. Kernels of oneDNN before 3.11.2 let the stack pointer point into the heap (oneDNN issue
 * 4845): a signal that came meanwhile, such as those with which profilers sample, would write its
 * frame over other people's memory. A signal that is blocked waits until the call is over. Faults
 * of the thread itself, with which the JVM works, stay open.
 *
 * <p>Not thread safe: one instance a thread.
 */
final class QuietThread {
  private static final int SIGNAL_SET_BYTES = 128;
  private static final int BLOCK = 0;
  private static final int SET = 2;

  /** SIGILL, SIGTRAP, SIGBUS, SIGFPE and SIGSEGV as Linux numbers them. */
  private static final int[] FAULTS = {4, 5, 7, 8, 11};

  private static final MethodHandle CHANGE_MASK =
      bind("pthread_sigmask", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
  private static final MemorySegment ALL_BUT_FAULTS = allButFaults();

  private final MemorySegment before = Arena.ofAuto().allocate(SIGNAL_SET_BYTES, Long.BYTES);

  /** Blocks signals; {@link #end} must follow. */
  void begin() throws Throwable {
    check((int) CHANGE_MASK.invokeExact(BLOCK, ALL_BUT_FAULTS, before));
  }

  /** Lets through what {@link #begin} blocked. */
  void end() throws Throwable {
    check((int) CHANGE_MASK.invokeExact(SET, before, MemorySegment.NULL));
  }

  private static void check(int error) {
    if (error != 0) {
      throw new IllegalStateException("pthread_sigmask failed with error " + error);
    }
  }

  private static MemorySegment allButFaults() {
    MethodHandle fill = bind("sigfillset", ValueLayout.ADDRESS);
    MethodHandle remove = bind("sigdelset", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    MemorySegment signals = Arena.global().allocate(SIGNAL_SET_BYTES, Long.BYTES);
    try {
      check((int) fill.invokeExact(signals));
      for (int fault : FAULTS) {
        check((int) remove.invokeExact(signals, fault));
      }
    } catch (Throwable e) {
      throw Native.undeclared(e);
    }
    return signals;
  }

  private static MethodHandle bind(String name, ValueLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters),
        Linker.Option.critical(false));
  }
}
