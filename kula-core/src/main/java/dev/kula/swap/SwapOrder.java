package dev.kula.swap;

import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import java.time.Duration;
import java.util.List;

/**
 * What the monitor asks a source and a receiver to do.
 *
 * @param number unique in the run
 * @param round in which it was ordered
 * @param source who points to samples
 * @param receiver who may use them
 * @param samples at most so many
 * @param labels label bins wanted, evenly; empty for any
 * @param exchange how they are used
 * @param admission which ledgers they are for, and whether the gate decides
 * @param selection how the source picks
 * @param diversity share of the picks made by diversity where the selection mixes, in [0, 1]
 * @param trusted whether the source's reputation earns the gate's lower tolerance
 * @param lease how long the lease lasts, up to {@link #LONGEST_LEASE}
 * @param uses how often it may be used
 */
public record SwapOrder(
    long number,
    int round,
    DeviceId source,
    DeviceId receiver,
    int samples,
    List<Integer> labels,
    Exchange exchange,
    Admission admission,
    Selection selection,
    double diversity,
    boolean trusted,
    Duration lease,
    int uses) {
  /** Bytes on the wire: numbers, names, labels. */
  public static final long BYTES = 96;

  /** Leases may not last longer. */
  public static final Duration LONGEST_LEASE = Duration.ofDays(366);

  public SwapOrder {
    labels = List.copyOf(labels);
    if (source.equals(receiver)) {
      throw new IllegalArgumentException("%s cannot swap with itself".formatted(source));
    }
    if (samples < 1 || uses < 1) {
      throw new IllegalArgumentException(
          "a swap of %d samples and %d uses needs at least 1 of each".formatted(samples, uses));
    }
    if (!(diversity >= 0 && diversity <= 1)) {
      throw new IllegalArgumentException("diversity is " + diversity + ", must be in [0, 1]");
    }
    if (lease.isNegative() || lease.compareTo(LONGEST_LEASE) > 0) {
      throw new IllegalArgumentException(
          "lease is %s, must be from 0 to %s".formatted(lease, LONGEST_LEASE));
    }
  }

  /** The same with another number. */
  SwapOrder numbered(long other) {
    return new SwapOrder(
        other, round, source, receiver, samples, labels, exchange, admission, selection, diversity,
        trusted, lease, uses);
  }
}
