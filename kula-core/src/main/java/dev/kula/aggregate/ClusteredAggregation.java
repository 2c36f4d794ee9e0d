package dev.kula.aggregate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * IFCA, clustered federated learning: a server keeps several global models; each device takes the
 * one with the lowest loss on its training data, trains it, and its update folds into that one
 * alone (Ghosh et al. 2020, <i>An Efficient Framework for Clustered Federated Learning</i>,
 * Algorithm 1, model averaging). All models go down and one update comes up. A cluster that nobody
 * chose keeps its model.
 *
 * @param inner folds the updates of each cluster; sends one model
 * @param clusters models, at least 2
 */
public record ClusteredAggregation(AggregationStrategy inner, int clusters)
    implements AggregationStrategy {
  public ClusteredAggregation {
    if (clusters < 2) {
      throw new IllegalArgumentException("clusters is %d, must be at least 2".formatted(clusters));
    }
    if (!inner.broadcast().equals(Broadcast.ONE_MODEL)
        || !inner.optimizer().equals(ServerOptimizer.NONE)
        || inner.needsRoot()) {
      throw new IllegalArgumentException("'%s' does not fold by cluster".formatted(inner.name()));
    }
  }

  @Override
  public String name() {
    return "%s in %d clusters".formatted(inner.name(), clusters);
  }

  @Override
  public double proximalMu() {
    return inner.proximalMu();
  }

  @Override
  public Broadcast broadcast() {
    return new Broadcast(clusters, false);
  }

  /** An update of one model, and which one. */
  @Override
  public long updateBytes(int parameters) {
    return inner.updateBytes(broadcast().modelSize(parameters)) + Integer.BYTES;
  }

  @Override
  public PartialSum init(int parameters) {
    int modelSize = broadcast().modelSize(parameters);
    List<PartialSum> sums = new ArrayList<>();
    for (int cluster = 0; cluster < clusters; cluster++) {
      sums.add(inner.init(modelSize));
    }
    return new ClusteredSum(sums);
  }

  /** A sum for each cluster. */
  private final class ClusteredSum implements PartialSum {
    private final List<PartialSum> sums;

    ClusteredSum(List<PartialSum> sums) {
      this.sums = sums;
    }

    @Override
    public void accumulate(Update update) {
      if (update.cluster() >= clusters) {
        throw new IllegalArgumentException(
            "an update is of cluster %d, must be below %d".formatted(update.cluster(), clusters));
      }
      sums.get(update.cluster()).accumulate(update);
    }

    @Override
    public void merge(PartialSum other) {
      if (!(other instanceof ClusteredSum that) || that.sums.size() != sums.size()) {
        throw new IllegalArgumentException("cannot merge sums of different strategies");
      }
      for (int cluster = 0; cluster < clusters; cluster++) {
        sums.get(cluster).merge(that.sums.get(cluster));
      }
    }

    @Override
    public float[] finish(float[] currentGlobal) {
      int size = broadcast().modelSize(currentGlobal.length);
      float[] next = new float[currentGlobal.length];
      for (int cluster = 0; cluster < clusters; cluster++) {
        float[] model = Arrays.copyOfRange(currentGlobal, cluster * size, (cluster + 1) * size);
        System.arraycopy(sums.get(cluster).finish(model), 0, next, cluster * size, size);
      }
      return next;
    }

    @Override
    public int updates() {
      return sums.stream().mapToInt(PartialSum::updates).sum();
    }

    @Override
    public double weight() {
      return sums.stream().mapToDouble(PartialSum::weight).sum();
    }

    @Override
    public double trainingLoss() {
      double losses = sums.stream().mapToDouble(sum -> sum.trainingLoss() * sum.weight()).sum();
      return updates() == 0 ? 0 : losses / weight();
    }
  }
}
