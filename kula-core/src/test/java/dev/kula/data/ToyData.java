package dev.kula.data;

import dev.kula.Seed;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Small data sets made by formula. */
public final class ToyData {
  private ToyData() {}

  /** Classes {@code 0..classes-1} in turn; feature 0 is the row, 1 a constant, 2 random. */
  public static Dataset classes(int rows, int classes) {
    float[] targets = new float[rows];
    for (int i = 0; i < rows; i++) {
      targets[i] = i % classes;
    }
    return classes(targets, classes);
  }

  /** Classes as given. */
  public static Dataset classes(float[] targets, int classes) {
    List<String> names = IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
    return new Dataset(
        "toy",
        InputShape.vector(3),
        new Task.Classification(classes),
        LabelSpace.classes(names),
        features(targets.length),
        targets,
        Optional.empty(),
        Optional.empty());
  }

  /** Targets {@code 100 + 10 x} for random normal x. */
  public static Dataset regression(int rows) {
    RandomGenerator random = new Seed(5).generator();
    float[] targets = new float[rows];
    for (int i = 0; i < rows; i++) {
      targets[i] = (float) (100 + 10 * random.nextGaussian());
    }
    return new Dataset(
        "toy regression",
        InputShape.vector(3),
        new Task.Regression(),
        LabelSpace.quantiles(targets, Dataset.REGRESSION_BINS),
        features(rows),
        targets,
        Optional.empty(),
        Optional.empty());
  }

  /** The same, rows dealt in turn to devices {@code a}, {@code b}, ... */
  public static Dataset owned(Dataset data, int devices) {
    List<DeviceId> owners = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      owners.add(new DeviceId(String.valueOf((char) ('a' + i % devices))));
    }
    return with(data, Optional.of(owners), data.times());
  }

  /** The same with times, the last row first. */
  public static Dataset timed(Dataset data) {
    double[] times = new double[data.size()];
    for (int i = 0; i < times.length; i++) {
      times[i] = times.length - i;
    }
    return with(data, data.owners(), Optional.of(times));
  }

  private static Dataset with(
      Dataset data, Optional<List<DeviceId>> owners, Optional<double[]> times) {
    return new Dataset(
        data.name(),
        data.input(),
        data.task(),
        data.labels(),
        data.features(),
        data.targets(),
        owners,
        times);
  }

  private static FeatureTable features(int rows) {
    RandomGenerator random = new Seed(3).generator();
    float[] values = new float[rows * 3];
    for (int i = 0; i < rows; i++) {
      values[3 * i] = i;
      values[3 * i + 1] = 7.7f;
      values[3 * i + 2] = (float) (1000 + random.nextGaussian());
    }
    return new FeatureTable.Floats(values, 3);
  }
}
