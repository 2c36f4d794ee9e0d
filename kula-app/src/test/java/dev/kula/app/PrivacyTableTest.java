package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.FederatedData;
import dev.kula.engine.Engines;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Plans of privacy accounts as they are printed. */
final class PrivacyTableTest {
  private static String plan(Map<String, ?> flags) {
    RunSettings settings = RunSettings.of(flags);
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    return new RunPlanner(Engines.java()).privacy(settings, data).text();
  }

  private static double number(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertTrue(matcher.find(), text);
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void namesEveryReleaseAndSpendsNearlyAll() {
    String text = plan(Map.of("protect", "all", "model", "softmax", "rounds", "20"));
    for (String release : new String[] {"profiles", "swap outcomes", "visits", "updates"}) {
      assertTrue(text.contains(" " + release + " "), text);
    }
    double tight = number("at most epsilon ([\\d.]+)\\.", text);
    assertTrue(tight > 6 && tight <= 8, "the tighter account is within the limit: " + text);
    assertEquals(20, number("updates +(\\d+) ", text));
  }

  @Test
  void largerBatchesMeetLessNoise() {
    String norm = "mean gradient has norm ([\\d.]+);";
    Map<String, String> small =
        Map.of("protect", "all", "model", "softmax", "policy", "none", "batch", "16");
    Map<String, String> large =
        Map.of("protect", "all", "model", "softmax", "policy", "none", "batch", "100000");
    assertTrue(number(norm, plan(small)) > 2 * number(norm, plan(large)));
    assertTrue(plan(large).contains("with chance 1, 2 steps a round"), plan(large));
  }

  /** One release of class sums a planning, where two visits are planned for: twice the price. */
  @Test
  void classSumsStandInThePlaceOfVisits() {
    Map<String, String> visits = Map.of("protect", "all", "privacy-unit", "device", "rounds", "20");
    Map<String, String> sums = new HashMap<>(visits);
    sums.put("exchange", "synthetic");
    String text = plan(sums);
    assertFalse(text.contains(" visits "), text);
    assertTrue(text.contains(" of a sum of embeddings"), text);
    double priced = number("class sums +\\d+ +\\d+ % +([\\d.]+) +a record", text);
    String other = plan(visits);
    double visit = number("visits +\\d+ +\\d+ % +([\\d.]+) +the device", other);
    assertEquals(2 * visit, priced, 0.01 * priced);
    assertEquals(number("visits +(\\d+) ", other), 2 * number("class sums +(\\d+) ", text));
  }

  @Test
  void saysWhatIsNotProtected() {
    assertTrue(plan(Map.of()).contains("epsilon over all releases is infinite"));
    assertEquals(
        "No release is noised with these settings: epsilon is infinite.\n",
        plan(Map.of("protect", "none")));
    String device = plan(Map.of("protect", "all", "privacy-unit", "device", "policy", "none"));
    assertTrue(device.contains("the device's data"), device);
    assertTrue(device.toLowerCase(Locale.ROOT).contains("mean update has norm"), device);
  }
}
