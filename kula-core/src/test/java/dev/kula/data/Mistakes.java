package dev.kula.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import org.junit.jupiter.api.function.Executable;

/** What is told to a user who made a mistake. */
public final class Mistakes {
  private Mistakes() {}

  /** Runs {@code action}, which must end in a user error of one line that has all {@code parts}. */
  public static void assertMistake(Executable action, String... parts) {
    KulaException mistake = assertThrows(KulaException.class, action);
    assertEquals(KulaException.Blame.USER, mistake.blame());
    String message = String.valueOf(mistake.getMessage());
    assertFalse(message.contains("\n"), message);
    assertTrue(message.contains("; "), () -> "lacks a remedy: " + message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "lacks '" + part + "': " + message);
    }
  }
}
