package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RunSettingsTest {
  @Test
  void everyFieldHasAFlagAndEveryFlagAField() {
    List<String> fields =
        Arrays.stream(RunSettings.class.getRecordComponents())
            .map(component -> RunSettings.key(component.getName()))
            .sorted()
            .toList();
    assertEquals(Flag.keys().stream().sorted().toList(), fields);
  }

  @Test
  void defaultsAreThoseOfTheMainJob() {
    RunSettings defaults = RunSettings.defaults();
    assertEquals("fashion-mnist", defaults.data());
    assertEquals("dirichlet:0.1", defaults.partition());
    assertEquals(50, defaults.devices());
    assertEquals("mixture:0.5", defaults.target());
    assertEquals("mlp:200", defaults.model());
    assertEquals(40, defaults.rounds());
    assertEquals(8.0, defaults.epsilon());
    assertEquals("deficit", defaults.policy());
    assertEquals("auto", defaults.groups());
    assertEquals(11, defaults.methods().size());
    assertEquals(null, defaults.targetAccuracy());
  }

  @Test
  void mapAndSettingsAreInverse() {
    RunSettings settings =
        RunSettings.defaults()
            .with(Flag.EPSILON, Double.POSITIVE_INFINITY)
            .with(Flag.OUT, "runs/x")
            .with(Flag.METHODS, List.of("fedavg", "deficit"));
    Map<String, Object> map = settings.asMap();
    assertEquals("inf", map.get("epsilon"));
    assertEquals(List.of("fedavg", "deficit"), map.get("methods"));
    assertFalse(map.containsKey("resume"), "a setting without a value is left out");
    assertEquals(settings, RunSettings.of(map));
  }

  @Test
  void anUnknownKeyIsRefused() {
    assertThrows(KulaException.class, () -> RunSettings.of(Map.of("device", 3)));
  }

  @ParameterizedTest
  @CsvSource({
    "devices, 0",
    "devices, -1",
    "devices, 2.5",
    "devices, 99999999999",
    "rounds, 0",
    "local-epochs, 0",
    "batch, 0",
    "seeds, 0",
    "threads, 0",
    "swap-every, 0",
    "seed, x",
    "participation, 0",
    "participation, 1.01",
    "participation, NaN",
    "swap-budget, -0.1",
    "swap-budget, 1.5",
    "epsilon, 0",
    "epsilon, -1",
    "epsilon, NaN",
    "base, 0.51",
    "base, -0.1",
    "lr, 0",
    "lr, 1e999",
    "lr, 0x1p3",
    "target-accuracy, 0",
    "target-accuracy, 75",
    "fleet, grpc",
    "task, ranking",
    "policy, static",
    "policy, static:0",
    "policy, deficit:1",
    "exchange, copies",
    "personalization, ditto:",
    "personalization, ditto:-1",
    "personalization, fedper:1",
    "fine-tune-lr, 0",
    "fine-tune-epochs, 0",
    "fine-tune-scope, body",
    "strategy, fedprox:-1",
    "strategy, fedprox:",
    "strategy, fedavgm:1",
    "strategy, fedadam:0",
    "strategy, scaffold:1",
    "clusters, 0",
    "protect, some",
    "partition, dirichlet",
    "partition, dirichlet:0",
    "partition, dirichlet:-1",
    "partition, classes:0",
    "partition, classes:1.5",
    "partition, quantity:0",
    "split, random:1",
    "split, time:0",
    "target, mixture:1.1",
    "model, mlp",
    "model, mlp:0",
    "'model', 'mlp:64,'",
    "model, resnet",
    "data, mnist",
    "data, csv:",
    "data, sql:",
    "'methods', 'fedavg,fedavg'",
    "'methods', ''",
    "'methods', 'fedavg,what'",
    "label-column, ' '"
  })
  void whatBreaksItsRuleIsRefusedInOneLine(String key, String text) {
    KulaException mistake =
        assertThrows(KulaException.class, () -> RunSettings.of(Map.of(key, text)));
    assertEquals(KulaException.Blame.USER, mistake.blame());
    String message = String.valueOf(mistake.getMessage());
    assertTrue(message.startsWith("--" + key + " is '" + text + "', must be "), message);
    assertTrue(message.contains(";"), message);
    assertEquals(1, message.lines().count(), message);
  }

  @ParameterizedTest
  @CsvSource({
    "epsilon, inf",
    "epsilon, 0.001",
    "strategy, fedprox",
    "strategy, fedprox:0",
    "strategy, pooled",
    "personalization, ditto",
    "personalization, ditto:0.5",
    "fine-tune-lr, 0.01",
    "strategy, fedavgm:0.5",
    "strategy, fedyogi",
    "strategy, scaffold",
    "policy, static:0.05",
    "partition, natural",
    "partition, quantity:0.5",
    "split, time:.75",
    "target, mixture:1",
    "'model', 'mlp:64,32'",
    "model, cnn",
    "data, csv:a:b.csv",
    "'data', 'sql:SELECT a, b FROM ''x'''",
    "data, parquet:a/*.parquet",
    "data, folder:a",
    "data, leaf:a",
    "base, 0",
    "swap-budget, 1",
    "seed, -9223372036854775808",
    "methods, similar"
  })
  void whatKeepsItsRuleIsTaken(String key, String text) {
    Object taken = RunSettings.of(Map.of(key, text)).asMap().get(key);
    assertEquals(RunSettings.of(Map.of(key, String.valueOf(text))).asMap().get(key), taken);
    assertTrue(taken != null);
  }

  @Test
  void theConstructorHoldsTheRulesToo() {
    RunSettings settings = RunSettings.defaults();
    assertThrows(KulaException.class, () -> settings.with(Flag.DEVICES, 0));
    assertThrows(KulaException.class, () -> settings.with(Flag.EPSILON, -1.0));
  }

  @Test
  void methodsSetTheirOwnPartAndKeepTheRest() {
    RunSettings settings =
        RunSettings.defaults()
            .with(Flag.STRATEGY, "fedprox:0.3")
            .with(Flag.POLICY, "static:0.2")
            .with(Flag.PERSONALIZATION, "ditto:0.5")
            .with(Flag.ROUNDS, 7);
    RunSettings prox = Method.of("fedprox").apply(settings);
    assertEquals("fedprox:0.3", prox.strategy());
    assertEquals("none", prox.policy());
    assertEquals("ditto:0.5", Method.of("ditto").apply(settings).personalization());
    assertEquals("none", prox.personalization());
    RunSettings shared = Method.of("static").apply(settings);
    assertEquals("fedavg", shared.strategy());
    assertEquals("static:0.2", shared.policy());
    assertEquals(7, shared.rounds());
  }

  @Test
  void clustersTuneIfcaAlone() {
    RunSettings settings = RunSettings.defaults().with(Flag.CLUSTERS, 5);
    assertEquals(5, Method.of("ifca").apply(settings).clusters());
    assertEquals(1, Method.of("fine-tune").apply(settings).clusters());
    assertEquals(3, Method.of("ifca-fine-tune").apply(RunSettings.defaults()).clusters());
    assertEquals(
        "fedprox in 5 clusters, none, none swaps, visit",
        Method.label(Method.of("fedprox").apply(settings).with(Flag.CLUSTERS, 5)));
  }

  @Test
  void everyMethodIsRecognisedByItsSettings() {
    for (Method method : Method.values()) {
      assertEquals(method.label(), Method.label(method.apply(RunSettings.defaults())));
    }
    assertEquals(
        "fedavg, none, random swaps, visit, groups",
        Method.label(
            RunSettings.defaults().with(Flag.PERSONALIZATION, "none").with(Flag.POLICY, "random")));
    assertEquals("groups, deficit swaps", Method.label(RunSettings.defaults()));
    assertEquals("deficit swaps", Method.label(RunSettings.defaults().with(Flag.PROTECT, "all")));
  }
}
