package dev.kula.benchmarks.scale;

import dev.kula.data.DeviceId;
import dev.kula.monitor.Deficit;
import dev.kula.monitor.FleetStatistics;
import dev.kula.monitor.Portraits;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Reputation;
import dev.kula.swap.PlanRequest;
import dev.kula.swap.PlannedSwap;
import dev.kula.swap.SwapSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The sum of the scores of a plan by deficit beside the most that it could be, the formula written
 * anew over all pairs. Pass by pass, as plans are made: what earlier passes ordered is given, has
 * halved what is lacking and used up room.
 */
final class Worth {
  private final double[][] deficits;
  private final boolean[] lacks;
  private final double[][] held;
  private final float[][] bonds;
  private final Map<DeviceId, Integer> places = new HashMap<>();
  private final SwapSettings settings;

  /** Of a request whose sources have no past. */
  Worth(PlanRequest request) {
    settings = request.settings();
    List<Profile> profiles = request.profiles();
    int size = profiles.size();
    deficits = new double[size][];
    lacks = new boolean[size];
    held = new double[size][];
    bonds = new float[size][size];
    FleetStatistics statistics = FleetStatistics.of(profiles);
    Portraits portraits = Portraits.of(profiles, statistics);
    for (int i = 0; i < size; i++) {
      Profile profile = profiles.get(i);
      places.put(profile.device(), i);
      double[] shares = profile.labelDistribution();
      double[] target = request.target().apply(shares);
      deficits[i] = Deficit.of(target, shares, Math.min(0.05, 0.25 / shares.length));
      lacks[i] = Deficit.sum(deficits[i]) > 0.1;
      double least = Math.max(3, 2 * profile.noise().labelStddev());
      held[i] = Arrays.stream(shares).map(s -> s * profile.samples() >= least ? s : 0).toArray();
    }
    double worth = new Reputation().value(new DeviceId("new"));
    IntStream.range(0, size)
        .parallel()
        .forEach(
            r -> {
              for (int s = 0; s < size; s++) {
                double distance = portraits.featureDistance(r, s);
                bonds[r][s] = s == r ? 0 : (float) (Math.exp(-2 * distance) * worth);
              }
            });
  }

  private double value(int receiver, int source) {
    double overlap = 0;
    for (int label = 0; label < deficits[receiver].length; label++) {
      overlap += deficits[receiver][label] * held[source][label];
    }
    return lacks[receiver] ? overlap * bonds[receiver][source] : 0;
  }

  /** The plan's part of the optimum, in [0, 1]; not a number if nobody lacks anything. */
  double share(List<PlannedSwap> plan) {
    int size = deficits.length;
    List<List<int[]>> passes = new ArrayList<>();
    int[] received = new int[size];
    for (PlannedSwap planned : plan) {
      int receiver = place(planned.order().receiver());
      int pass = received[receiver]++;
      if (pass == passes.size()) {
        passes.add(new ArrayList<>());
      }
      passes.get(pass).add(new int[] {receiver, place(planned.order().source())});
    }
    int[] rooms = new int[size];
    Arrays.fill(rooms, settings.outDegree());
    double sum = 0;
    double best = 0;
    for (int pass = 0; pass < settings.inDegree(); pass++) {
      double[][] values = new double[size][size];
      for (int r = 0; r < size; r++) {
        for (int s = 0; s < size; s++) {
          values[r][s] = value(r, s);
        }
      }
      best += Optimum.of(values, 1, rooms);
      for (int[] pair : pass < passes.size() ? passes.get(pass) : List.<int[]>of()) {
        sum += values[pair[0]][pair[1]];
        rooms[pair[1]]--;
        for (int label = 0; label < held[pair[1]].length; label++) {
          deficits[pair[0]][label] *= held[pair[1]][label] > 0 ? 0.5 : 1;
        }
        bonds[pair[0]][pair[1]] = 0;
      }
    }
    return sum / best;
  }

  private int place(DeviceId device) {
    Integer place = places.get(device);
    if (place == null) {
      throw new IllegalArgumentException(device + " is not of this fleet");
    }
    return place;
  }
}
