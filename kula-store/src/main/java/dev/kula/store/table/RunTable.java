package dev.kula.store.table;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.round.RunSummary.MethodSummary;
import dev.kula.store.RunJson;
import dev.kula.store.RunReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The tables that runs come to; names are those of the database where it has the same. */
public enum RunTable {
  /** A row a run that has ended. */
  RUN,
  /** A row a seed of a method. */
  SEED_RESULT,
  /** A row a line of {@code rounds.jsonl}. */
  ROUND,
  /** A row a device at the end, of a method's first seed. */
  DEVICE_RESULT,
  /** A row a method beside the one that it is compared with. */
  COMPARISON,
  /** A row a swap that was ordered. */
  SWAP_ORDER,
  /** A row what came of one. */
  OUTCOME;

  /** What is of no record, or of one that holds it. */
  private static final class Keys {
    static final Column RUN = Column.key("run", String.class);
    static final Column METHOD = Column.key("method", String.class);
    static final Column SEED = Column.key("seed", Long.class);

    /** Of a summary, what has a table of its own. */
    static final Set<String> ELSEWHERE = Set.of("methods", "comparisons");
  }

  /** Its columns in their order. */
  public List<Column> columns() {
    return switch (this) {
      case RUN -> columns(RunSummary.class);
      case SEED_RESULT -> columns(RunSummary.SeedResult.class, Keys.METHOD);
      case ROUND -> columns(RoundRecord.class);
      case DEVICE_RESULT -> columns(RunSummary.DeviceResult.class, Keys.METHOD, Keys.SEED);
      case COMPARISON -> columns(RunSummary.Comparison.class);
      case SWAP_ORDER -> columns(RunEvent.Ordered.class, Keys.METHOD, Keys.SEED);
      case OUTCOME -> columns(RunEvent.Settled.class, Keys.METHOD, Keys.SEED);
    };
  }

  private static List<Column> columns(Class<? extends Record> record, Column... keys) {
    List<Column> all = new ArrayList<>();
    all.add(Keys.RUN);
    all.addAll(List.of(keys));
    Column.of(record).stream()
        .filter(column -> !Keys.ELSEWHERE.contains(column.name()))
        .forEach(all::add);
    return List.copyOf(all);
  }

  /** Of its file, without the ending. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The rows of a run, as JSON in which {@link Column#value} looks. */
  void rows(String name, RunReader run, Consumer<ObjectNode> into) {
    Consumer<ObjectNode> named = row -> into.accept(row.put(Keys.RUN.name(), name));
    switch (this) {
      case RUN -> ended(run).map(RunJson::tree).forEach(named);
      case SEED_RESULT -> methods(run).forEach(method -> seeds(method, named));
      case ROUND -> run.forEachRound(round -> named.accept(RunJson.tree(round)));
      case DEVICE_RESULT -> methods(run).forEach(method -> devices(method, named));
      case COMPARISON ->
          ended(run)
              .flatMap(summary -> summary.comparisons().stream())
              .map(RunJson::tree)
              .forEach(named);
      case SWAP_ORDER -> events(run, RunEvent.Ordered.class, named);
      case OUTCOME -> events(run, RunEvent.Settled.class, named);
    }
  }

  private static Stream<RunSummary> ended(RunReader run) {
    return run.hasSummary() ? Stream.of(run.summary()) : Stream.empty();
  }

  private static Stream<MethodSummary> methods(RunReader run) {
    return ended(run).flatMap(summary -> summary.methods().stream());
  }

  private static void seeds(MethodSummary method, Consumer<ObjectNode> into) {
    method
        .perSeed()
        .forEach(seed -> into.accept(RunJson.tree(seed).put(Keys.METHOD.name(), method.name())));
  }

  private static void devices(MethodSummary method, Consumer<ObjectNode> into) {
    method
        .devices()
        .forEach(
            device ->
                into.accept(
                    RunJson.tree(device)
                        .put(Keys.METHOD.name(), method.name())
                        .put(Keys.SEED.name(), method.seeds().getFirst())));
  }

  private static void events(
      RunReader run, Class<? extends RunEvent> kind, Consumer<ObjectNode> into) {
    run.forEachEvent(
        logged -> {
          if (kind.isInstance(logged.event())) {
            into.accept(
                RunJson.tree(logged.event())
                    .put(Keys.METHOD.name(), logged.method())
                    .put(Keys.SEED.name(), logged.seed()));
          }
        });
  }
}
