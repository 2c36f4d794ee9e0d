package dev.kula.audit;

import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import dev.kula.data.DeviceKeys;
import dev.kula.data.Exchange;
import dev.kula.data.Lease;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleStore;
import dev.kula.device.ClassSums;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.Surroundings;
import dev.kula.device.Workbench;
import dev.kula.model.TrainingPlan;
import dev.kula.swap.Admission;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A device under audit: the {@link DeviceRuntime} of every fleet, asked for releases by calls and
 * messages as its servers and other devices ask. Its noise is seeded, its choices are those of its
 * seed.
 */
final class Subject {
  private static final DeviceId ID = new DeviceId("audited");
  private static final DeviceId ATTACKER = new DeviceId("attacker");
  private static final DeviceId PROBE = new DeviceId("probe");
  private static final int ROUND = 1;
  private static final long ORDER = 1;

  private final DeviceRuntime device;
  private final float[] model;
  private final int held;

  /** A change of the model from {@code offset} on. */
  record Change(float[] values, int offset) {
    /** The model after it. */
    float[] applyTo(float[] model) {
      float[] changed = model.clone();
      for (int i = 0; i < values.length; i++) {
        changed[offset + i] += values[i];
      }
      return changed;
    }
  }

  /**
   * A device that has just got the global model.
   *
   * @param rows of the pool that it holds, at least one
   * @param keys may be another device's: nobody forges here
   */
  Subject(
      Pool pool,
      int[] rows,
      DeviceSettings settings,
      DeviceKeys keys,
      float[] model,
      Seed seed,
      Workbench bench) {
    double[] target = new double[settings.labels().size()];
    Arrays.fill(target, 1.0 / target.length);
    this.model = model;
    this.held = rows.length;
    this.device =
        new DeviceRuntime(
            ID,
            new SampleStore(ID, keys, "audit", pool.table(), pool.targets(), rows),
            sender -> Optional.of(keys.verifying()),
            target,
            Optional.empty(),
            settings,
            seed,
            Surroundings.simulated());
    say(Envelope.ORCHESTRATOR, new Message.GlobalModel(ROUND, model), bench);
  }

  /** What it releases as {@code kind}, which changes a model. */
  Change release(AuditedRelease.Kind kind, TrainingPlan local, Workbench bench) {
    return switch (kind) {
      case UPDATE -> new Change(update(local, bench), 0);
      case VISIT -> visit(Exchange.VISIT, bench.engine().layout().headOffset(), bench);
      case WHOLE_VISIT -> visit(Exchange.WHOLE_VISIT, 0, bench);
      case CLASS_SUMS, RAW ->
          throw new IllegalArgumentException(kind.words() + " are no change of a model");
    };
  }

  private float[] update(TrainingPlan local, Workbench bench) {
    Update update = device.train(ROUND, model, local, bench).orElseThrow();
    return update.delta().clone();
  }

  private Change visit(Exchange exchange, int offset, Workbench bench) {
    float[] visiting = Arrays.copyOfRange(model, offset, model.length);
    Message answer =
        say(
            ATTACKER,
            new Message.Visit(Map.of(ORDER, lease(exchange, bench)), ROUND, visiting),
            bench);
    if (answer instanceof Message.Visited visited) {
      return new Change(visited.delta(), offset);
    }
    throw refused(answer);
  }

  /** Its class sums. */
  ClassSums classSums(Workbench bench) {
    Message answer =
        say(ATTACKER, new Message.Summarise(ORDER, ROUND, lease(Exchange.SYNTHETIC, bench)), bench);
    if (answer instanceof Message.Summarised summarised) {
      return summarised.sums();
    }
    throw refused(answer);
  }

  /** Copies of all that it may give away. */
  SampleBatch copies(Workbench bench) {
    Message answer = say(ATTACKER, new Message.Fetch(ORDER, lease(Exchange.RAW, bench)), bench);
    if (answer instanceof Message.Fetched fetched) {
      return fetched.batch();
    }
    throw refused(answer);
  }

  private Lease lease(Exchange exchange, Workbench bench) {
    Message answer = offer(ATTACKER, List.of(), exchange, bench);
    if (answer instanceof Message.Offered offered) {
      return offered.lease();
    }
    throw refused(answer);
  }

  /**
   * Whether it trains on records of a label, or keeps the only one apart to choose checkpoints by:
   * it has none to offer then.
   */
  boolean trainsOn(int label, Workbench bench) {
    return offer(PROBE, List.of(label), Exchange.VISIT, bench) instanceof Message.Offered;
  }

  private Message offer(DeviceId to, List<Integer> labels, Exchange exchange, Workbench bench) {
    SwapOrder order =
        new SwapOrder(
            ORDER,
            ROUND,
            ID,
            to,
            held,
            labels,
            exchange,
            Admission.GATED_PERSONAL,
            Selection.UNIFORM,
            1,
            false,
            Duration.ofDays(1),
            1);
    return say(Envelope.MONITOR, new Message.Ordered(order), bench);
  }

  /** Hands it a message; its answer, or the message if it gave none. */
  private Message say(DeviceId from, Message message, Workbench bench) {
    List<Envelope> answers =
        device.receive(List.of(new Envelope(from, device.id(), message)), bench);
    return answers.isEmpty() ? message : answers.getFirst().message();
  }

  private static IllegalStateException refused(Message answer) {
    String why = answer instanceof Message.Refused refused ? refused.reason() : answer.toString();
    return new IllegalStateException("the audited device refused: " + why);
  }

  /** ε of what it has released by its own account: infinite if anything left without noise. */
  double epsilon() {
    return device.releasesWithoutNoise().isEmpty()
        ? device.spentEpsilon()
        : Double.POSITIVE_INFINITY;
  }
}
