package dev.kula.data;

import dev.kula.Seed;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Classes that a linear model can learn, dealt unevenly to devices. */
public final class ToyClusters {
  /** Numbers in one sample. */
  public static final int FEATURES = 6;

  /** Number of classes. */
  public static final int CLASSES = 4;

  /** One bin a class. */
  public static final LabelSpace LABELS = LabelSpace.classes(List.of("a", "b", "c", "d"));

  private ToyClusters() {}

  /** Every class alike. */
  public static double[] evenShares() {
    double[] shares = new double[CLASSES];
    Arrays.fill(shares, 1.0 / CLASSES);
    return shares;
  }

  /** Samples of the classes given: normal around a mean of each class. */
  public static Dataset of(int... classes) {
    float[] targets = new float[classes.length];
    float[] values = new float[classes.length * FEATURES];
    RandomGenerator random = new Seed(17).generator();
    for (int i = 0; i < classes.length; i++) {
      targets[i] = classes[i];
      RandomGenerator mean = new Seed(18).derive(classes[i]).generator();
      for (int k = 0; k < FEATURES; k++) {
        values[i * FEATURES + k] = (float) (mean.nextGaussian() + 0.7 * random.nextGaussian());
      }
    }
    return new Dataset(
        "clusters",
        InputShape.vector(FEATURES),
        new Task.Classification(CLASSES),
        LABELS,
        new FeatureTable.Floats(values, FEATURES),
        targets,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * A fleet in which device i has classes i and i + 1 modulo {@link #CLASSES} alone, alternating.
   *
   * @param train training rows of a device, even
   * @param base rows of the base set, in which the classes take turns
   */
  public static FederatedData skewed(int devices, int train, int base) {
    int test = 12;
    List<Integer> classes = new ArrayList<>();
    List<FederatedData.DeviceRows> rows = new ArrayList<>();
    for (int d = 0; d < devices; d++) {
      int first = classes.size();
      for (int i = 0; i < train + test; i++) {
        classes.add((d + i % 2) % CLASSES);
      }
      rows.add(
          new FederatedData.DeviceRows(
              new DeviceId("device-%02d".formatted(d)),
              IntStream.range(first, first + train).toArray(),
              IntStream.range(first + train, first + train + test).toArray()));
    }
    int first = classes.size();
    for (int i = 0; i < base; i++) {
      classes.add(i % CLASSES);
    }
    return new FederatedData(
        of(classes.stream().mapToInt(Integer::intValue).toArray()),
        rows,
        IntStream.range(first, first + base).toArray());
  }
}
