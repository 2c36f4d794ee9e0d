package dev.kula.data.scenario;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.LabelSpace;
import dev.kula.data.Notation;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * How regimes differ. Regime 0 is the data as they are. Values are immutable and thread safe.
 *
 * <ul>
 *   <li>{@code none}: there is one regime.
 *   <li>{@code features:K}: the same things look different. Square images are turned by a quarter
 *       for each regime, at most four; other data have the signs of half their features, after
 *       standardisation, changed at random for each regime.
 *   <li>{@code labels:K}: the same things have other names. Classes are permuted at random in each
 *       regime, so that regimes contradict each other.
 * </ul>
 */
public sealed interface Shift {
  /** Most regimes. */
  int MOST = 100;

  /** In command-line notation; {@link #parse} reads it back. */
  String notation();

  /** How many regimes there are. */
  int regimes();

  /**
   * The data with each row in its regime.
   *
   * @param regimes one a row
   * @throws KulaException (USER) if these data cannot be shifted so
   */
  Dataset apply(Dataset dataset, int[] regimes, Seed seed);

  /** One regime. */
  record None() implements Shift {
    @Override
    public String notation() {
      return "none";
    }

    @Override
    public int regimes() {
      return 1;
    }

    @Override
    public Dataset apply(Dataset dataset, int[] regimes, Seed seed) {
      return dataset;
    }
  }

  /**
   * The same things look different.
   *
   * @param regimes from 2 to {@link #MOST}
   */
  record Features(int regimes) implements Shift {
    private static final int TURNS = 4;

    @Override
    public String notation() {
      return "features:" + regimes;
    }

    @Override
    public Dataset apply(Dataset dataset, int[] regimes, Seed seed) {
      InputShape shape = dataset.input();
      boolean turns = shape.isImage() && shape.height() == shape.width();
      if (turns && this.regimes > TURNS) {
        throw KulaException.user(
            "shift is '%s', K must be from 2 to %d for images, which are turned by quarters; lower K"
                .formatted(notation(), TURNS));
      }
      int columns = shape.size();
      boolean[][] flips = new boolean[this.regimes][columns];
      for (int regime = 1; regime < this.regimes; regime++) {
        flips[regime] = half(columns, seed.derive("flip").derive(regime).generator());
      }
      int[] moved = rowsOutside(regimes);
      float[] values = new float[moved.length * columns];
      float[] row = new float[columns];
      for (int i = 0; i < moved.length; i++) {
        int regime = regimes[moved[i]];
        dataset.features().copyRow(moved[i], row, 0);
        for (int at = 0; at < columns; at++) {
          int to = turns ? turned(at, shape, regime) : at;
          values[i * columns + to] = turns || !flips[regime][at] ? row[at] : -row[at];
        }
      }
      return with(dataset, dataset.features().replace(moved, values), dataset.targets());
    }

    /** Where a pixel of a square image is after some quarters of a turn. */
    private static int turned(int at, InputShape shape, int quarters) {
      int side = shape.width();
      int channel = at / (side * side);
      int y = at / side % side;
      int x = at % side;
      for (int i = 0; i < quarters; i++) {
        int before = x;
        x = side - 1 - y;
        y = before;
      }
      return (channel * side + y) * side + x;
    }

    private static boolean[] half(int columns, RandomGenerator random) {
      int[] order = Scenario.permutation(columns, random);
      boolean[] chosen = new boolean[columns];
      for (int i = 0; i < (columns + 1) / 2; i++) {
        chosen[order[i]] = true;
      }
      return chosen;
    }
  }

  /**
   * The same things have other names.
   *
   * @param regimes from 2 to {@link #MOST}
   */
  record Labels(int regimes) implements Shift {
    @Override
    public String notation() {
      return "labels:" + regimes;
    }

    @Override
    public Dataset apply(Dataset dataset, int[] regimes, Seed seed) {
      if (!(dataset.task() instanceof Task.Classification)) {
        throw KulaException.user(
            "shift is '%s', must be features:K or none for a regression, which has no classes to rename; use features:%d"
                .formatted(notation(), this.regimes));
      }
      LabelSpace labels = dataset.labels();
      int[][] names = new int[this.regimes][];
      for (int regime = 1; regime < this.regimes; regime++) {
        names[regime] =
            Scenario.permutation(labels.size(), seed.derive("names").derive(regime).generator());
      }
      float[] targets = dataset.targets().clone();
      for (int row : rowsOutside(regimes)) {
        targets[row] = names[regimes[row]][labels.bin(targets[row])];
      }
      return with(dataset, dataset.features(), targets);
    }
  }

  /**
   * Reads {@code none}, {@code features:K} or {@code labels:K}.
   *
   * @throws KulaException (USER) for anything else
   */
  static Shift parse(String text) {
    Notation notation = Notation.of("shift", text);
    if (notation.isPlain("none")) {
      return new None();
    }
    if (!notation.name().equals("features") && !notation.name().equals("labels")) {
      throw notation.mistake("must be none, features:K or labels:K", "try features:4");
    }
    int regimes =
        (int)
            notation.number(
                k -> k >= 2 && k <= MOST && k == Math.rint(k),
                "K must be a whole number from 2 to " + MOST,
                "try " + notation.name() + ":4");
    return notation.name().equals("features") ? new Features(regimes) : new Labels(regimes);
  }

  /** Rows that are not in regime 0. */
  private static int[] rowsOutside(int[] regimes) {
    int[] moved = new int[regimes.length];
    int count = 0;
    for (int row = 0; row < regimes.length; row++) {
      if (regimes[row] > 0) {
        moved[count++] = row;
      }
    }
    return Arrays.copyOf(moved, count);
  }

  private static Dataset with(Dataset dataset, FeatureTable features, float[] targets) {
    return new Dataset(
        dataset.name(),
        dataset.input(),
        dataset.task(),
        dataset.labels(),
        features,
        targets,
        dataset.owners(),
        dataset.times());
  }
}
