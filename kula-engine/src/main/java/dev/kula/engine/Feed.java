package dev.kula.engine;

import dev.kula.model.Samples;
import java.util.random.RandomGenerator;

/**
 * Hands the samples of one training call to a network, in an order that can change.
 *
 * <p>Not thread safe: keeps scratch memory.
 */
final class Feed {
  private final Network network;
  private float[] embeddings = {};
  private int[] order = {};
  private Samples samples = new Nothing();
  private int from;

  Feed(Network network) {
    this.network = network;
  }

  /**
   * Takes up {@code samples}, in the order that they have.
   *
   * @param from number of the layer that passes start at; if it is the head, the body is applied
   *     now, once, for it does not change
   */
  void begin(float[] parameters, Samples samples, int from) {
    this.samples = samples;
    this.from = from;
    int count = samples.size();
    if (order.length < count) {
      order = new int[count];
    }
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    if (from > 0) {
      int numbers = Math.multiplyExact(count, network.embeddingSize());
      if (embeddings.length < numbers) {
        embeddings = new float[numbers];
      }
      network.embed(parameters, samples, embeddings);
    }
  }

  void shuffle(RandomGenerator random) {
    for (int i = samples.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
  }

  /**
   * Puts a Poisson sample first: each sample independently with probability {@code rate}.
   *
   * @return how many there are
   */
  int draw(double rate, RandomGenerator random) {
    int taken = 0;
    for (int i = 0; i < samples.size(); i++) {
      if (rate == 1 || random.nextDouble() < rate) {
        order[taken++] = i;
      }
    }
    return taken;
  }

  /** Weight of the sample at a place of the order. */
  float weight(int at) {
    return samples.weight(order[at]);
  }

  /** Sum of the weights from {@code start} to before {@code end}. */
  double weight(int start, int end) {
    double sum = 0;
    for (int i = start; i < end; i++) {
      sum += samples.weight(order[i]);
    }
    return sum;
  }

  float target(int at) {
    return samples.target(order[at]);
  }

  /** Fills the network's input with the samples from {@code start} on. */
  void gather(int start, int rows) {
    float[] input = network.input(from);
    if (from == 0) {
      int features = network.inputSize();
      for (int row = 0; row < rows; row++) {
        samples.copyFeatures(order[start + row], input, row * features);
      }
    } else {
      int width = network.embeddingSize();
      for (int row = 0; row < rows; row++) {
        System.arraycopy(embeddings, order[start + row] * width, input, row * width, width);
      }
    }
  }

  /** What there is before the first call. */
  private static final class Nothing implements Samples {
    @Override
    public int size() {
      return 0;
    }

    @Override
    public int features() {
      return 0;
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
      throw new IndexOutOfBoundsException(index);
    }

    @Override
    public float target(int index) {
      throw new IndexOutOfBoundsException(index);
    }
  }
}
