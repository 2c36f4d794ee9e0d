package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigurationFileTest {
  @TempDir Path directory;

  @Test
  void everyKeyIsRead() throws IOException {
    Map<String, String> values =
        Map.of(
            "scenario",
            "drift",
            "target-accuracy",
            "0.8",
            "fine-tune-lr",
            "0.05",
            "swap-megabytes",
            "12.5",
            "clip-quantile",
            "0.5",
            "out",
            "runs/x",
            "resume",
            "runs/y",
            "keep-every",
            "5",
            "from-round",
            "10");
    String text =
        Flag.keys().stream()
            .map(
                key ->
                    key
                        + ": "
                        + values.getOrDefault(
                            key, Flag.withKey(key).flatMap(Flag::defaultText).orElse("")))
            .collect(Collectors.joining("\n"));
    Map<String, Object> read = ConfigurationFile.read(file(text));
    assertEquals(Flag.keys(), List.copyOf(read.keySet()));
    assertEquals(0.8, read.get("target-accuracy"));
    assertEquals(50, read.get("devices"));
  }

  @Test
  void typesCommentsAndListsAreUnderstood() throws IOException {
    Map<String, Object> read =
        ConfigurationFile.read(
            file(
                """
                # A run without noise
                epsilon: .inf
                model: mlp:64,32   # two layers
                label-column: "5"
                methods: [fedavg, deficit]
                lr: 1e-2
                """));
    assertEquals(Double.POSITIVE_INFINITY, read.get("epsilon"));
    assertEquals("mlp:64,32", read.get("model"));
    assertEquals("5", read.get("label-column"));
    assertEquals(List.of("fedavg", "deficit"), read.get("methods"));
    assertEquals(0.01, read.get("lr"));
  }

  @Test
  void anUnknownKeyIsNamedWithLineAndGuess() throws IOException {
    assertMistake(
        "# fleet\ndevices: 10\n\nlocal-epoch: 2\n",
        ":4: 'local-epoch' is not a setting; did you mean local-epochs?");
    assertMistake("colour: red", ":1: 'colour' is not a setting; kula compare --help lists them");
  }

  @Test
  void aWrongTypeIsNamedWithLine() throws IOException {
    assertMistake(
        "rounds: 3\ndevices: many\n",
        ":2: devices is 'many', must be a whole number from 1 to 1000000; try devices: 50");
    assertMistake("rounds: 2.5", ":1: rounds is '2.5', must be a whole number");
    assertMistake("rounds: true", ":1: rounds is 'true', must be a whole number");
    assertMistake("rounds: [1, 2]", ":1: rounds is a list, must be a single value");
    assertMistake("lr:\n  rate: 1", ":2: lr is a mapping, must be a single value");
    assertMistake("seed: 1\nlr:\n", ":2: lr has no value; give it one, such as lr: 0.1");
    assertMistake("out: &x a\nresume: *x", ":2: resume is an alias");
    assertMistake("methods: [fedavg, [x]]", ":1: methods is a list");
  }

  @Test
  void aBrokenRuleIsNamedWithLine() throws IOException {
    assertMistake("policy: defict", ":1: policy is 'defict', must be");
    assertMistake("policy: defict", "did you mean deficit?");
    assertMistake("\n\npartition: dirichlet:0", ":3: partition is 'dirichlet:0'");
  }

  @Test
  void aRepeatedKeyIsRefused() throws IOException {
    assertMistake("devices: 1\nrounds: 2\ndevices: 3\n", ":3: devices is set again");
    assertMistake("devices: 1\nrounds: 2\ndevices: 3\n", "line 1");
  }

  @Test
  void whatIsNoMappingIsRefused() throws IOException {
    assertMistake("", " has no settings");
    assertMistake("# only a comment\n", " has no settings");
    assertMistake("- devices\n- rounds\n", ":1: is not a mapping");
    assertMistake("devices 5\n", ":1: is not a mapping");
    assertMistake("devices: 5\n---\nrounds: 2\n", ":3: a second document begins");
  }

  @Test
  void badYamlIsNamedWithLine() throws IOException {
    assertMistake("devices: 5\nmethods: [fedavg\n", ":3: is not YAML");
    assertMistake("devices: 5\n\trounds: 1\n", ":2: is not YAML");
    assertMistake("devices: 5: 6\n", ":1: is not YAML");
    assertMistake("a: \u0000\n", " is not YAML");
  }

  @Test
  void aFileThatCannotBeReadIsRefused() throws IOException {
    assertTrue(message(directory.resolve("no.yaml")).contains("must be a file that exists"));
    assertTrue(message(directory).contains("must be a readable file"));
    Path latin = directory.resolve("latin.yaml");
    Files.write(latin, new byte[] {'a', ':', ' ', (byte) 0xe9, '\n'});
    assertTrue(message(latin).contains("must be text in UTF-8"));
  }

  private void assertMistake(String text, String expected) throws IOException {
    Path file = file(text);
    String message = message(file);
    assertTrue(message.startsWith(file.toString()), message);
    assertTrue(message.contains(expected), message);
  }

  private static String message(Path file) {
    KulaException mistake = assertThrows(KulaException.class, () -> ConfigurationFile.read(file));
    assertEquals(KulaException.Blame.USER, mistake.blame());
    String message = String.valueOf(mistake.getMessage());
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("kula.yaml"), text);
  }
}
