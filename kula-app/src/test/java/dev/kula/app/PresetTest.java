package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PresetTest {
  @ParameterizedTest
  @EnumSource(Preset.class)
  void everyScenarioIsOfSettingsThatExist(Preset preset) {
    Map<String, Object> settings = RunSettings.of(preset.asMap()).asMap();
    preset
        .asMap()
        .forEach((key, text) -> assertEquals(text, shown(settings.getOrDefault(key, "")), key));
    assertEquals(preset, Preset.of(preset.key()));
  }

  private static String shown(Object value) {
    return value.equals(0.0) ? "0" : String.valueOf(value);
  }

  @Test
  void whatTheUserSetsGoesBefore() {
    Console console = new Console();
    assertEquals(0, console.run("simulate", "--scenario", "drift", "--rounds", "12"));
    assertEquals(12, console.asked().rounds());
    assertEquals("sudden", console.asked().course());
    assertEquals("dirichlet:0.5", console.asked().partition());
    Map<String, Object> again = new LinkedHashMap<>(console.asked().asMap());
    assertEquals(console.asked(), RunSettings.of(again));
  }
}
