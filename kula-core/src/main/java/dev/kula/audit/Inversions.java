package dev.kula.audit;

import dev.kula.Seed;
import dev.kula.audit.AuditReport.Setup;
import dev.kula.audit.AuditedRelease.Hidden;
import dev.kula.audit.AuditedRelease.Kind;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import dev.kula.device.Workbench;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Attacks on what the records behind one release look like. */
final class Inversions {
  /** Draws of what the device holds. */
  private static final int DRAWS = 8;

  /** Records of {@link Setup#ONE_STEP}. */
  private static final int FEW = 8;

  private final Bench bench;
  private final AuditedRelease release;
  private final Pool pool;

  Inversions(Bench bench, AuditedRelease release, Pool pool) {
    this.bench = bench;
    this.release = release;
    this.pool = pool;
  }

  /** None for a layer that is not dense. */
  List<AuditReport.Inversion> run() {
    boolean embeddings = release.kind() == Kind.VISIT || release.kind() == Kind.CLASS_SUMS;
    List<AuditReport.Inversion> results = new ArrayList<>();
    for (Setup setup : Setup.values()) {
      if (!applies(setup)) {
        continue;
      }
      List<Recovery> recoveries = new ArrayList<>();
      for (int draw = 0; draw < DRAWS; draw++) {
        Seed seed = bench.seed().derive(setup.name()).derive(draw);
        bench.on(work -> recover(setup, seed, work)).ifPresent(recoveries::add);
      }
      if (!recoveries.isEmpty()) {
        results.add(
            new AuditReport.Inversion(release, setup, embeddings, Recovery.mean(recoveries)));
      }
    }
    return results;
  }

  private boolean applies(Setup setup) {
    return switch (setup) {
      case ONE_RECORD -> release.kind() != Kind.RAW;
      case ONE_STEP -> release.kind() == Kind.UPDATE && release.hidden() == Hidden.NOTHING;
      case CONFIGURED -> true;
    };
  }

  private Optional<Recovery> recover(Setup setup, Seed seed, Workbench work) {
    int[] order = shuffled(seed.derive("records").generator());
    int held =
        switch (setup) {
          case ONE_RECORD -> 1;
          case ONE_STEP -> Math.min(FEW, pool.records() / 2);
          case CONFIGURED -> pool.records() / 2;
        };
    int[] rows = IntStream.range(0, held).map(i -> order[i]).sorted().toArray();
    int[] absent = IntStream.range(held, 2 * held).map(i -> order[i]).toArray();
    TrainingPlan local =
        setup == Setup.ONE_STEP
            ? TrainingPlan.of(1, held, bench.local().learningRate())
            : bench.local();
    Subject device = bench.subject(pool, rows, release.settings(), seed, work);
    return candidates(device, local, work)
        .map(candidates -> compare(candidates, rows, absent, work));
  }

  private Optional<List<float[]>> candidates(Subject device, TrainingPlan local, Workbench work) {
    ParameterLayout layout = work.engine().layout();
    return switch (release.kind()) {
      case UPDATE, WHOLE_VISIT ->
          FirstLayer.of(layout, pool.table().columns())
              .map(layer -> layer.candidates(device.release(release.kind(), local, work).values()));
      case VISIT ->
          FirstLayer.ofHead(layout, work.engine().embeddingSize())
              .map(layer -> layer.candidates(device.release(release.kind(), local, work).values()));
      case CLASS_SUMS -> Optional.of(SumScores.means(device.classSums(work)));
      case RAW -> Optional.of(rows(device.copies(work)));
    };
  }

  private static List<float[]> rows(SampleBatch copies) {
    return IntStream.range(0, copies.size())
        .mapToObj(
            i -> {
              float[] row = new float[copies.features().columns()];
              copies.features().copyRow(i, row, 0);
              return row;
            })
        .toList();
  }

  private Recovery compare(List<float[]> candidates, int[] rows, int[] absent, Workbench work) {
    if (release.kind() != Kind.VISIT && release.kind() != Kind.CLASS_SUMS) {
      return Recovery.of(candidates, records(rows), records(absent), pool.low(), pool.high());
    }
    List<float[]> present = embeddings(rows, work);
    float low = 0;
    float high = Float.MIN_VALUE;
    for (float[] embedding : present) {
      for (float value : embedding) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    return Recovery.of(candidates, present, embeddings(absent, work), low, high);
  }

  private List<float[]> records(int[] rows) {
    return IntStream.of(rows).mapToObj(pool::row).toList();
  }

  private List<float[]> embeddings(int[] rows, Workbench work) {
    int width = work.engine().embeddingSize();
    float[] all = new float[rows.length * width];
    work.engine().embed(bench.model(), SampleSet.of(pool.table(), pool.targets(), rows), all);
    return IntStream.range(0, rows.length)
        .mapToObj(i -> Arrays.copyOfRange(all, i * width, (i + 1) * width))
        .toList();
  }

  private int[] shuffled(RandomGenerator random) {
    int[] order = IntStream.range(0, pool.records()).toArray();
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
