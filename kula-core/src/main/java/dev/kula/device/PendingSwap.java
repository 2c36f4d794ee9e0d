package dev.kula.device;

import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.data.SampleSet;
import dev.kula.device.Settlement.Ending;
import dev.kula.swap.SwapOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** An order that a device expects to receive on, and how far it has come. */
final class PendingSwap {
  final SwapOrder order;
  @Nullable DataPointer pointer;
  @Nullable Arrival arrival;
  long bytes = 2 * SwapOrder.BYTES;
  long cacheHitBytes;
  @Nullable String refusal;

  /** What came in. */
  sealed interface Arrival {
    /** Copies of samples, which are in the store. */
    record Copies(SampleSet samples) implements Arrival {}

    /** What a visit changed. */
    record Change(float[] delta) implements Arrival {}

    /** Class sums, from which nothing has been drawn yet. */
    record Sums(ClassSums sums) implements Arrival {}

    /** Embedded samples drawn from class sums, label by label. */
    record Virtual(SampleSet samples) implements Arrival {}
  }

  PendingSwap(SwapOrder order) {
    this.order = order;
  }

  /** Whether an answer of this sender would be the first to what it has pointed to. */
  boolean awaits(DeviceId sender) {
    return pointer != null && refusal == null && arrival == null && sender.equals(order.source());
  }

  /** Where it points to, once it has. */
  DataPointer pointer() {
    DataPointer known = pointer;
    if (known == null) {
      throw new IllegalStateException("order " + order.number() + " arrived unpointed");
    }
    return known;
  }

  /** Samples are counted, real or virtual; of a visit only what was asked for is known. */
  int samples() {
    return switch (arrival) {
      case null -> 0;
      case Arrival.Copies copies -> copies.samples().size();
      case Arrival.Virtual virtual -> virtual.samples().size();
      case Arrival.Change change -> pointer().size();
      case Arrival.Sums sums -> 0;
    };
  }

  /** The same by label. */
  List<Integer> labels(LabelSpace space) {
    return switch (arrival) {
      case null -> List.of();
      case Arrival.Copies copies -> counts(copies.samples(), space);
      case Arrival.Virtual virtual -> counts(virtual.samples(), space);
      case Arrival.Change change -> asked(space.size());
      case Arrival.Sums sums -> List.of();
    };
  }

  private static List<Integer> counts(SampleSet samples, LabelSpace space) {
    double[] counts = samples.labelCounts(space);
    return Arrays.stream(counts).mapToObj(count -> (int) count).toList();
  }

  private List<Integer> asked(int bins) {
    List<Integer> asked = order.labels();
    List<Integer> counts = new ArrayList<>();
    for (int bin = 0; bin < bins; bin++) {
      int at = asked.indexOf(bin);
      int share = asked.isEmpty() ? 0 : pointer().size() / asked.size();
      counts.add(at < 0 ? 0 : share + (at < pointer().size() % asked.size() ? 1 : 0));
    }
    return counts;
  }

  /** What a visit changed or virtual samples are; empty for copies. */
  float[] numbers() {
    return switch (arrival) {
      case Arrival.Change change -> change.delta();
      case Arrival.Virtual virtual -> {
        SampleSet rows = virtual.samples();
        float[] values = new float[rows.size() * rows.features()];
        for (int i = 0; i < rows.size(); i++) {
          rows.copyFeatures(i, values, i * rows.features());
        }
        yield values;
      }
      case null -> new float[0];
      case Arrival.Copies copies -> new float[0];
      case Arrival.Sums sums -> new float[0];
    };
  }

  /**
   * How it ended.
   *
   * @param sampleBytes of one sample as a copy
   */
  Settlement settlement(
      Ending ending,
      OptionalDouble without,
      OptionalDouble with,
      LabelSpace space,
      long sampleBytes,
      String reason) {
    boolean entered = ending == Ending.ACCEPTED;
    return new Settlement(
        order,
        order.exchange(),
        ending,
        without,
        with,
        entered ? samples() : 0,
        entered ? labels(space) : List.of(),
        bytes,
        samples() * sampleBytes,
        cacheHitBytes,
        reason);
  }
}
