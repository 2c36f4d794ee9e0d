package dev.kula.wire;

import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.model.TrainingPlan;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an orchestrator lets one device do. Jobs of a device are done in their order, and each is
 * answered by one {@link Result}. Arrays are not copied, because they are as large as models:
 * nobody writes to them.
 */
public sealed interface Job {
  /** What changes a device; the other jobs are about keeping what it is. */
  sealed interface Work extends Job {}

  /**
   * A round begins: take in what has come to you since. Answered by {@link Result.Done}.
   *
   * @param round 0 before training
   */
  record Begin(int round) implements Work {
    public Begin {
      requireRound(round);
    }
  }

  /**
   * Train, as {@link dev.kula.fleet.Fleet.TrainingTask} says. Answered by {@link Result.Trained}.
   *
   * @param round number of the round
   * @param group whose model it is; 0 where there is one for all
   * @param model to start from, as it is sent to all; empty if it is the device's last {@link
   *     dev.kula.device.Message.GlobalModel}
   * @param plan local training
   * @param sent how many numbers of its model the device sends
   * @param now the fleet's clock
   * @param inferenceSeconds what one forward pass takes on this device; 0 if unknown
   */
  record Train(
      int round,
      int group,
      Optional<float[]> model,
      TrainingPlan plan,
      int sent,
      Instant now,
      double inferenceSeconds)
      implements Work {
    public Train {
      requireRound(round);
      requireAtLeastZero("group", group);
      requireAtLeastZero("sent", sent);
      requireSeconds(inferenceSeconds);
    }
  }

  /**
   * Handle these messages. Answered by {@link Result.Said}.
   *
   * @param introductions of devices that say something in {@code inbox}, or that it is ordered
   *     there to swap with
   * @param inbox in the order in which they are to be handled
   * @param now the fleet's clock
   * @param inferenceSeconds what one forward pass takes on this device; 0 if unknown
   */
  record Deliver(
      List<Introduction> introductions, List<Envelope> inbox, Instant now, double inferenceSeconds)
      implements Work {
    public Deliver {
      introductions = List.copyOf(introductions);
      inbox = List.copyOf(inbox);
      requireSeconds(inferenceSeconds);
    }
  }

  /**
   * Keep your state, durably, as that after this round. Answered by {@link Result.Done}.
   *
   * @param round 0 before training
   */
  record Keep(int round) implements Job {
    public Keep {
      requireRound(round);
    }
  }

  /**
   * Go back to the state that you kept after this round. Answered by {@link Result.Done}.
   *
   * @param round 0 before training
   * @param model the last one that the device had then, as it was sent to all; of no numbers if it
   *     had none
   * @param shown models of all groups, as the device was shown them last; empty if there were none
   */
  record Restore(int round, float[] model, List<GroupModel> shown) implements Job {
    public Restore {
      requireRound(round);
      shown = List.copyOf(shown);
    }
  }

  /**
   * Answer a question; for a monitor alone. Answered by {@link Result.Advice}.
   *
   * @param question from the orchestrator
   */
  record Consult(Question question) implements Work {}

  /** Refuses a round below 0. */
  static void requireRound(int round) {
    requireAtLeastZero("round", round);
  }

  private static void requireAtLeastZero(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException("%s is %d, must be 0 or more".formatted(name, value));
    }
  }

  private static void requireSeconds(double seconds) {
    if (!(seconds >= 0) || Double.isInfinite(seconds)) {
      throw new IllegalArgumentException(
          "inferenceSeconds is %s, must be 0 or more and finite".formatted(seconds));
    }
  }
}
