package dev.kula.client;

import dev.kula.data.DataSchema;
import dev.kula.data.source.SampleRows;
import dev.kula.model.ParameterLayout;
import dev.kula.model.Samples;
import dev.kula.model.Task;
import dev.kula.model.TrainingEngine;
import dev.kula.wire.FleetData;
import dev.kula.wire.FleetSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The personal model that an application asks: the newest one, unless it does worse on the device's
 * own labelled samples than the one before, by more than one standard error of the difference; then
 * that one stays. So it does if a newer one's losses are not finite. These samples are those put
 * aside, on which no model of the device was trained; split by time they are its latest.
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

    /** By which the fleet tells its run from others. */
    String run() {
      return settings.data() instanceof FleetData.Own own ? own.run() : "";
    }

    /** Whether the same numbers mean the same in both. */
    boolean isLike(Bench other) {
      return settings.model().equals(other.settings.model())
          && schema.features().equals(other.schema.features())
          && schema.labels().equals(other.schema.labels())
          && schema.standardisation().isSame(other.schema.standardisation());
    }
  }

  private record Serving(Bench bench, int round, float[] parameters) {
    boolean isLaterThan(int other, Bench now) {
      return round > other && bench.run().equals(now.run());
    }
  }

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
   * A newer personal model of the run that has begun; one of an earlier round is let lie.
   *
   * @param round after which it was made
   * @param parameters not to be changed afterwards
   */
  synchronized void offer(int round, float[] parameters) {
    Bench now = bench;
    if (now == null) {
      throw new IllegalStateException("no run has begun");
    }
    Serving before = serving;
    if (before != null && before.isLaterThan(round, now)) {
      return; // a device that does its jobs again makes its earlier models again
    }
    if (!isGoodEnough(before, parameters, now)) {
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

  private static boolean isGoodEnough(@Nullable Serving before, float[] parameters, Bench bench) {
    float[] fresh = losses(parameters, bench);
    if (!areFinite(fresh)) {
      return false;
    }
    if (before == null || !before.bench().isLike(bench)) {
      return true;
    }
    float[] old = losses(before.parameters(), bench);
    return !areFinite(old) || !isWorse(old, fresh, bench.labelled);
  }

  private static float[] losses(float[] parameters, Bench bench) {
    float[] losses = new float[bench.labelled.size()];
    bench.engine.losses(parameters, bench.labelled, losses);
    return losses;
  }

  private static boolean areFinite(float[] losses) {
    boolean finite = true;
    for (float loss : losses) {
      finite &= Float.isFinite(loss);
    }
    return finite;
  }

  /** Paired by sample: most of what makes losses differ is the same for both models. */
  private static boolean isWorse(float[] old, float[] fresh, Samples samples) {
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
    return mean > Math.sqrt(squares) / weight;
  }

  /**
   * What the model says of a sample.
   *
   * @param row its value in each column that the fleet's models see, a {@link Number} or text
   * @return empty while there is no model yet
   * @throws dev.kula.KulaException the user's mistake, if a value is missing or no number
   */
  public Optional<Prediction> predict(Map<String, ?> row) {
    return predict(List.of(row)).map(List::getFirst);
  }

  /** What one and the same model says of each of several samples, likewise. */
  public synchronized Optional<List<Prediction>> predict(List<? extends Map<String, ?>> rows) {
    Serving model = serving;
    return model == null
        ? Optional.empty()
        : Optional.of(rows.stream().map(row -> predict(model, row)).toList());
  }

  private static Prediction predict(Serving model, Map<String, ?> row) {
    Bench bench = model.bench();
    Task task = bench.settings.task();
    float[] outputs = new float[task.outputs()];
    float[] features = SampleRows.features(bench.schema, row);
    bench.engine.outputs(model.parameters(), new OneSample(features), outputs);
    return switch (task) {
      case Task.Regression regression ->
          new Prediction.Value(
              bench.schema.standardisation().target().orElseThrow().undo(outputs[0]));
      case Task.Classification classes -> label(bench.schema.labels().names(), outputs);
    };
  }

  private static Prediction label(List<String> names, float[] outputs) {
    SequencedMap<String, Double> probabilities = new LinkedHashMap<>();
    int best = 0;
    for (int i = 0; i < outputs.length; i++) {
      probabilities.put(names.get(i), (double) outputs[i]);
      best = outputs[i] > outputs[best] ? i : best;
    }
    return new Prediction.Label(names.get(best), probabilities);
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
