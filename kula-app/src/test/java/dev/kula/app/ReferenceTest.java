package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/reference.md} says what the code declares. */
final class ReferenceTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "reference.md");

  @Test
  void theReferenceIsThatOfTheCode() throws IOException {
    String page = Reference.page();
    if (Boolean.getBoolean("kula.reference.write")) {
      Files.writeString(DOCUMENT, page);
    }
    assertEquals(
        page,
        Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "",
        "docs/reference.md is out of date; make it anew: mvn -pl kula-app -am"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dtest=ReferenceTest"
            + " -Dkula.reference.write=true test");
  }

  @Test
  void everySettingAndCommandIsThere() {
    String page = Reference.page();
    for (Flag flag : Flag.values()) {
      assertTrue(page.contains("| `" + flag.option() + " "), flag.option());
    }
    for (String command : Reference.commandLine().getSubcommands().keySet()) {
      assertTrue(page.contains("### kula " + command + "\n"), command);
    }
    assertTrue(page.contains("### kula pki issue\n"), "what is below a command");
    assertTrue(page.contains("Or `KULA_IDENTITY`."), "environment variables");
  }
}
