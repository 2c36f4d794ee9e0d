package dev.kula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class KulaExceptionTest {
  @Test
  void aMessageIsOneLineWhateverItQuotes() {
    String message =
        KulaException.user("value is 'a\r\nb\u001bc\u2028d\u0085e', must not; try f").getMessage();
    assertEquals("value is 'a b c d e', must not; try f", message);
  }

  @Test
  void aLongMessageKeepsItsEnds() {
    String message =
        String.valueOf(
            KulaException.user("value is '" + "x".repeat(1 << 20) + "', must not; try f")
                .getMessage());
    assertTrue(message.startsWith("value is 'x"), message);
    assertTrue(message.endsWith("', must not; try f"), message);
    assertTrue(message.length() < 2100, () -> "has " + message.length());
  }
}
