package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ColourTest {
  @Test
  void followsCustom() {
    assertEquals(Colour.ON, Colour.usual(Map.of(), true));
    assertEquals(Colour.OFF, Colour.usual(Map.of(), false));
    assertEquals(Colour.OFF, Colour.usual(Map.of("NO_COLOR", "1"), true));
    assertEquals(Colour.ON, Colour.usual(Map.of("NO_COLOR", ""), true));
    assertEquals(Colour.ON, Colour.usual(Map.of("CLICOLOR_FORCE", "1"), false));
    assertEquals(Colour.OFF, Colour.usual(Map.of("CLICOLOR_FORCE", "0"), false));
    assertEquals(Colour.OFF, Colour.usual(Map.of("CLICOLOR", "0"), true));
    assertEquals(Colour.OFF, Colour.usual(Map.of("CLICOLOR_FORCE", "1", "NO_COLOR", "1"), true));
  }

  @Test
  void theFlagIsAboveTheEnvironment() {
    assertEquals(Optional.of(Colour.ON), Colour.asked(List.of("data", "--color=always")));
    assertEquals(Optional.of(Colour.OFF), Colour.asked(List.of("--color", "never", "data")));
    assertEquals(Optional.empty(), Colour.asked(List.of("--color", "auto")));
    assertEquals(Optional.empty(), Colour.asked(List.of("data")));
  }

  @Test
  void complaintsAreRedWhereItIsAskedFor() {
    Console console = new Console();
    assertEquals(2, console.run("simulate", "--rounds", "x", "--color", "always"));
    assertTrue(console.err().startsWith("\u001b[31mkula:\u001b[0m --rounds is 'x'"), console.err());
    Console wrong = new Console();
    assertEquals(2, wrong.run("simulate", "--color", "sometimes"));
    assertTrue(wrong.err().contains("sometimes"), wrong.err());
  }

  @Test
  void differencesThatLeaveZeroOutStandOut() {
    String up = "+1.2 [+0.3, +2.1]";
    String down = "−0.4 [−0.6, −0.2]";
    String either = "+0.1 [−0.6, +0.2]";
    String none = "0.0 [0.0, 0.0]";
    assertEquals(
        "\u001b[32m%s\u001b[0m \u001b[31m%s\u001b[0m %s %s".formatted(up, down, either, none),
        Colour.ON.differences("%s %s %s %s".formatted(up, down, either, none)));
    assertEquals(up, Colour.OFF.differences(up));
  }
}
