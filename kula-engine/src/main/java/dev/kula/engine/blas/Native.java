package dev.kula.engine.blas;

import java.lang.foreign.MemorySegment;

/** What calls into native libraries have in common. */
final class Native {
  private Native() {}

  /**
   * A matrix of {@code numbers} numbers as native code sees it. Checks bounds: native code would
   * write past the end of an array without a word.
   */
  static MemorySegment matrix(float[] array, int offset, long numbers) {
    return MemorySegment.ofArray(array)
        .asSlice((long) offset * Float.BYTES, numbers * Float.BYTES, Float.BYTES);
  }

  /** Why a library is not loaded, in one line with what to do about it where that is known. */
  static String reason(String library, Throwable cause) {
    String message = cause.getMessage();
    if (cause instanceof IllegalCallerException) {
      message = "start Java with --enable-native-access=ALL-UNNAMED";
    }
    return library + " not loaded: " + (message == null ? cause.toString() : message);
  }

  /** Method handles declare Throwable, though a downcall into C throws only errors of the JVM. */
  static RuntimeException undeclared(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    if (e instanceof RuntimeException exception) {
      return exception;
    }
    return new IllegalStateException("call into native code failed: " + e, e);
  }
}
