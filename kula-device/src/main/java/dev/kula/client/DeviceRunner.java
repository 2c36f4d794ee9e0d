package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.LocalModel;
import dev.kula.device.Message;
import dev.kula.device.PersonalModel;
import dev.kula.device.PointerEvent;
import dev.kula.device.Situation;
import dev.kula.device.Workbench;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingEngine;
import dev.kula.wire.Introduction;
import dev.kula.wire.Job;
import dev.kula.wire.Result;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Does the jobs of one device, one after another.
 *
 * <p>Not thread safe.
 */
public final class DeviceRunner implements JobRunner {
  private final DeviceRuntime runtime;
  private final Optional<Ownership> own;
  private final BiFunction<Integer, Integer, Optional<Situation>> course;
  private final TrainingEngine engine;
  private final TrainingEngine headEngine;
  private final LocalModel localModel = new LocalModel();

  /** The last model that the device was sent, which training starts from. */
  private float[] model = new float[0];

  /** Models of groups that it has left, sent since then. */
  private final Map<Integer, float[]> earlier = new HashMap<>();

  private int begun = -1;

  /** What the last delivery did to pointers, until the owner is told. */
  private List<PointerEvent> moved = List.of();

  private long deliveries;

  /** The personal model that was offered last. */
  private @Nullable PersonalModel offered;

  /**
   * A runner for a rehearsal.
   *
   * @param runtime of the device; used by nobody else
   * @param course what the device comes into in one of the rounds after the first number, up to the
   *     second
   * @param engine of the model; closed with the runner
   * @param headEngine of the output layer alone; likewise
   */
  public DeviceRunner(
      DeviceRuntime runtime,
      BiFunction<Integer, Integer, Optional<Situation>> course,
      TrainingEngine engine,
      TrainingEngine headEngine) {
    this(runtime, Optional.empty(), course, engine, headEngine);
  }

  /** A runner for a device with samples of its own, which comes into nothing new. */
  DeviceRunner(
      DeviceRuntime runtime, Ownership own, TrainingEngine engine, TrainingEngine headEngine) {
    this(runtime, Optional.of(own), (from, to) -> Optional.empty(), engine, headEngine);
  }

  private DeviceRunner(
      DeviceRuntime runtime,
      Optional<Ownership> own,
      BiFunction<Integer, Integer, Optional<Situation>> course,
      TrainingEngine engine,
      TrainingEngine headEngine) {
    this.runtime = runtime;
    this.own = own;
    this.course = course;
    this.engine = engine;
    this.headEngine = headEngine;
  }

  /** Whose jobs it does. */
  public DeviceId device() {
    return runtime.id();
  }

  /** All parameters of its personal model, not to be changed, once it has one. */
  public Optional<float[]> personalModel() {
    return runtime.personal().map(PersonalModel::parameters);
  }

  /** What its owner may know of how it does. */
  public Standing standing() {
    return new Standing(
        runtime.examined().map(result -> result.score(engine.task())),
        runtime.spentEpsilon(),
        runtime.releasesWithoutNoise());
  }

  /**
   * How a device does.
   *
   * @param score of its personal model in its last exam, a fraction of 1; empty if there was none
   * @param epsilon spent on noised releases, in all runs
   * @param withoutNoise what it has released without noise, in any run
   */
  public record Standing(Optional<Double> score, double epsilon, SortedSet<String> withoutNoise) {}

  /** How the parameters of its models are laid out. */
  public ParameterLayout layout() {
    return engine.layout();
  }

  /** What the owner throws is not caught: an owner that cannot be told ends the process. */
  @Override
  public Result perform(Job.Work job) {
    Result result = done(job);
    if (own.isPresent() && job instanceof Job.Deliver) {
      deliveries++;
      if (!moved.isEmpty()) {
        own.get().owner().moved(own.get().run(), deliveries, moved);
        moved = List.of();
      }
    }
    return result;
  }

  private Result done(Job.Work job) {
    try {
      return switch (job) {
        case Job.Begin begin -> begin(begin.round());
        case Job.Train train -> train(train);
        case Job.Deliver deliver -> deliver(deliver);
        case Job.Consult consult ->
            new Result.Failed("this is a device, and answers no questions to a monitor");
      };
    } catch (KulaException | IllegalArgumentException failure) {
      Result.Failed failed = JobRunner.failed(failure);
      if (own.isEmpty()) {
        return failed;
      }
      own.get().owner().trouble(failed.reason());
      return nothing(job);
    }
  }

  /** What a device answers that has nothing to say. */
  private static Result nothing(Job.Work job) {
    return switch (job) {
      case Job.Train train -> new Result.Trained(Optional.empty(), 0);
      case Job.Deliver deliver -> new Result.Said(List.of(), 0);
      case Job.Begin begin -> new Result.Done();
      case Job.Consult consult -> new Result.Failed("this is a device");
    };
  }

  private Result begin(int round) {
    course.apply(begun, round).ifPresent(runtime::meet);
    begun = round;
    return new Result.Done();
  }

  private Result train(Job.Train train) {
    float[] start = train.model().orElseGet(() -> earlier.getOrDefault(train.group(), model));
    if (start.length == 0) {
      return new Result.Failed("this device has no model yet, must be sent one before it trains");
    }
    return new Result.Trained(
        runtime.train(
            train.round(),
            train.group(),
            start,
            train.plan(),
            bench(train.now(), train.inferenceSeconds())),
        runtime.takeForwardPasses());
  }

  private Result deliver(Job.Deliver deliver) {
    own.ifPresent(to -> deliver.introductions().forEach(known -> introduce(known, to)));
    deliver.inbox().stream()
        .filter(envelope -> envelope.from().equals(Envelope.ORCHESTRATOR))
        .forEach(envelope -> hold(envelope.message()));
    List<Envelope> inbox = own.map(to -> to.talk().opened(deliver.inbox())).orElse(deliver.inbox());
    List<Envelope> said = runtime.receive(inbox, bench(deliver.now(), deliver.inferenceSeconds()));
    own.ifPresent(to -> tell(deliver.now(), inbox, said, to));
    return new Result.Said(
        own.map(to -> to.talk().sealed(said)).orElse(said), runtime.takeForwardPasses());
  }

  /** What the owner wants to know of a delivery. */
  private void tell(Instant now, List<Envelope> inbox, List<Envelope> said, Ownership to) {
    moved = PointerEvent.of(now, inbox, said);
    Optional<PersonalModel> newest = runtime.personal();
    if (newest.isPresent() && newest.get() != offered) {
      offered = newest.get();
      serve(newest.get(), to);
    }
  }

  /** A disk that does not keep the model is no reason to say nothing to others. */
  private void serve(PersonalModel newest, Ownership to) {
    try {
      to.served().offer(begun, newest.parameters());
    } catch (KulaException notKept) {
      to.owner().trouble(String.valueOf(notKept.getMessage()));
    }
  }

  /**
   * Who is not to be believed stays a stranger, and is no reason to let the others' messages lie.
   */
  private static void introduce(Introduction introduction, Ownership to) {
    try {
      to.introduced().accept(introduction);
    } catch (KulaException stranger) {
      to.owner().trouble("an introduction: " + JobRunner.failed(stranger).reason());
    }
  }

  /** As the server counts on when it lets a device train without sending it the model again. */
  private void hold(Message message) {
    if (message instanceof Message.GlobalModel sent) {
      float[] parameters = sent.parameters();
      if (parameters.length < model.length) {
        model = model.clone(); // its body, where output layers stay
        System.arraycopy(parameters, 0, model, 0, parameters.length);
      } else {
        model = parameters;
      }
      earlier.clear();
    } else if (message instanceof Message.EarlierModel sent) {
      earlier.put(sent.group(), sent.parameters());
    }
  }

  private Workbench bench(Instant now, double inferenceSeconds) {
    return new Workbench(engine, headEngine, localModel, now, inferenceSeconds);
  }

  @Override
  public void close() {
    engine.close();
    headEngine.close();
  }
}
