package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What does not go together is refused before a run, with the reason. */
final class StrategyLimitsTest {
  private static RunSettings settings(String text) {
    Map<String, String> values = new LinkedHashMap<>(Map.of("policy", "none"));
    for (String each : text.split(" ", -1)) {
      int at = each.indexOf('=');
      values.put(each.substring(0, at), each.substring(at + 1));
    }
    return RunSettings.of(values);
  }

  @ParameterizedTest
  @CsvSource({
    "update-bits=8 secure-aggregation=complete, which have all their bits",
    "examined=0.5 personalization=local, when it is examined",
    "examined=0.5 personalization=ditto:0.2, when it is examined",
    "examined=0.5 course=sudden shift=features:2, by all that it happens to",
    "fleet=spark pace=first:0.5, ends when all have trained",
    "fleet=spark attack=sign-flip attackers=0.2, must be in one process",
    "fleet=spark strategy=pooled, one process has all data",
    "fleet=spark:local[2] robust=trusted-root, is not trained there",
    "fleet=spark://host:7077 model=torchscript:a.pt, has not been tried there",
    "pace=first:0.5 secure-aggregation=complete, whose masks are in it",
    "pace=buffer:3 strategy=scaffold, variates of the same round",
    "pace=buffer:3 robust=median, nobody knows who will be the first",
    "pace=buffer:3 groups=trials, may hold updates over a new division",
    "strategy=fednova robust=median, takes the place of its fold",
    "strategy=fednova secure-aggregation=complete, whatever their steps",
    "strategy=fednova protect=all, how many steps it took",
    "strategy=fednova personalization=fedrep, does not say how many steps",
    "strategy=scaffold robust=median, control variates by a rule",
    "strategy=scaffold secure-aggregation=complete, and not for gradients",
    "strategy=scaffold protect=all, a release of their own",
    "strategy=scaffold protect=all privacy-unit=device, a release of their own",
    "strategy=scaffold personalization=apfl, have no control variates",
    "clusters=2 personalization=fedper, belongs to one global model",
    "clusters=2 personalization=apfl, belongs to one global model",
    "groups=trials personalization=fedrep, would train on what",
    "groups=trials personalization=apfl, would train on what",
    "groups=trials robust=median, groups have any",
    "label-prior=fleet task=regression, no labels to have more of",
    "label-prior=fleet personalization=ditto, fine-tunes no global model",
    "label-prior=fleet personalization=none, fine-tunes no global model",
    "label-prior=fleet clusters=2, from all labels of the fleet",
    "clusters=2 personalization=local, trains no global model",
    "clusters=2 strategy=scaffold, must then be fedavg",
    "clusters=2 strategy=fedadam, must then be fedavg",
    "clusters=2 robust=median, nobody knows how many",
    "clusters=2 secure-aggregation=sparse, which may be of one",
    "clusters=2 protect=all, no noise for the choice",
    "clusters=2 model=torchscript:a.pt, from the same weights",
    "clusters=2 policy=deficit, over that of another cluster",
    "clusters=2 policy=similar exchange=synthetic, over that of another cluster"
  })
  void refuses(String text, String why) {
    RunSettings settings = settings(text);
    KulaException refused = assertThrows(KulaException.class, () -> StrategyLimits.check(settings));
    assertEquals(KulaException.Blame.USER, refused.blame());
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(why), message);
    assertTrue(message.lines().count() == 1, message);
  }

  /** Whoever names no methods must not be refused for one that he did not name. */
  @ParameterizedTest
  @CsvSource({
    "policy=deficit, true",
    "protect=all, true",
    "secure-aggregation=complete, false",
    "robust=median, false"
  })
  void theUsualMethodsHaveGroupsWhereTheyCanBeHad(String text, boolean groups) {
    RunSettings settings = settings(text);
    for (String method : settings.methods()) {
      boolean allowed = StrategyLimits.allowsGroups(Method.of(method).apply(settings));
      assertEquals(groups || !method.equals("groups"), allowed, method);
    }
  }

  /** Unless told to, devices do not search where it cannot be, or where it would tell too much. */
  @ParameterizedTest
  @CsvSource({
    "policy=none, true",
    "personalization=ditto, true",
    "personalization=local, false",
    "personalization=fedper, false",
    "secure-aggregation=complete, false",
    "clusters=3, false",
    "strategy=scaffold, false",
    "strategy=pooled, false",
    "protect=all, false",
    "robust=median, false",
    "groups=none, false",
    "groups=trials protect=all, true"
  })
  void searchesForGroupsWhereNothingSpeaksAgainstIt(String text, boolean searches) {
    RunSettings settings = settings(text);
    assertDoesNotThrow(() -> StrategyLimits.check(settings));
    assertEquals(searches, StrategyLimits.searchesForGroups(settings));
  }

  @ParameterizedTest
  @CsvSource({
    "strategy=fedadam robust=median secure-aggregation=none",
    "strategy=fedavgm protect=all",
    "strategy=fedyogi secure-aggregation=complete",
    "strategy=fednova clusters=3",
    "strategy=scaffold protect=profiles policy=deficit",
    "strategy=fedadam personalization=fedper",
    "strategy=scaffold personalization=ditto",
    "strategy=pooled personalization=ditto:0.5",
    "clusters=3 personalization=ditto",
    "groups=trials personalization=ditto",
    "label-prior=fleet groups=trials",
    "label-prior=fleet strategy=scaffold protect=profiles",
    "label-prior=fleet secure-aggregation=complete",
    "clusters=3 policy=deficit exchange=raw",
    "clusters=3 policy=static:0.1"
  })
  void takesWhatGoesTogether(String text) {
    RunSettings settings = settings(text);
    assertDoesNotThrow(() -> StrategyLimits.check(settings));
  }
}
