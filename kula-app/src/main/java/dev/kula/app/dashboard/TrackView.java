package dev.kula.app.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary;
import dev.kula.store.RunJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One method with one seed. Everything has the number of the change by which it came, so that what
 * is new since any of them can be told.
 */
final class TrackView {
  /** Notices told one by one, the newest; of the others, their number. */
  static final int MOST_NOTICES = 500;

  private static final int DEVICES_AT_ONCE = 500;

  private final String method;
  private final long seed;
  private final List<Round> rounds = new ArrayList<>();
  private final Map<String, DeviceView> devices = new LinkedHashMap<>();
  private final TreeMap<Integer, PlanningView> plannings = new TreeMap<>();
  private final List<ObjectNode> notices = new ArrayList<>();
  private final Map<String, Integer> noticed = new LinkedHashMap<>();
  private long noticedVersion;
  private RunEvent.@Nullable Compared compared;
  private RunEvent.@Nullable Grouped grouped;
  private long comparedVersion;
  private String stopped = "";
  private boolean exact;

  private record Round(long version, RoundRecord record) {}

  TrackView(String method, long seed) {
    this.method = method;
    this.seed = seed;
  }

  boolean is(RunSummary.MethodSummary summary) {
    return summary.name().equals(method) && summary.seeds().getFirst() == seed;
  }

  /** Whether the exact figures of its devices are known. */
  boolean isExact() {
    return exact;
  }

  /** What a page chooses it by. */
  ObjectNode named() {
    ObjectNode named = JsonNodeFactory.instance.objectNode();
    named.put("method", method).put("seed", seed).put("stopped", stopped);
    return named.put("devices", devices.size());
  }

  void add(RoundRecord round, long now) {
    rounds.add(new Round(now, round));
  }

  void add(RunEvent event, List<String> labels, long now) {
    switch (event) {
      case RunEvent.Profiled profile -> device(profile.device(), now).profiled(profile);
      case RunEvent.Compared last -> compare(last, now);
      case RunEvent.Ordered order -> {
        device(order.receiver(), now);
        device(order.source(), now);
        planning(order.round()).add(order, bins(order.labels(), labels), now);
      }
      case RunEvent.Settled end -> {
        int[] bins = planning(end.round()).settle(end, now);
        device(end.source(), now).gave(end);
        device(end.receiver(), now).got(end, bins, labels.size());
      }
      case RunEvent.Revoked lease ->
          plannings.values().forEach(planning -> planning.revoke(lease, now));
      case RunEvent.Changed change -> {
        device(change.device(), now).alarmed();
        notice("drift", change, now);
      }
      case RunEvent.AccountSpent refused -> {
        device(refused.device(), now).spent(refused);
        notice("account", refused, now);
      }
      case RunEvent.Ignored message -> {
        device(message.device(), now).ignored();
        notice("ignored", message, now);
      }
      case RunEvent.Reputations last ->
          last.standings().forEach(one -> device(one.device(), now).stands(one));
      case RunEvent.Grouped last -> group(last, now);
      case RunEvent.Stopped end -> stopped = end.reason();
    }
  }

  /** The exact figures of devices, once a run has ended. */
  void end(RunSummary.MethodSummary summary, long now) {
    exact = true;
    summary.devices().forEach(result -> device(result.device(), now).ended(result));
  }

  /** What the lease of an order is taken back by; empty if there is none to take back. */
  Optional<RunControl.Asked> revocation(long order) {
    return plannings.values().stream()
        .flatMap(planning -> planning.revocation(order).stream())
        .map(lease -> new RunControl.Asked(method, seed, lease))
        .findFirst();
  }

  private DeviceView device(String name, long now) {
    return devices.computeIfAbsent(name, DeviceView::new).at(now);
  }

  private PlanningView planning(int round) {
    return plannings.computeIfAbsent(round, PlanningView::new);
  }

  private static int[] bins(List<String> asked, List<String> labels) {
    return asked.stream().mapToInt(labels::indexOf).filter(bin -> bin >= 0).toArray();
  }

  private void compare(RunEvent.Compared last, long now) {
    compared = last;
    comparedVersion = now;
    Map<String, List<String>> differences = new HashMap<>();
    for (RunEvent.Outlier outlier : last.outliers()) {
      differences
          .computeIfAbsent(outlier.device(), name -> new ArrayList<>())
          .add(outlier.component() + ": " + outlier.detail());
    }
    for (int i = 0; i < last.groups().size(); i++) {
      for (String name : last.groups().get(i)) {
        device(name, now).compared(i, differences.getOrDefault(name, List.of()));
      }
    }
  }

  private void group(RunEvent.Grouped last, long now) {
    grouped = last;
    comparedVersion = now;
    for (int i = 0; i < last.groups().size(); i++) {
      for (String name : last.groups().get(i)) {
        device(name, now).grouped(i);
      }
    }
  }

  private void notice(String kind, RunEvent event, long now) {
    ObjectNode notice = RunJson.tree(event);
    notices.add(notice.put("kind", kind));
    noticed.merge(kind, 1, Integer::sum);
    noticedVersion = now;
    if (notices.size() > MOST_NOTICES) {
      notices.removeFirst();
    }
  }

  /**
   * Tells what has changed.
   *
   * @param since number of a change; 0 for all
   * @param to is given what a page can take in at once
   */
  void tell(long since, boolean roundsOnly, Consumer<ObjectNode> to) {
    ArrayNode records = JsonNodeFactory.instance.arrayNode();
    rounds.stream()
        .filter(round -> round.version() > since)
        .forEach(round -> records.add(RunJson.tree(round.record())));
    if (!records.isEmpty()) {
      to.accept(of("rounds", records));
    }
    if (roundsOnly) {
      return;
    }
    List<DeviceView> changed = DeviceView.since(devices.values(), since);
    for (int i = 0; i < changed.size(); i += DEVICES_AT_ONCE) {
      ArrayNode some = JsonNodeFactory.instance.arrayNode();
      changed
          .subList(i, Math.min(i + DEVICES_AT_ONCE, changed.size()))
          .forEach(device -> some.add(device.told()));
      to.accept(of("devices", some));
    }
    for (PlanningView planning : plannings.values()) {
      if (planning.version() > since) {
        to.accept(of("plannings", JsonNodeFactory.instance.arrayNode().add(planning.told())));
      }
    }
    if (noticedVersion > since) {
      ObjectNode told = of("notices", JsonNodeFactory.instance.arrayNode().addAll(notices));
      told.set("noticed", RunJson.tree(noticed));
      to.accept(told);
    }
    if (comparedVersion > since) {
      to.accept(comparison());
    }
  }

  /** Members are told with the devices. */
  private ObjectNode comparison() {
    ObjectNode told = JsonNodeFactory.instance.objectNode();
    if (compared != null) {
      ObjectNode last = told.putObject("compared");
      last.put("round", compared.round()).put("errorRate", compared.errorRate());
      last.put("outliers", compared.outliers().size()).set("groups", sizes(compared.groups()));
    }
    if (grouped != null) {
      ObjectNode last = told.putObject("grouped");
      last.put("round", grouped.round()).set("groups", sizes(grouped.groups()));
    }
    return told;
  }

  private static ArrayNode sizes(List<List<String>> groups) {
    ArrayNode sizes = JsonNodeFactory.instance.arrayNode();
    groups.forEach(group -> sizes.add(group.size()));
    return sizes;
  }

  private static ObjectNode of(String key, ArrayNode list) {
    ObjectNode told = JsonNodeFactory.instance.objectNode();
    told.set(key, list);
    return told;
  }
}
