package dev.kula.app.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kula.round.RunEvent;
import dev.kula.round.RunSummary.DeviceResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of one device. */
final class DeviceView {
  private static final int UNKNOWN = -1;

  private final String name;
  private RunEvent.@Nullable Profiled profile;
  private RunEvent.@Nullable Standing standing;
  private RunEvent.@Nullable AccountSpent spent;
  private @Nullable DeviceResult result;

  /** Samples that came by swaps, spread evenly over the labels that were asked for. */
  private double[] swapped = new double[0];

  private List<String> differences = List.of();
  private int group = UNKNOWN;
  private int trainedGroup = UNKNOWN;
  private int accepted;
  private int rejected;
  private int expired;
  private long given;
  private long received;
  private int alarms;
  private int faults;

  /** When something of it last changed. */
  private long version;

  DeviceView(String name) {
    this.name = name;
  }

  long version() {
    return version;
  }

  DeviceView at(long now) {
    version = now;
    return this;
  }

  void profiled(RunEvent.Profiled last) {
    profile = last;
  }

  void stands(RunEvent.Standing last) {
    standing = last;
  }

  void spent(RunEvent.AccountSpent refused) {
    spent = refused;
  }

  void ended(DeviceResult last) {
    result = last;
  }

  /** Its group among those that tests could not tell apart, and in what it differs. */
  void compared(int number, List<String> components) {
    group = number;
    differences = List.copyOf(components);
  }

  /** Its group among those that train a model of their own. */
  void grouped(int number) {
    trainedGroup = number;
  }

  void alarmed() {
    alarms++;
  }

  void ignored() {
    faults++;
  }

  void gave(RunEvent.Settled settled) {
    if (settled.outcome().equals("accepted")) {
      given += settled.samples();
    }
  }

  /**
   * As the receiver of a swap.
   *
   * @param bins of the labels that were asked for; empty if they are not known
   * @param labels how many there are
   */
  void got(RunEvent.Settled settled, int[] bins, int labels) {
    switch (settled.outcome()) {
      case "accepted" -> {
        accepted++;
        received += settled.samples();
        swapped = Arrays.copyOf(swapped, labels);
        for (int bin : bins) {
          swapped[bin] += (double) settled.samples() / bins.length;
        }
      }
      case "rejected" -> rejected++;
      default -> expired++;
    }
  }

  ObjectNode told() {
    ObjectNode told = JsonNodeFactory.instance.objectNode();
    told.put("name", name);
    put(told, "group", group);
    put(told, "trainedGroup", trainedGroup);
    if (!differences.isEmpty()) {
      told.put("differs", String.join("; ", differences));
    }
    told.put("accepted", accepted).put("rejected", rejected).put("expired", expired);
    told.put("given", given).put("received", received).put("alarms", alarms).put("faults", faults);
    if (standing != null) {
      told.put("quality", rounded(standing.quality(), 1000));
      told.put("reliability", rounded(standing.reliability(), 1000));
    }
    if (spent != null) {
      told.put("spentRound", spent.round()).put("epsilon", rounded(spent.epsilon(), 1000));
    }
    tellProfile(told);
    tellResult(told);
    return told;
  }

  private void tellProfile(ObjectNode told) {
    if (profile == null) {
      return;
    }
    double[] counts = profile.labelCounts().stream().mapToDouble(Double::doubleValue).toArray();
    told.put("profiled", profile.round()).put("samples", rounded(profile.samples(), 10));
    told.put("correct", rounded(profile.correct() / profile.samples(), 1000));
    told.put("loss", rounded(profile.lossFraction() / profile.samples(), 1000));
    told.put("inference", profile.inferenceSeconds());
    told.set("labels", counts(counts));
    if (received > 0 && swapped.length == counts.length) {
      for (int i = 0; i < counts.length; i++) {
        counts[i] += swapped[i];
      }
      told.set("labelsAfter", counts(counts));
    }
  }

  /** What a summary says is exact, and takes the place of estimates. */
  private void tellResult(ObjectNode told) {
    if (result == null) {
      return;
    }
    told.put("accuracy", rounded(result.accuracy(), 10_000));
    told.put("without", rounded(result.accuracyWithoutSwaps(), 10_000));
    told.put("epsilon", rounded(result.epsilon(), 1000)).put("reputation", result.reputation());
    told.put("given", result.given()).put("received", result.received());
    if (result.trainSamples() > 0) {
      told.put("samples", result.trainSamples());
    }
    if (!result.labelsBefore().isEmpty()) {
      told.set("labels", counts(array(result.labelsBefore())));
      told.set("labelsAfter", counts(array(result.labelsAfter())));
      told.put("exact", true);
    }
  }

  private static double[] array(List<? extends Number> values) {
    return values.stream().mapToDouble(Number::doubleValue).toArray();
  }

  private static ArrayNode counts(double[] values) {
    ArrayNode told = JsonNodeFactory.instance.arrayNode(values.length);
    Arrays.stream(values).forEach(value -> told.add(rounded(value, 10)));
    return told;
  }

  /** As exact as a page shows it: thousands of devices are told at once. */
  private static double rounded(double value, double parts) {
    return Double.isFinite(value) ? Math.rint(value * parts) / parts : value;
  }

  private static void put(ObjectNode told, String key, int number) {
    if (number != UNKNOWN) {
      told.put(key, number);
    }
  }

  /** A list of those that hold something new. */
  static List<DeviceView> since(Iterable<DeviceView> devices, long version) {
    List<DeviceView> changed = new ArrayList<>();
    for (DeviceView device : devices) {
      if (device.version > version) {
        changed.add(device);
      }
    }
    return changed;
  }
}
