package dev.kula.swap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/** Which of its samples a source points to. Every choice is within label bins, evenly over them. */
public enum Selection {
  /**
   * The default: greedy k-centre (Gonzalez 1985) on embeddings within each bin, after dropping the
   * tenth of the bin with the highest loss as suspect.
   */
  DIVERSITY,
  /** The samples with the largest gradient × input, see {@code TrainingEngine.importance}. */
  IMPORTANCE,
  /**
   * The specification's: a share by diversity, which grows with the devices' dissimilarity, the
   * rest by importance.
   */
  MIXED,
  /** Any, uniformly. */
  UNIFORM;

  private static final double SUSPECT_SHARE = 0.1;

  /**
   * What selection looks at, all in the order of the source's samples.
   *
   * @param bins label bin of each sample
   * @param losses of the current global model
   * @param importance of each sample
   * @param embeddings row-major {@code [bins.length, embeddingSize]}
   */
  public record Candidates(
      int[] bins, float[] losses, float[] importance, float[] embeddings, int embeddingSize) {
    /** Some of them, in the order of {@code indices}. */
    public Candidates only(int[] indices) {
      int size = indices.length;
      int[] someBins = new int[size];
      float[] someLosses = new float[size];
      float[] someImportance = new float[size];
      float[] someEmbeddings = new float[size * embeddingSize];
      for (int i = 0; i < size; i++) {
        someBins[i] = bins[indices[i]];
        someLosses[i] = losses[indices[i]];
        someImportance[i] = importance[indices[i]];
        System.arraycopy(
            embeddings,
            indices[i] * embeddingSize,
            someEmbeddings,
            i * embeddingSize,
            embeddingSize);
      }
      return new Candidates(someBins, someLosses, someImportance, someEmbeddings, embeddingSize);
    }
  }

  /**
   * Picks at most {@code size} samples, fewer if the wanted bins hold fewer.
   *
   * @param labels bins wanted; empty for any, in the source's own proportions
   * @param diversity share picked by diversity, for {@link #MIXED}
   * @return indices of samples, ascending
   */
  public int[] select(
      Candidates candidates,
      List<Integer> labels,
      int size,
      double diversity,
      RandomGenerator random) {
    int bins = Arrays.stream(candidates.bins()).max().orElse(-1) + 1;
    List<List<Integer>> byBin = new ArrayList<>();
    for (int bin = 0; bin < bins; bin++) {
      byBin.add(new ArrayList<>());
    }
    for (int i = 0; i < candidates.bins().length; i++) {
      if (labels.isEmpty() || labels.contains(candidates.bins()[i])) {
        byBin.get(candidates.bins()[i]).add(i);
      }
    }
    int[] quotas = quotas(byBin, size, labels.isEmpty());
    List<Integer> picked = new ArrayList<>();
    for (int bin = 0; bin < bins; bin++) {
      picked.addAll(pick(candidates, byBin.get(bin), quotas[bin], diversity, random));
    }
    return picked.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  private List<Integer> pick(
      Candidates candidates,
      List<Integer> members,
      int size,
      double diversity,
      RandomGenerator random) {
    return switch (this) {
      case UNIFORM -> uniform(members, size, random);
      case IMPORTANCE -> mostImportant(candidates, members, size);
      case DIVERSITY -> kCentre(candidates, withoutSuspects(candidates, members, size), size);
      case MIXED -> {
        int diverse = (int) Math.round(size * diversity);
        List<Integer> picked = new ArrayList<>(kCentre(candidates, members, diverse));
        List<Integer> rest = new ArrayList<>(members);
        rest.removeAll(picked);
        picked.addAll(mostImportant(candidates, rest, size - picked.size()));
        yield picked;
      }
    };
  }

  /** Shares {@code size} over the bins: evenly, or as large as they are; no bin over its size. */
  private static int[] quotas(List<List<Integer>> byBin, int size, boolean proportional) {
    int[] quotas = new int[byBin.size()];
    int total = byBin.stream().mapToInt(List::size).sum();
    int left = Math.min(size, total);
    if (proportional && total > 0) {
      for (int bin = 0; bin < quotas.length; bin++) {
        quotas[bin] = (int) ((long) left * byBin.get(bin).size() / total);
      }
      left -= Arrays.stream(quotas).sum();
    }
    while (left > 0) {
      int next = -1;
      for (int bin = 0; bin < quotas.length; bin++) {
        boolean room = quotas[bin] < byBin.get(bin).size();
        if (room && (next < 0 || quotas[bin] < quotas[next])) {
          next = bin;
        }
      }
      quotas[next]++;
      left--;
    }
    return quotas;
  }

  private static List<Integer> uniform(List<Integer> members, int size, RandomGenerator random) {
    List<Integer> pool = new ArrayList<>(members);
    for (int i = 0; i < size; i++) {
      int j = i + random.nextInt(pool.size() - i);
      Integer swapped = pool.get(i);
      pool.set(i, pool.get(j));
      pool.set(j, swapped);
    }
    return pool.subList(0, size);
  }

  private static List<Integer> mostImportant(
      Candidates candidates, List<Integer> members, int size) {
    return members.stream()
        .sorted(
            Comparator.<Integer>comparingDouble(i -> -candidates.importance()[i])
                .thenComparingInt(i -> i))
        .limit(Math.max(0, size))
        .toList();
  }

  private static List<Integer> withoutSuspects(
      Candidates candidates, List<Integer> members, int size) {
    int suspects = Math.min((int) (members.size() * SUSPECT_SHARE), members.size() - size);
    return members.stream()
        .sorted(
            Comparator.<Integer>comparingDouble(i -> candidates.losses()[i])
                .thenComparingInt(i -> i))
        .limit(members.size() - Math.max(0, suspects))
        .sorted()
        .toList();
  }

  /** Farthest-first traversal from the sample nearest to the mean: O(size · members · width). */
  private static List<Integer> kCentre(Candidates candidates, List<Integer> members, int size) {
    List<Integer> centres = new ArrayList<>();
    if (members.isEmpty() || size <= 0) {
      return centres;
    }
    int width = candidates.embeddingSize();
    float[] mean = new float[width];
    for (int member : members) {
      for (int k = 0; k < width; k++) {
        mean[k] += candidates.embeddings()[member * width + k] / members.size();
      }
    }
    double[] distance = new double[members.size()];
    int next = 0;
    for (int m = 0; m < distance.length; m++) {
      distance[m] = squaredDistance(candidates, members.get(m), mean, 0);
      next = distance[m] < distance[next] ? m : next;
    }
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    while (centres.size() < size) {
      int centre = members.get(next);
      centres.add(centre);
      distance[next] = -1;
      for (int m = 0; m < distance.length; m++) {
        if (distance[m] >= 0) {
          double to =
              squaredDistance(candidates, members.get(m), candidates.embeddings(), centre * width);
          distance[m] = Math.min(distance[m], to);
        }
      }
      for (int m = 0; m < distance.length; m++) {
        next = distance[m] > distance[next] ? m : next;
      }
    }
    return centres;
  }

  private static double squaredDistance(
      Candidates candidates, int member, float[] other, int offset) {
    int width = candidates.embeddingSize();
    double sum = 0;
    for (int k = 0; k < width; k++) {
      double difference = candidates.embeddings()[member * width + k] - other[offset + k];
      sum += difference * difference;
    }
    return sum;
  }
}
