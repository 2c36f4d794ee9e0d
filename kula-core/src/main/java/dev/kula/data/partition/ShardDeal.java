package dev.kula.data.partition;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Dataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Deals labels, then rows. Each label gets a number of shards: at least one, at most one a device,
 * and otherwise in proportion to its rows (highest averages after D'Hondt, which keeps the largest
 * shard smallest). Each device, in random order, then takes a shard of the labels that have most
 * left, ties at random; that never runs dry (Gale and Ryser 1957). For one deal, on one thread.
 */
final class ShardDeal {
  private final PartitionSpec.Classes spec;
  private final List<int[]> rowsByLabel;
  private final int devices;
  private final RandomGenerator random;

  ShardDeal(PartitionSpec.Classes spec, Dataset dataset, int[] pool, int devices, Seed seed) {
    this.spec = spec;
    this.rowsByLabel = Rows.byBin(dataset, pool).stream().filter(rows -> rows.length > 0).toList();
    this.devices = devices;
    this.random = seed.generator();
    int labels = rowsByLabel.size();
    if (spec.perDevice() > labels) {
      throw KulaException.user(
          "partition is '%s', K must be from 1 to %d, the classes of '%s'; lower K"
              .formatted(spec.notation(), labels, dataset.name()));
    }
    if ((long) devices * spec.perDevice() < labels) {
      throw KulaException.user(
          "partition is '%s' with %d devices, which is too few to hold all %d classes; raise K or"
                  .formatted(spec.notation(), devices, labels)
              + " --devices");
    }
  }

  Deal deal() {
    int[] left = shards();
    List<List<Integer>> holders = new ArrayList<>();
    for (int label = 0; label < left.length; label++) {
      holders.add(new ArrayList<>());
    }
    for (int device : Rows.shuffled(IntStream.range(0, devices).toArray(), random)) {
      for (int label : richest(left)) {
        left[label]--;
        holders.get(label).add(device);
      }
    }
    Deal deal = new Deal(devices);
    for (int label = 0; label < left.length; label++) {
      int[] rows = Rows.shuffled(rowsByLabel.get(label), random);
      List<Integer> holding = holders.get(label);
      for (int i = 0; i < rows.length; i++) {
        deal.give(holding.get(i % holding.size()), rows[i]);
      }
    }
    int smallest = deal.size(deal.smallest());
    if (smallest < PartitionPlan.SMALLEST_DEVICE) {
      throw KulaException.user(
          "partition is '%s' with %d devices, which leaves one with %d samples, must be at least"
                  .formatted(spec.notation(), devices, smallest)
              + " %d; raise K or lower --devices".formatted(PartitionPlan.SMALLEST_DEVICE));
    }
    return deal;
  }

  private int[] shards() {
    int[] shards = new int[rowsByLabel.size()];
    Arrays.fill(shards, 1);
    for (int dealt = shards.length; dealt < devices * spec.perDevice(); dealt++) {
      int next = -1;
      for (int label = 0; label < shards.length; label++) {
        if (shards[label] < devices
            && (next < 0 || average(label, shards) > average(next, shards))) {
          next = label;
        }
      }
      shards[next]++;
    }
    return shards;
  }

  private double average(int label, int[] shards) {
    return rowsByLabel.get(label).length / (shards[label] + 1.0);
  }

  private int[] richest(int[] left) {
    int[] labels = Rows.shuffled(IntStream.range(0, left.length).toArray(), random);
    return IntStream.of(labels)
        .boxed()
        .sorted(Comparator.comparingInt((Integer label) -> -left[label]))
        .limit(spec.perDevice())
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
