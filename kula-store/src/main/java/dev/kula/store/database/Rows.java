package dev.kula.store.database;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.store.LoggedEvent;
import dev.kula.store.RunJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a run's files as rows of tables: a column is a field in snake case, {@code bytes.model}
 * is {@code bytes_model}, lists are JSON.
 *
 * <p>Not thread safe; for one transaction.
 */
final class Rows {
  private final Handle handle;
  private final String run;
  private long rounds;
  private long events;
  private final Map<String, PreparedBatch> batches = new LinkedHashMap<>();

  /** For lines from the first on. */
  Rows(Handle handle, String run) {
    this(handle, run, 0, 0);
  }

  /**
   * For lines after others.
   *
   * @param rounds lines of rounds that are there already
   * @param events lines of events that are there already
   */
  Rows(Handle handle, String run, long rounds, long events) {
    this.handle = handle;
    this.run = run;
    this.rounds = rounds;
    this.events = events;
  }

  long rounds() {
    return rounds;
  }

  long events() {
    return events;
  }

  void add(RoundRecord round) {
    rounds++;
    insert("round", line(rounds), RunJson.tree(round));
  }

  void add(LoggedEvent logged) {
    events++;
    Map<String, @Nullable Object> row = line(events);
    row.put("method", logged.method());
    row.put("seed", logged.seed());
    ObjectNode event = RunJson.tree(logged.event());
    JsonNode type = event.remove("type");
    switch (logged.event()) {
      case RunEvent.Profiled profiled -> insert("profile", row, event);
      case RunEvent.Ordered ordered -> insert("swap_order", row, event);
      case RunEvent.Settled settled -> insert("outcome", row, event);
      case RunEvent.Reputations reputations ->
          reputations
              .standings()
              .forEach(
                  standing -> {
                    Map<String, @Nullable Object> one = new LinkedHashMap<>(row);
                    one.put("round", reputations.round());
                    insert("reputation", one, RunJson.tree(standing));
                  });
      default -> {
        row.put("type", type.asText());
        row.put("round", event.remove("round").asInt());
        row.put("detail", event.toString());
        insert("event", row);
      }
    }
  }

  void add(String method, long seed, RunSummary.DeviceResult device) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("run", run);
    row.put("method", method);
    row.put("seed", seed);
    insert("device_result", row, RunJson.tree(device));
  }

  /** Sends all that was added. */
  void write() {
    batches.values().forEach(PreparedBatch::execute);
    batches.clear();
  }

  private Map<String, @Nullable Object> line(long number) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("run", run);
    row.put("line", number);
    return row;
  }

  private void insert(String table, Map<String, @Nullable Object> row, ObjectNode fields) {
    flatten("", fields, row);
    insert(table, row);
  }

  private void insert(String table, Map<String, @Nullable Object> row) {
    PreparedBatch batch =
        batches.computeIfAbsent(
            table,
            name ->
                handle.prepareBatch(
                    "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT DO NOTHING"
                        .formatted(
                            name,
                            String.join(", ", row.keySet()),
                            row.keySet().stream()
                                .map(":"::concat)
                                .collect(Collectors.joining(", ")))));
    batch.bindMap(row).add();
  }

  private static void flatten(String prefix, ObjectNode fields, Map<String, @Nullable Object> row) {
    fields
        .properties()
        .forEach(
            field -> {
              String column = prefix + RunJson.column(field.getKey());
              if (field.getValue() instanceof ObjectNode nested) {
                flatten(column + "_", nested, row);
              } else {
                row.put(column, value(field.getValue()));
              }
            });
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isArray()) {
      return node.toString();
    }
    if (node.isIntegralNumber()) {
      return node.longValue();
    }
    if (node.isNumber()) {
      double value = node.doubleValue();
      return Double.isNaN(value) ? null : value;
    }
    return node.isNull() ? null : node.asText();
  }
}
