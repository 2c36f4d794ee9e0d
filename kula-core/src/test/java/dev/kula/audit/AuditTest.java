package dev.kula.audit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.audit.AuditReport.Attack;
import dev.kula.audit.AuditReport.Membership;
import dev.kula.audit.AuditReport.Setup;
import dev.kula.audit.AuditedRelease.Hidden;
import dev.kula.audit.AuditedRelease.Kind;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceSettings;
import dev.kula.device.PrivacySettings;
import dev.kula.device.Protection;
import dev.kula.device.SumProtection;
import dev.kula.device.ToyDevices;
import dev.kula.model.ModelSpec;
import dev.kula.model.PrivateSteps;
import dev.kula.model.ToyEngine;
import dev.kula.model.TrainingPlan;
import dev.kula.privacy.accounting.RenyiFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.numbers.gamma.Erf;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real devices under attack, with noise as it should be and as it should not. */
final class AuditTest {
  private static final double EPSILON = 1;
  private static final RenyiFilter FILTER = RenyiFilter.of(EPSILON, 1e-5);

  /** One full batch, so that one step is a plain Gaussian mechanism. */
  private static final PrivateSteps STEP = new PrivateSteps(1, 1, 1, 20);

  private final FederatedData data = ToyClusters.skewed(4, 40, 0);

  private AuditReport audit(int trials, int threads, AuditedRelease... releases) {
    AuditSettings settings =
        new AuditSettings(
            new ModelSpec.Softmax(),
            List.of(releases),
            TrainingPlan.of(1, 8, 0.1f),
            0.2,
            trials,
            threads,
            new Seed(5));
    List<String> told = new ArrayList<>();
    AuditReport report = new Audit(data, settings, ToyEngine.factory()).run(told::add);
    assertEquals(releases.length, told.size());
    return report;
  }

  private static AuditedRelease bare(Kind kind) {
    return new AuditedRelease(
        kind, Hidden.NOTHING, ToyDevices.settings(ToyDevices.privacy(8, Protection.NONE, 1)));
  }

  /** An update whose steps pay for all of ε and carry {@code share} of the noise they should. */
  private static AuditedRelease byRecord(double share) {
    double price = FILTER.limit();
    double sigma = share * FILTER.noiseMultiplier(1, 1, price);
    ChangeProtection.WholeChange visit = new ChangeProtection.WholeChange(price, 0.5);
    DeviceSettings settings =
        ToyDevices.settings(
            new PrivacySettings(
                FILTER,
                Protection.ALL,
                1,
                1,
                visit,
                new SumProtection(price, 1),
                new ChangeProtection.EachSample(
                    price * (1 - 1e-9), STEP, sigma, Optional.empty())));
    return new AuditedRelease(Kind.UPDATE, Hidden.RECORD, settings);
  }

  /** Class sums that pay for all of ε. */
  private static AuditedRelease sums() {
    double price = FILTER.limit() * (1 - 1e-9);
    ChangeProtection.WholeChange whole = new ChangeProtection.WholeChange(price, 1);
    return new AuditedRelease(
        Kind.CLASS_SUMS,
        Hidden.RECORD,
        ToyDevices.settings(
            new PrivacySettings(
                FILTER, Protection.ALL, 1, 1, whole, new SumProtection(price, 1), whole)));
  }

  private static AuditedRelease byDevice(Kind kind) {
    double price = FILTER.limit() * (1 - 1e-9);
    return new AuditedRelease(
        kind,
        Hidden.DEVICE,
        ToyDevices.settings(
            new PrivacySettings(
                FILTER,
                Protection.ALL,
                1,
                1,
                new ChangeProtection.WholeChange(price, 0.5),
                new SumProtection(price, 1),
                new ChangeProtection.WholeChange(price, 1))));
  }

  private static double normal(double x) {
    return (1 + Erf.value(x / Math.sqrt(2))) / 2;
  }

  /** A mean of one record, and of several. */
  @Test
  void meansAreReadOffBareSumsAndNotOffNoisedOnes() {
    AuditReport report = audit(AuditSettings.FEWEST, 1, bare(Kind.CLASS_SUMS), sums());
    Recovery one = recovery(report, Hidden.NOTHING, Setup.ONE_RECORD);
    assertEquals(one.samples(), one.found());
    assertEquals(1, one.cosine(), 1e-4);
    Recovery noised = recovery(report, Hidden.RECORD, Setup.ONE_RECORD);
    assertTrue(noised.cosine() < 0.98, noised::toString);
    assertTrue(report.inversions().getFirst().embeddings());
  }

  private static Membership canary(AuditReport report) {
    return report.memberships().stream()
        .filter(row -> row.attack() == Attack.CANARY)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void withoutNoiseACanaryIsSeenAndTheAccountIsInfinite() {
    for (Kind kind : Kind.values()) {
      Membership found = canary(audit(200, 2, bare(kind)));
      assertTrue(found.scores().roc().area() > 0.95, () -> kind + " " + found);
      assertTrue(found.bound().epsilon() > 1.5, () -> kind + " " + found);
      assertEquals(Double.POSITIVE_INFINITY, found.accountedEpsilon());
    }
  }

  @Test
  @Tag("slow")
  void honestNoiseStaysWithinItsAccount() {
    AuditReport report =
        audit(400, 2, byRecord(1), byDevice(Kind.UPDATE), byDevice(Kind.VISIT), sums());
    assertEquals(List.of(), report.violations());
    for (Membership row : report.memberships()) {
      assertEquals(EPSILON, row.accountedEpsilon(), 1e-6);
    }
    assertEquals(
        List.of(Attack.CANARY, Attack.LOSS, Attack.LIKELIHOOD_RATIO),
        report.memberships().stream().limit(3).map(Membership::attack).toList());
    assertEquals(Attack.CANARY_DEVICE, report.memberships().get(4).attack());
    Membership seen =
        report.memberships().stream()
            .filter(row -> row.release().kind() == Kind.CLASS_SUMS && row.attack() == Attack.CANARY)
            .findFirst()
            .orElseThrow();
    // The best attack on a Gaussian of this price has an area of Φ(√ρ).
    double area = normal(Math.sqrt(FILTER.limit()));
    assertEquals(area, seen.scores().roc().area(), 0.12, "as easy to see as noise allows");
  }

  @Test
  void anEighthOfTheNoiseIsAViolation() {
    AuditReport report = audit(400, 2, byRecord(0.125));
    Membership caught = report.violations().getFirst();
    assertEquals(Attack.CANARY, caught.attack());
    assertTrue(caught.bound().epsilon() > EPSILON, caught::toString);
    assertEquals(EPSILON, caught.accountedEpsilon(), 1e-6);
  }

  @Test
  void oneRecordIsReadOffAnUpdateUnlessItIsNoised() {
    AuditReport report =
        audit(AuditSettings.FEWEST, 1, bare(Kind.UPDATE), byRecord(1), bare(Kind.RAW));
    Recovery bare = recovery(report, Hidden.NOTHING, Setup.ONE_RECORD);
    assertEquals(bare.samples(), bare.found());
    assertEquals(1, bare.cosine(), 1e-4);
    Recovery noised = recovery(report, Hidden.RECORD, Setup.ONE_RECORD);
    assertTrue(noised.cosine() < 0.98, noised::toString);
    Recovery copies = report.inversions().getLast().recovery();
    assertEquals(1, copies.cosine(), 1e-9);
  }

  private static Recovery recovery(AuditReport report, Hidden hidden, Setup setup) {
    return report.inversions().stream()
        .filter(row -> row.release().hidden() == hidden && row.setup() == setup)
        .findFirst()
        .orElseThrow()
        .recovery();
  }

  @Test
  void theResultDoesNotDependOnThreads() {
    Membership one = canary(audit(60, 1, byRecord(1)));
    Membership three = canary(audit(60, 3, byRecord(1)));
    assertEquals(one.bound(), three.bound());
    assertArrayEquals(one.scores().members(), three.scores().members());
    assertArrayEquals(one.scores().others(), three.scores().others());
  }
}
