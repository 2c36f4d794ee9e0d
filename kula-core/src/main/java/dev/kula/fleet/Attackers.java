package dev.kula.fleet;

import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.aggregate.attack.Attack;
import dev.kula.aggregate.attack.DataAttack;
import dev.kula.aggregate.attack.UpdateAttack;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FeatureTable;
import dev.kula.data.FederatedData;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Devices of a simulation that attack it, all in the same way and knowing of each other.
 *
 * @param attack what they do
 * @param devices who they are
 * @param seed of what the attack draws
 */
public record Attackers(Attack attack, SortedSet<DeviceId> devices, Seed seed) {
  public Attackers {
    devices = Collections.unmodifiableSortedSet(new TreeSet<>(devices));
  }

  /**
   * A share of the devices, picked by {@code seed}.
   *
   * @param share in [0, 1]; rounded down to whole devices
   */
  public static Attackers pick(Attack attack, double share, List<DeviceId> all, Seed seed) {
    List<DeviceId> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, Random.from(seed.derive("attackers").generator()));
    int count = count(share, all.size());
    return new Attackers(attack, new TreeSet<>(shuffled.subList(0, count)), seed.derive("attack"));
  }

  /** How many attackers a share of {@code devices} is. */
  public static int count(double share, int devices) {
    return (int) Math.floor(share * devices + 1e-9);
  }

  /**
   * The data as attackers train on them: their training rows poisoned, all else as it was. The data
   * set itself if they leave samples alone.
   */
  public Dataset poisoned(FederatedData data) {
    Dataset dataset = data.dataset();
    if (!(attack instanceof DataAttack poison)
        || !(dataset.task() instanceof Task.Classification classification)) {
      return dataset;
    }
    int[] rows =
        data.devices().stream()
            .filter(device -> devices.contains(device.device()))
            .flatMapToInt(device -> IntStream.of(device.train()))
            .toArray();
    FeatureTable features = dataset.features();
    int columns = features.columns();
    float[] targets = dataset.targets().clone();
    float[] values = new float[rows.length * columns];
    float[] row = new float[columns];
    for (int i = 0; i < rows.length; i++) {
      features.copyRow(rows[i], row, 0);
      targets[rows[i]] = poison.poison(row, (int) targets[rows[i]], classification.classes());
      System.arraycopy(row, 0, values, i * columns, columns);
    }
    return new Dataset(
        dataset.name(),
        dataset.input(),
        dataset.task(),
        dataset.labels(),
        features.replace(rows, values),
        targets,
        dataset.owners(),
        dataset.times());
  }

  /**
   * What a cohort sends: the updates of attackers replaced, if the attack does so.
   *
   * @param cohort devices
   * @param honest the update of each, empty if it sends none
   */
  List<Optional<Update>> sent(int round, List<DeviceId> cohort, List<Optional<Update>> honest) {
    if (!(attack instanceof UpdateAttack forging)) {
      return honest;
    }
    List<float[]> theirs = new ArrayList<>();
    List<float[]> own = new ArrayList<>();
    for (int i = 0; i < cohort.size(); i++) {
      List<float[]> side = devices.contains(cohort.get(i)) ? own : theirs;
      honest.get(i).ifPresent(update -> side.add(update.delta()));
    }
    if (own.isEmpty()) {
      return honest;
    }
    own.replaceAll(float[]::clone);
    forging.forge(theirs, own, seed.derive(round).generator());
    List<Optional<Update>> sent = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < cohort.size(); i++) {
      Optional<Update> update = honest.get(i);
      if (update.isPresent() && devices.contains(cohort.get(i))) {
        sent.add(Optional.of(update.get().withDelta(own.get(next++))));
      } else {
        sent.add(update);
      }
    }
    return sent;
  }
}
