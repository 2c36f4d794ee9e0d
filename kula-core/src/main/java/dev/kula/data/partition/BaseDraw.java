package dev.kula.data.partition;

import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Draws the operator's base set: one row of each label in turn, so that it is class-balanced as far
 * as the data allow. It never takes more than half of a label's rows; of a device that the data
 * name, it leaves at least 4. Where devices are to be split by time, it takes only rows from what
 * will be the training time, lest the base set tell them of the future.
 */
final class BaseDraw {
  private final Dataset dataset;
  private final PartitionPlan plan;
  private final Seed seed;

  BaseDraw(Dataset dataset, PartitionPlan plan, Seed seed) {
    this.dataset = dataset;
    this.plan = plan;
    this.seed = seed.derive("base");
  }

  /** Rows of the base set, ascending. */
  int[] draw() {
    int wanted = (int) Math.round(plan.base() * dataset.size());
    int[] all = IntStream.range(0, dataset.size()).toArray();
    Map<DeviceId, Integer> spare = new HashMap<>();
    List<int[]> owned = owned(all);
    if (natural()) {
      List<DeviceId> owners = PartitionSpec.Natural.owners(dataset);
      for (int[] rows : owned) {
        spare.put(owners.get(rows[0]), rows.length - PartitionPlan.SMALLEST_DEVICE);
      }
    }
    List<int[]> labels = Rows.byBin(dataset, all);
    List<int[]> candidates = Rows.byBin(dataset, early(owned));
    int[] next = new int[labels.size()];
    int[] taken = new int[labels.size()];
    for (int label = 0; label < labels.size(); label++) {
      candidates.set(label, Rows.shuffled(candidates.get(label), seed.derive(label).generator()));
    }
    int[] order =
        Rows.shuffled(
            IntStream.range(0, labels.size()).toArray(), seed.derive("order").generator());
    List<Integer> base = new ArrayList<>();
    boolean any = true;
    while (any && base.size() < wanted) {
      any = false;
      for (int label : order) {
        if (base.size() < wanted && taken[label] < labels.get(label).length / 2) {
          int row = nextRow(candidates.get(label), next, label, spare);
          if (row >= 0) {
            base.add(row);
            taken[label]++;
            any = true;
          }
        }
      }
    }
    return base.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  private int nextRow(int[] rows, int[] next, int label, Map<DeviceId, Integer> spare) {
    while (next[label] < rows.length) {
      int row = rows[next[label]++];
      if (!natural()) {
        return row;
      }
      DeviceId owner = PartitionSpec.Natural.owners(dataset).get(row);
      int left = spare.getOrDefault(owner, 0);
      if (left > 0) {
        spare.put(owner, left - 1);
        return row;
      }
    }
    return -1;
  }

  private boolean natural() {
    return plan.partition() instanceof PartitionSpec.Natural;
  }

  /** The rows of each device that is known already, or all as one group. */
  private List<int[]> owned(int[] all) {
    if (!natural()) {
      return List.of(all);
    }
    List<DeviceId> owners = PartitionSpec.Natural.owners(dataset);
    Map<DeviceId, List<Integer>> rows = new HashMap<>();
    for (int row : all) {
      rows.computeIfAbsent(owners.get(row), owner -> new ArrayList<>()).add(row);
    }
    return rows.values().stream()
        .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  private int[] early(List<int[]> owned) {
    IntStream early =
        owned.stream()
            .flatMapToInt(
                rows ->
                    switch (plan.split()) {
                      case SplitSpec.Random random -> IntStream.of(rows);
                      case SplitSpec.Time time ->
                          Arrays.stream(
                              Rows.ordered(dataset, rows), 0, (int) (time.share() * rows.length));
                    });
    // A hash map gave the order of the owners: sort, so that it does not matter.
    return early.sorted().toArray();
  }
}
