package dev.kula.app;

import dev.kula.app.advice.Advice;
import dev.kula.audit.AuditReport;
import dev.kula.round.RunSummary;
import dev.kula.server.MonitorTerms;
import dev.kula.store.database.RunDatabase;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a command does once its settings are known. The seam between this package, which reads flags
 * and prints tables, and the core.
 *
 * <p>Mistakes that only the data can show are thrown as the user's {@link dev.kula.KulaException};
 * a full disk or a missing library as {@link java.io.IOException}'s unchecked kin or as a resource
 * exception.
 */
interface Runner {
  /**
   * A finished run.
   *
   * @param summary what {@code summary.json} holds
   * @param directory where the results are, all of them written
   */
  record Finished(RunSummary summary, Path directory) {}

  /**
   * Runs the one method that {@code settings} describe, named {@link Method#label(RunSettings)}.
   *
   * @param store has a copy of what the run tells; empty for none
   * @param watch shows the run as it goes; empty for none
   */
  Finished simulate(
      RunSettings settings, Optional<RunDatabase> store, Optional<Watch> watch, Terminal terminal);

  /**
   * Runs {@link Method#apply} of each of {@code settings.methods()} with each of {@code
   * settings.seeds()} seeds; the summary has the methods in that order.
   */
  Finished compare(RunSettings settings, Optional<RunDatabase> store, Terminal terminal);

  /**
   * Advice that was given.
   *
   * @param directory where the page and the runs are
   */
  record Advised(Advice advice, Path directory) {}

  /** Runs what {@code plan} says, and makes advice of it. */
  Advised advise(AdvicePlan plan, Terminal terminal);

  /** Runs the rounds of a live fleet, of the one method that {@code settings} describe. */
  Finished orchestrate(RunSettings settings, FleetPlan plan, Terminal terminal);

  /**
   * Takes part in a live fleet until its run ends.
   *
   * @return the file with the personal model
   */
  Path attend(RunSettings settings, AttendancePlan plan, Terminal terminal);

  /** Is the monitor of a live fleet until its run ends. */
  void monitor(RunSettings settings, AttendancePlan plan, Terminal terminal);

  /**
   * What a monitor plans by where several processes are one.
   *
   * @param members devices with data of their own; empty for a rehearsal
   */
  MonitorTerms terms(RunSettings settings, Optional<Membership> members);

  /** Prints to {@code terminal.out()} what the data and their partition are like. */
  void describe(RunSettings settings, Terminal terminal);

  /** What memory runs with these settings take, beside what there is. */
  Finding memory(RunSettings settings);

  /** Attacks what devices with these settings release. */
  AuditReport audit(RunSettings settings, AuditPlan plan, Terminal terminal);

  /**
   * Prints to {@code terminal.out()} what a device's privacy account would be spent on.
   *
   * @param measuredSeeds how many seeds to train with, with and without noise; 0 for none
   */
  void plan(RunSettings settings, int measuredSeeds, Terminal terminal);

  /**
   * The settings with which the run in {@code directory} was made, by key, so that {@code --resume}
   * need not repeat them.
   *
   * @throws dev.kula.KulaException the user's mistake, if there is no such run
   */
  Map<String, Object> recorded(Path directory);
}
