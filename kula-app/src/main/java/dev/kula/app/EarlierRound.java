package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.store.AtomicFile;
import dev.kula.store.Branch;
import dev.kula.store.Checkpoints;
import dev.kula.store.KeptCheckpoints;
import dev.kula.store.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A round of a run to go on after, in a directory of its own: {@code --resume RUN --from-round R}.
 *
 * @param run its directory, which stays as it is
 * @param round of which it keeps a checkpoint
 */
record EarlierRound(Path run, int round) {
  /** In the directory of a live run: where its devices have gone back for. */
  private static final String LEFT_FOR = "left-for";

  private static final String LIVE = "orchestrate";

  /** What a live run has beside the files of all. */
  private static final List<String> OF_LIVE_RUNS = List.of(Membership.FILE, LiveRun.BASE_JOBS);

  /** That of some settings; empty if they go on after the last checkpoint, or from none. */
  static Optional<EarlierRound> of(RunSettings settings) {
    String run = settings.resume();
    Integer round = settings.fromRound();
    return run == null || round == null
        ? Optional.empty()
        : Optional.of(new EarlierRound(Path.of(run), round));
  }

  /**
   * Refuses a round of which there is no checkpoint.
   *
   * @throws KulaException the user's mistake, which names those that are kept
   */
  void requireKept(String command) {
    if (!command.equals("simulate") && !command.equals(LIVE)) {
      throw KulaException.user(
          "--from-round is %d, must be left out with kula %s, which keeps its last checkpoint alone; remove it"
              .formatted(round, command));
    }
    List<Integer> kept = KeptCheckpoints.rounds(run);
    if (kept.isEmpty()) {
      throw KulaException.user(
          "--from-round is %d, but '%s' keeps its last checkpoint alone; leave it out, and give --keep-every N to runs to come"
              .formatted(round, run));
    }
    if (!kept.contains(round)) {
      throw KulaException.user(
          "--from-round is %d, must be a round whose checkpoint '%s' keeps: %s; take one of these"
              .formatted(
                  round,
                  run,
                  kept.stream().map(String::valueOf).collect(Collectors.joining(", "))));
    }
  }

  /**
   * Makes the directory of a run that goes on from here, all of it or nothing. Where devices are
   * processes and have to go back with their server, the run that they leave can no longer be
   * resumed.
   */
  void branch(RunConfiguration configuration, Path to) {
    try (RunDirectory from = RunDirectory.resume(run)) {
      requireNotLeft(run); // nor meanwhile
      requireKept(configuration.command());
      RunDirectory.requireNew(to);
      Path checkpoint = from.file(KeptCheckpoints.name(round));
      CommandState state = Checkpoints.read(checkpoint, CommandState.class).state();
      Map<String, String> copied = new LinkedHashMap<>();
      copied.put(RunDirectory.CHECKPOINT, KeptCheckpoints.name(round));
      for (int kept : KeptCheckpoints.rounds(run)) {
        if (kept <= round) {
          copied.put(KeptCheckpoints.name(kept), KeptCheckpoints.name(kept));
        }
      }
      for (String name : OF_LIVE_RUNS) {
        if (Files.exists(from.file(name))) {
          copied.put(name, name);
        }
      }
      Branch branch =
          new Branch(
              run, state.extent(), copied, Map.of(RunConfiguration.FILE, configuration.content()));
      if (configuration.command().equals(LIVE)) {
        leave(from.file(LEFT_FOR), branch, to);
      } else {
        branch.make(to);
      }
    }
  }

  /** The mark comes first: two runs must never both be able to call the same devices back. */
  private static void leave(Path mark, Branch branch, Path to) {
    byte[] line = (to.toAbsolutePath().normalize() + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(mark, out -> out.write(line));
    try {
      branch.make(to);
    } catch (KulaException failure) {
      try {
        if (!Files.exists(to.resolve(RunDirectory.ROUNDS))) {
          Files.deleteIfExists(mark);
        }
      } catch (IOException second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  /**
   * Refuses to go on with a live run whose devices have gone back for another.
   *
   * @throws KulaException the user's mistake
   */
  static void requireNotLeft(Path run) {
    Path left = run.resolve(LEFT_FOR);
    if (Files.exists(left)) {
      throw KulaException.user(
          "--resume '%s' is a run whose devices went back and on in the directory that '%s' names; resume that, or remove '%s' if it is not there"
              .formatted(run, left, left));
    }
  }
}
