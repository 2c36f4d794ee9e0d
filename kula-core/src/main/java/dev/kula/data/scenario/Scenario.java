package dev.kula.data.scenario;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.FederatedData.DeviceRows;
import dev.kula.data.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Regimes, and who is in which of them when. Immutable and thread safe.
 *
 * @param shift how regimes differ
 * @param course what becomes of devices' data while a run goes on
 */
public record Scenario(Shift shift, Course course) {
  static final double STOCK = 1.0 / 3;
  static final double NEWCOMERS = 0.25;
  static final int FEWEST_ROWS = 5;
  static final int MOST_ROWS = 20;

  public Scenario {
    if (course.drifts() && shift.regimes() < 2) {
      throw KulaException.user(
          "course is '%s', but shift is '%s', so that there is one regime only; use --shift features:4"
              .formatted(course.notation(), shift.notation()));
    }
    if (course == Course.STREAM && shift.regimes() > 1) {
      throw KulaException.user(
          "course is 'stream', so shift must be 'none', not '%s': the data themselves drift; leave --shift out"
              .formatted(shift.notation()));
    }
  }

  /** Data as they are. */
  public static Scenario none() {
    return new Scenario(new Shift.None(), Course.STILL);
  }

  /** Whether the data change while a run goes on. */
  public boolean changes() {
    return course != Course.STILL;
  }

  /**
   * Puts a fleet's data into the scenario. The same seed gives the same rows.
   *
   * @param rounds of the run
   * @throws KulaException (USER) if the data do not allow it
   */
  public FederatedData apply(FederatedData data, int rounds, Seed seed) {
    return switch (course) {
      case STILL -> shift.regimes() == 1 ? data : new Regimes(this, data, rounds, seed).still();
      case JOIN -> new Regimes(this, data, rounds, seed).joining();
      case SUDDEN, GRADUAL, RECURRING, TOGETHER -> new Regimes(this, data, rounds, seed).drifting();
      case STREAM -> streamed(data, rounds);
    };
  }

  /**
   * What a split by time trains on is there before the first round: what the data are standardised
   * by, and no row that is later. The others come in by turns, one part a round, and each part is
   * the exam of the round before.
   */
  private static FederatedData streamed(FederatedData data, int rounds) {
    Dataset dataset = data.dataset();
    Optional<double[]> times = dataset.times();
    if (times.isEmpty()) {
      throw KulaException.user(
          "course is 'stream', which needs a time for each row, but '%s' has none; name the column with --time-column"
              .formatted(dataset.name()));
    }
    if (!data.splitByTime()) {
      throw KulaException.user(
          "course is 'stream', so split must be time:SHARE, the share that is there at the beginning; use --split time:0.2");
    }
    if (data.base().length > 0) {
      throw KulaException.user(
          "course is 'stream', so base must be 0, not a draw from all times that has %d rows; use --base 0"
              .formatted(data.base().length));
    }
    List<DeviceRows> devices = new ArrayList<>();
    for (DeviceRows device : data.devices()) {
      int stock = device.train().length;
      int[] rows = Arrays.copyOf(device.train(), device.size());
      System.arraycopy(device.test(), 0, rows, stock, device.test().length);
      if (rows.length - stock < 2) {
        throw KulaException.user(
            "device '%s' has %d rows, which is too few for --course stream, which needs 4; leave it out"
                .formatted(device.device(), rows.length));
      }
      int[] ends = new int[rounds + 2];
      for (int round = 0; round < ends.length; round++) {
        ends[round] =
            stock + (int) Math.floorDiv((long) (rows.length - stock) * round, rounds + 1L);
      }
      List<Stage> stages = new ArrayList<>();
      for (int round = 0; round <= rounds; round++) {
        boolean comes = round == 0 || ends[round] > ends[round - 1];
        int next = round + 1;
        while (ends[next] == ends[round]) {
          next++; // few rows: the next that come in, whenever that is
        }
        if (comes) {
          stages.add(
              new Stage(
                  round, ends[round], Arrays.copyOfRange(rows, ends[round], ends[next]), false));
        }
      }
      int last = ends[rounds];
      devices.add(
          new DeviceRows(
              device.device(),
              Arrays.copyOf(rows, last),
              Arrays.copyOfRange(rows, last, rows.length),
              stages));
    }
    return new FederatedData(dataset, devices, data.base(), data.standardisation(), true);
  }

  /** A permutation of 0 to {@code size} − 1, each equally likely (Fisher and Yates). */
  static int[] permutation(int size, RandomGenerator random) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /** Which devices join late, by their place in the fleet. */
  static boolean[] newcomers(List<DeviceId> devices, Seed seed) {
    int[] order = permutation(devices.size(), seed.derive("newcomers").generator());
    boolean[] late = new boolean[order.length];
    int count = Math.clamp(Math.round(NEWCOMERS * order.length), 1, order.length);
    for (int i = 0; i < count; i++) {
      late[order[i]] = true;
    }
    return late;
  }
}
