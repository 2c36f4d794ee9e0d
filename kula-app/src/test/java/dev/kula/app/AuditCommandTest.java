package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.audit.AuditReport;
import dev.kula.audit.AuditReport.Attack;
import dev.kula.audit.AuditSettings;
import dev.kula.audit.AuditedRelease;
import dev.kula.audit.AuditedRelease.Hidden;
import dev.kula.audit.AuditedRelease.Kind;
import dev.kula.audit.EpsilonBound;
import dev.kula.audit.MembershipScores;
import dev.kula.data.FederatedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AuditCommandTest {
  @TempDir Path directory;

  private Path classes() {
    return SmallData.write(directory.resolve("classes.csv"), SmallData.classes(6, 40));
  }

  private RunSettings settings() {
    return RunSettings.of(Map.of("data", "csv:" + classes(), "partition", "natural"));
  }

  private List<String> releases(
      @Nullable String exchange, @Nullable String protect, @Nullable String unit) {
    RunSettings settings = settings();
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    AuditSettings audit = AuditPlan.of(50, exchange, protect, unit).settings(settings, data, true);
    return audit.releases().stream().map(AuditedRelease::words).toList();
  }

  @Test
  void withoutOptionsAllReleasesAreAttackedBareAndNoised() {
    List<String> all =
        List.of(
            "update, bare",
            "update, noised by record",
            "update, noised by device",
            "visit, bare",
            "visit, noised by device",
            "whole visit, bare",
            "whole visit, noised by device",
            "class sums, bare",
            "class sums, noised by record",
            "raw copies");
    assertEquals(all, releases(null, null, null));
    assertEquals(all, releases("all", null, null));
  }

  @Test
  void optionsNarrowWhatIsAttacked() {
    assertEquals(
        List.of("update, noised by record", "visit, noised by device"),
        releases("visit", "all", "record"));
    assertEquals(
        List.of("update, noised by device", "class sums, noised by record"),
        releases("synthetic", "all", "device"));
    assertEquals(List.of("update, bare", "raw copies"), releases("raw", "profiles", null));
    assertEquals(
        List.of("update, bare", "update, noised by device", "raw copies"),
        releases("raw", null, "device"));
    assertEquals(
        List.of("update, bare", "visit, bare", "raw copies"), releases("cheapest", "none", null));
  }

  /** The account is for one release alone, so that nothing of it is left over. */
  @Test
  void aReleaseCostsTheWholeAccount() {
    RunSettings settings = settings();
    FederatedData data = RunPlanner.federate(RunPlanner.read(settings), settings);
    for (AuditedRelease release :
        AuditPlan.of(50, null, "all", null).settings(settings, data, true).releases()) {
      if (release.hidden() != Hidden.NOTHING) {
        var privacy = release.settings().privacy();
        double rho = release.kind() == Kind.UPDATE ? privacy.update().rho() : privacy.visit().rho();
        assertEquals(privacy.visit().rho(), privacy.sums().rho());
        assertEquals(8, privacy.filter().epsilonOf(rho), 1e-6, release::words);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--trials is '39', --trials=39",
    "--trials is 'many', --trials=many",
    "--exchange is 'copies', --exchange=copies",
    "--protect is 'some', --protect=some",
    "--privacy-unit is 'row', --privacy-unit=row",
    "did you mean --trials?, --trails=3",
  })
  void mistakesAreNamed(String expected, String argument) {
    Console console = new Console();
    assertEquals(2, console.run("audit", argument), console.err());
    assertTrue(console.err().contains(expected), console.err());
    assertTrue(console.nothingAsked());
  }

  @Test
  void aUnitWithoutNoiseIsAMistake() {
    Console console = new Console();
    assertEquals(2, console.run("audit", "--protect=none", "--privacy-unit=record"));
    assertTrue(console.err().contains("must be left out with --protect none"), console.err());
  }

  @Test
  void aRegressionCannotBeAudited() {
    Path plane = SmallData.write(directory.resolve("plane.csv"), SmallData.plane(6, 60));
    Path file = SmallData.write(directory.resolve("kula.yaml"), List.of("task: regression"));
    Shell shell =
        Shell.run("audit", "--config=" + file, "--data=csv:" + plane, "--partition=natural");
    assertEquals(2, shell.exitCode(), shell.err());
    assertTrue(shell.err().contains("must be a classification"), shell.err());
  }

  private static AuditReport report(double atLeast, int trials) {
    FederatedData data =
        RunPlanner.federate(RunPlanner.read(RunSettings.of(Map.of())), RunSettings.of(Map.of()));
    AuditedRelease release =
        AuditPlan.of(50, "raw", "all", "record")
            .settings(RunSettings.of(Map.of()), data, true)
            .releases()
            .getFirst();
    EpsilonBound bound =
        new EpsilonBound(
            atLeast,
            2 * atLeast,
            new EpsilonBound.Event(0, EpsilonBound.Evidence.PRESENCE),
            new EpsilonBound.Counts(trials, trials, 0, trials));
    MembershipScores scores = new MembershipScores(new double[] {2, 1}, new double[] {0, 1});
    return new AuditReport(
        List.of(new AuditReport.Membership(release, Attack.CANARY, scores, bound, 8)), List.of());
  }

  @Test
  void moreThanTheAccountAllowsIsAFailure() throws IOException {
    Console fine = new Console().auditing(report(7.5, 100_000));
    assertEquals(0, fine.run("audit"));
    assertTrue(fine.out().endsWith("No attack shows more than the account allows.\n"), fine.out());
    Path file = directory.resolve("audit.md");
    Console violated = new Console().auditing(report(8.5, 100_000));
    assertEquals(1, violated.run("audit", "--markdown", file.toString()));
    String line =
        "VIOLATION: update, noised by record, canary record: epsilon is at least 8.50, the account"
            + " says at most 8.00.";
    assertTrue(violated.out().endsWith(line + "\n"), violated.out());
    assertTrue(Files.readString(file).contains(line));
    assertTrue(
        Files.readString(file)
            .contains(
                "| update, noised by record | canary record | 87.5 | – | – | 8.50 | 17.00 | 8.00"
                    + " |"),
        Files.readString(file));
  }

  /** Limits of all and of none of 100: what an audit cannot show it must not seem to deny. */
  @Test
  void tooFewTrialsAreSaid() {
    Console console = new Console().auditing(report(1, 100));
    assertEquals(0, console.run("audit"));
    assertTrue(
        console
            .out()
            .endsWith(
                "None could: so few trials show no epsilon above 3.28, the account allows 8.00."
                    + " Use a smaller --epsilon or more --trials.\n"),
        console.out());
  }

  /** The same command twice, for the result does not depend on threads. */
  @Test
  void aRealAuditEndsWithItsTables() {
    String[] arguments = {
      "audit",
      "--data=csv:" + classes(),
      "--partition=natural",
      "--model=softmax",
      "--trials=40",
      "--swap-budget=0.5",
      "--threads=1"
    };
    Shell one = Shell.done(arguments);
    assertTrue(one.out().contains("update, noised by record"), one.out());
    assertTrue(one.out().contains("raw copies"), one.out());
    assertTrue(one.err().startsWith("audit: update, bare, 1 of 10; "), one.err());
    arguments[arguments.length - 1] = "--threads=2";
    assertEquals(one.out(), Shell.done(arguments).out());
  }
}
