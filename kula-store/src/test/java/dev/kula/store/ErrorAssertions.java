package dev.kula.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import org.junit.jupiter.api.function.Executable;

/** Every error of this module is one line that says who has to act and names the thing. */
public final class ErrorAssertions {
  private ErrorAssertions() {}

  public static void assertUserError(String part, Executable action) {
    assertError(KulaException.Blame.USER, part, action);
  }

  public static void assertResourceError(String part, Executable action) {
    assertError(KulaException.Blame.RESOURCE, part, action);
  }

  private static void assertError(KulaException.Blame blame, String part, Executable action) {
    KulaException error = assertThrows(KulaException.class, action);
    String message = String.valueOf(error.getMessage());
    assertEquals(blame, error.blame(), message);
    assertTrue(message.contains(part), message);
    assertFalse(message.contains("\n"), message);
  }
}
