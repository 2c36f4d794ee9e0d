package dev.kula.benchmarks.scale;

import dev.kula.Seed;
import dev.kula.device.Message;
import dev.kula.monitor.FleetComparison;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Reputation;
import dev.kula.swap.PlanRequest;
import dev.kula.swap.PlannedSwap;
import dev.kula.swap.SwapPolicy;
import dev.kula.swap.SwapSettings;
import dev.kula.wire.MessageCodec;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * Plans for synthetic fleets, and says what it took: {@code WHAT SHAPE DEVICES...}. What: a policy;
 * {@code compare}, which compares the devices; {@code ingest}, which reads profiles as they come
 * over the wire and works out what plans need of them. A plan by deficit for up to 2,000 devices is
 * held against the optimum. Seconds grow as devices to the power of the exponent, which is fitted
 * to all but the first size, that in which the JVM warms up.
 */
final class Scale {
  /** Noise in a profile, in samples. */
  private static final double STDDEV = 2;

  private static final int MOST_FOR_OPTIMUM = 2000;

  /**
   * One line of the table.
   *
   * @param result orders, outliers or devices
   */
  private record Measured(int devices, double seconds, double processor, int result) {}

  private Scale() {}

  static void main(String[] arguments) {
    String what = arguments[0];
    SyntheticFleet shape = SyntheticFleet.valueOf(arguments[1]);
    System.out.println(
        "| what | shape | devices | seconds | CPU seconds | result | of the optimum |");
    System.out.println("|:--|:--|--:|--:|--:|--:|--:|");
    List<Measured> all = new ArrayList<>();
    for (String devices : Arrays.asList(arguments).subList(2, arguments.length)) {
      all.add(measure(what, shape, Integer.parseInt(devices)));
    }
    if (all.stream().map(Measured::devices).distinct().count() > 2) {
      System.out.printf("%nExponent: %.2f%n", exponent(all.subList(1, all.size())));
    }
  }

  private static Measured measure(String what, SyntheticFleet shape, int devices) {
    List<Profile> profiles = shape.profiles(devices, STDDEV, new Seed(5));
    String share = "";
    Measured measured;
    if (what.equals("compare")) {
      measured = timed(devices, () -> FleetComparison.compare(profiles, 0.05).outliers().size());
    } else if (what.equals("ingest")) {
      byte[][] sent =
          profiles.stream()
              .map(profile -> MessageCodec.encode(new Message.ProfileReport(profile)))
              .toArray(byte[][]::new);
      measured = timed(devices, () -> ingest(sent).size());
    } else {
      PlanRequest request = request(profiles, 1);
      List<PlannedSwap> plan = new ArrayList<>();
      measured =
          timed(
              devices,
              () -> {
                plan.addAll(SwapPolicy.parse(what).plan(request));
                return plan.size();
              });
      if (what.equals("deficit") && devices <= MOST_FOR_OPTIMUM) {
        share = "%.1f %%".formatted(100 * new Worth(request).share(plan));
      }
    }
    System.out.printf(
        "| %s | %s | %d | %.2f | %.2f | %d | %s |%n",
        what, shape, devices, measured.seconds(), measured.processor(), measured.result(), share);
    return measured;
  }

  private static Measured timed(int devices, IntSupplier work) {
    long start = System.nanoTime();
    long before = processorNanos();
    int result = work.getAsInt();
    return new Measured(
        devices, (System.nanoTime() - start) / 1e9, (processorNanos() - before) / 1e9, result);
  }

  private static Portraits ingest(byte[][] sent) {
    List<Profile> profiles =
        Arrays.stream(sent)
            .parallel()
            .map(bytes -> ((Message.ProfileReport) MessageCodec.decode(bytes)).profile())
            .toList();
    return Portraits.of(profiles, FleetStatistics.of(profiles));
  }

  /** Of least squares on logarithms. */
  private static double exponent(List<Measured> all) {
    SimpleRegression line = new SimpleRegression();
    all.forEach(one -> line.addData(Math.log(one.devices()), Math.log(one.seconds())));
    return line.getSlope();
  }

  /** For devices of which each should know all labels alike. */
  static PlanRequest request(List<Profile> profiles, long seed) {
    double[] even = new double[SyntheticFleet.LABELS];
    Arrays.fill(even, 1.0 / even.length);
    return new PlanRequest(
        1,
        profiles,
        own -> even.clone(),
        Map.of(),
        Map.of(),
        new Reputation(),
        SwapSettings.defaults(785, 8_000, 160_000),
        1,
        new Seed(seed));
  }

  private static long processorNanos() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getProcessCpuTime();
  }
}
