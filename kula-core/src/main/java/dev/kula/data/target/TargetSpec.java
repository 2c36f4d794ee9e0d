package dev.kula.data.target;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Decimal;
import dev.kula.data.FederatedData;
import dev.kula.data.Notation;
import java.util.Arrays;

/**
 * The distribution that a device's personal model must serve. {@link #prior} is what the device may
 * know of it without any test label; {@link #exam} is how the evaluator measures it. Values are
 * immutable and thread safe.
 */
public sealed interface TargetSpec {
  /** Rows that a mixture's exam draws for its uniform part, if the fleet has as many. */
  int UNIFORM_ROWS = 200;

  /** In command-line notation; {@link #parse} reads it back. */
  String notation();

  /**
   * The label distribution that a device may assume.
   *
   * @param trainingBins label bins of the device's own training rows, earliest first; at least one
   * @param bins number of label bins
   * @return one share a bin, summing to 1
   */
  double[] prior(int[] trainingBins, int bins);

  /**
   * The label distribution that a server may assume of a device of which it knows only the shares
   * of its training labels: as {@link #prior}, but for {@code recent} what is recent is not known.
   *
   * @param trainingShares one share a bin, summing to 1
   */
  default double[] assumed(double[] trainingShares) {
    return trainingShares.clone();
  }

  /**
   * How the evaluator tests the model of one device. Never has a training or base row.
   *
   * @param pool of the fleet's data
   * @param device its number in these
   * @param seed of the run; the exam depends on it and on the device only
   * @throws KulaException (USER) if the data cannot give such an exam
   */
  Exam exam(TestPool pool, int device, Seed seed);

  /** {@link #exam(TestPool, int, Seed)} for one device alone. */
  default Exam exam(FederatedData data, int device, Seed seed) {
    return exam(TestPool.of(data), device, seed);
  }

  /** {@link #prior(int[], int)} from the training rows of a device of {@code data}. */
  default double[] prior(FederatedData data, int device) {
    int[] rows = data.devices().get(device).train();
    int[] trainingBins = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      trainingBins[i] = data.dataset().bin(rows[i]);
    }
    return prior(trainingBins, data.dataset().labels().size());
  }

  /** More of the same as the device has: own training labels, own test rows. */
  record Local() implements TargetSpec {
    @Override
    public String notation() {
      return "local";
    }

    @Override
    public double[] prior(int[] trainingBins, int bins) {
      return histogram(trainingBins, 0, bins);
    }

    @Override
    public Exam exam(TestPool pool, int device, Seed seed) {
      ExamSheet sheet = new ExamSheet();
      sheet.add(pool.data().devices().get(device).test(), 1);
      return sheet.finished();
    }
  }

  /**
   * Own labels with weight {@code own}, and all labels alike with the rest. The operator declares
   * the weight, so the device may know it; its exam joins its own test rows with a draw from the
   * whole fleet's test rows, in which each label that these have weighs the same.
   *
   * @param own from 0 to 1
   */
  record Mixture(double own) implements TargetSpec {
    public Mixture {
      if (!(own >= 0 && own <= 1)) {
        throw new IllegalArgumentException("own is " + own + ", must be from 0 to 1");
      }
      // Minus zero becomes zero, as which it is written.
      own += 0.0;
    }

    @Override
    public String notation() {
      return "mixture:" + Decimal.text(own);
    }

    @Override
    public double[] prior(int[] trainingBins, int bins) {
      return assumed(histogram(trainingBins, 0, bins));
    }

    @Override
    public double[] assumed(double[] trainingShares) {
      double[] mixed = trainingShares.clone();
      for (int bin = 0; bin < mixed.length; bin++) {
        mixed[bin] = own * mixed[bin] + (1 - own) / mixed.length;
      }
      return mixed;
    }

    @Override
    public Exam exam(TestPool pool, int device, Seed seed) {
      ExamSheet sheet = new ExamSheet();
      if (own > 0) {
        sheet.add(pool.data().devices().get(device).test(), own);
      }
      if (own < 1) {
        Seed draw = seed.derive("exam").derive(pool.data().devices().get(device).device().name());
        sheet.addBalanced(pool, UNIFORM_ROWS, 1 - own, draw);
      }
      return sheet.finished();
    }
  }

  /**
   * What comes next, for data that drift: the labels of the most recent fifth of the training rows,
   * and own test rows, which a split by time makes later than all training rows.
   */
  record Recent() implements TargetSpec {
    private static final int PART = 5;

    @Override
    public String notation() {
      return "recent";
    }

    @Override
    public double[] prior(int[] trainingBins, int bins) {
      int recent = Math.ceilDiv(trainingBins.length, PART);
      return histogram(trainingBins, trainingBins.length - recent, bins);
    }

    @Override
    public Exam exam(TestPool pool, int device, Seed seed) {
      FederatedData data = pool.data();
      if (data.dataset().times().isEmpty() || !data.splitByTime()) {
        throw KulaException.user(
            "target is 'recent', which needs %s; %s"
                .formatted(
                    data.dataset().times().isEmpty()
                        ? "a time for each row, but '" + data.dataset().name() + "' has none"
                        : "test rows later than training rows, but the split is random",
                    data.dataset().times().isEmpty()
                        ? "name the column with --time-column or use --target local"
                        : "use --split time:0.75"));
      }
      return new Local().exam(pool, device, seed);
    }
  }

  /**
   * An exam for a global model: rows drawn from the whole fleet's test rows, each label that they
   * have of the same weight.
   *
   * @param most rows at most, if that is at least one a label
   */
  static Exam balancedExam(FederatedData data, int most, Seed seed) {
    ExamSheet sheet = new ExamSheet();
    sheet.addBalanced(TestPool.of(data), most, 1, seed.derive("balanced exam"));
    return sheet.finished();
  }

  /**
   * Reads {@code local}, {@code mixture:W} or {@code recent}.
   *
   * @throws KulaException (USER) for anything else
   */
  static TargetSpec parse(String text) {
    Notation notation = Notation.of("target", text);
    if (notation.isPlain("local")) {
      return new Local();
    }
    if (notation.isPlain("recent")) {
      return new Recent();
    }
    if (notation.name().equals("mixture")) {
      return new Mixture(
          notation.number(
              own -> own >= 0 && own <= 1, "W must be a number from 0 to 1", "try mixture:0.5"));
    }
    throw notation.mistake("must be local, mixture:W or recent", "try mixture:0.5");
  }

  private static double[] histogram(int[] trainingBins, int from, int bins) {
    if (from >= trainingBins.length) {
      throw new IllegalArgumentException("a prior needs at least one training row");
    }
    double[] shares = new double[bins];
    double each = 1.0 / (trainingBins.length - from);
    for (int bin : Arrays.copyOfRange(trainingBins, from, trainingBins.length)) {
      shares[bin] += each;
    }
    return shares;
  }
}
