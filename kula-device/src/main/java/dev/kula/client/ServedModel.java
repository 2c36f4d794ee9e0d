package dev.kula.client;

import dev.kula.data.DataSchema;
import dev.kula.data.source.SampleRows;
import dev.kula.model.ParameterLayout;
import dev.kula.model.Samples;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.wire.FleetSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The personal model that an application asks: the newest one, unless it does worse on the device's
 * own labelled samples than the one before, by more than one standard error of the difference; then
 * that one stays. These samples are those put aside, on which no model of the device was trained;
 * split by time they are its latest.
 *
 * <p>Thread safe: it is asked while the device trains.
 */
public final class ServedModel implements AutoCloseable {
  private final Consumer<State> keeper;
  private @Nullable Bench bench;
  private @Nullable Serving serving;
  private int keptBack;

  /**
   * A model as it can be kept and put back.
   *
   * @param settings of the fleet that it is of
   * @param round after which it was made
   * @param layout of its parameters
   * @param parameters not to be changed
   */
  public record State(
      FleetSettings settings, int round, ParameterLayout layout, float[] parameters) {}

  /**
   * How it stands.
   *
   * @param round after which the model was made
   * @param keptBack newer models that did worse
   */
  public record Status(int round, int keptBack) {}

  /** What models of one run are compared with and computed by. */
  private static final class Bench {
    final FleetSettings settings;
    final DataSchema schema;
    final Samples labelled;
    final TrainingEngine engine;

    Bench(FleetSettings settings, DataSchema schema, Samples labelled, TrainingEngine engine) {
      this.settings = settings;
      this.schema = schema;
      this.labelled = labelled;
      this.engine = engine;
    }

    /** Whether the same numbers mean the same in both. */
    boolean isLike(Bench other) {
      return settings.model().equals(other.settings.model())
          && schema.features().equals(other.schema.features())
          && schema.labels().equals(other.schema.labels())
          && schema.standardisation().isSame(other.schema.standardisation());
    }
  }

  private record Serving(Bench bench, int round, float[] parameters) {}

  /**
   * No model yet.
   *
   * @param keeper is handed each model that is served from then on
   */
  public ServedModel(Consumer<State> keeper) {
    this.keeper = keeper;
  }

  /** What comes from now on is of another run; what is served stays until something has come. */
  synchronized void begin(
      FleetSettings settings, DataSchema schema, Samples labelled, TrainingEngine engine) {
    Bench before = bench;
    bench = new Bench(settings, schema, labelled, engine);
    if (before != null && (serving == null || serving.bench() != before)) {
      before.engine.close();
    }
  }

  /**
   * A newer personal model of the run that has begun.
   *
   * @param parameters not to be changed afterwards
   */
  synchronized void offer(int round, float[] parameters) {
    Bench now = bench;
    if (now == null) {
      throw new IllegalStateException("no run has begun");
    }
    Serving before = serving;
    if (before != null
        && before.bench().isLike(now)
        && isWorse(before.parameters(), parameters, now)) {
      keptBack++;
      return;
    }
    serve(new Serving(now, round, parameters));
    keeper.accept(new State(now.settings, round, now.engine.layout(), parameters));
  }

  /**
   * Serves a model that was kept, until a better one comes.
   *
   * @param engine of its architecture, for this alone
   */
  public synchronized void restore(State kept, DataSchema schema, TrainingEngine engine) {
    serve(
        new Serving(
            new Bench(kept.settings(), schema, new NoSamples(schema), engine),
            kept.round(),
            kept.parameters()));
  }

  private void serve(Serving next) {
    Serving before = serving;
    serving = next;
    if (before != null && before.bench() != next.bench() && before.bench() != bench) {
      before.bench().engine.close();
    }
  }

  /** Paired by sample: most of what makes losses differ is the same for both models. */
  private static boolean isWorse(float[] before, float[] after, Bench bench) {
    Samples samples = bench.labelled;
    float[] old = new float[samples.size()];
    float[] fresh = new float[samples.size()];
    bench.engine.losses(before, samples, old);
    bench.engine.losses(after, samples, fresh);
    double weight = 0;
    double sum = 0;
    for (int i = 0; i < old.length; i++) {
      weight += samples.weight(i);
      sum += samples.weight(i) * ((double) fresh[i] - old[i]);
    }
    double mean = sum / weight;
    double squares = 0;
    for (int i = 0; i < old.length; i++) {
      double off = samples.weight(i) * ((double) fresh[i] - old[i] - mean);
      squares += off * off;
    }
    double error = Math.sqrt(squares) / weight;
    return !(mean <= error); // a model that has left the finite numbers is worse, too
  }

  /**
   * What the model says of a sample.
   *
   * @param row its value in each column that the fleet's models see, a {@link Number} or text
   * @return empty while there is no model yet
   * @throws dev.kula.KulaException the user's mistake, if a value is missing or no number
   */
  public synchronized Optional<Prediction> predict(Map<String, ?> row) {
    Serving model = serving;
    return model == null
        ? Optional.empty()
        : Optional.of(predict(model, SampleRows.features(model.bench().schema, row)));
  }

  private static Prediction predict(Serving model, float[] features) {
    Bench bench = model.bench();
    Task task = bench.settings.task();
    float[] outputs = new float[task.outputs()];
    bench.engine.outputs(model.parameters(), new OneSample(features), outputs);
    return switch (task) {
      case Task.Regression regression ->
          new Prediction.Value(
              bench.schema.standardisation().target().orElseThrow().undo(outputs[0]));
      case Task.Classification classes -> label(bench.schema.labels().names(), outputs);
    };
  }

  private static Prediction label(List<String> names, float[] outputs) {
    List<Double> probabilities = new ArrayList<>();
    int best = 0;
    for (int i = 0; i < outputs.length; i++) {
      probabilities.add((double) outputs[i]);
      best = outputs[i] > outputs[best] ? i : best;
    }
    return new Prediction.Label(names.get(best), probabilities);
  }

  /** Names of the labels, in the order of their probabilities; none while there is no model. */
  public synchronized List<String> labels() {
    return serving == null || !serving.bench().schema.labels().edges().isEmpty()
        ? List.of()
        : serving.bench().schema.labels().names();
  }

  /** How it stands; empty while there is no model. */
  public synchronized Optional<Status> status() {
    return serving == null ? Optional.empty() : Optional.of(new Status(serving.round(), keptBack));
  }

  @Override
  public synchronized void close() {
    if (serving != null) {
      serving.bench().engine.close();
    }
    if (bench != null && (serving == null || serving.bench() != bench)) {
      bench.engine.close();
    }
    serving = null;
    bench = null;
  }

  /** A sample of which nobody knows the label. */
  private record OneSample(float[] values) implements Samples {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public int features() {
      return values.length;
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
      System.arraycopy(values, 0, into, offset, values.length);
    }

    @Override
    public float target(int index) {
      return 0;
    }
  }

  /** For a model that is asked and not compared. */
  private record NoSamples(DataSchema schema) implements Samples {
    @Override
    public int size() {
      return 0;
    }

    @Override
    public int features() {
      return schema.features().size();
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
