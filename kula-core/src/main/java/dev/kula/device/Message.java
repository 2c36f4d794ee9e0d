package dev.kula.device;

import dev.kula.data.BlockId;
import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.Lease;
import dev.kula.data.SampleBatch;
import dev.kula.model.Evaluation;
import dev.kula.monitor.Ballots;
import dev.kula.monitor.Profile;
import dev.kula.swap.SwapOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All that servers and devices say to each other, apart from the cohort's updates, which are folded
 * on the way. Everything here is data and could cross a network; only {@link Fetched} carries
 * samples, and a source sends it for nothing but a valid lease.
 */
public sealed interface Message {
  /** What the bytes are accounted as. */
  Kind kind();

  /** Payload bytes on the wire. */
  long bytes();

  /** Kinds of traffic, as accounted. */
  enum Kind {
    MODEL,
    POINTER,
    FETCHED,
    /** Models that go to the data and come back, and class sums. */
    VISIT,
    PROFILE,
    /** Of the simulation alone: nothing that a live fleet would send. */
    EVALUATION
  }

  /** Models to train, or to choose among. */
  sealed interface Modelling extends Message {
    @Override
    default Kind kind() {
      return Kind.MODEL;
    }
  }

  /** Pointers, leases, and what is ordered about them. */
  sealed interface Pointing extends Message {
    @Override
    default Kind kind() {
      return Kind.POINTER;
    }
  }

  /** Models that go to the data, and what comes back. */
  sealed interface Visiting extends Message {
    @Override
    default Kind kind() {
      return Kind.VISIT;
    }
  }

  /** Of the evaluator, which is the simulation's. */
  sealed interface Examination extends Message {
    @Override
    default Kind kind() {
      return Kind.EVALUATION;
    }

    @Override
    default long bytes() {
      return 0;
    }
  }

  /** What servers ask devices about themselves, and what these answer. */
  sealed interface Report extends Message {
    @Override
    default Kind kind() {
      return Kind.PROFILE;
    }
  }

  /**
   * Orchestrator to device: the new global model, or that of the device's group; or its body, where
   * output layers stay.
   */
  record GlobalModel(int round, float[] parameters) implements Modelling {
    @Override
    public long bytes() {
      return (long) parameters.length * Float.BYTES;
    }
  }

  /** Orchestrator to device: train with this clip, and say how many gradients are within. */
  record ClipQuery(int round, float clip) implements Report {
    @Override
    public long bytes() {
      return Integer.BYTES + Float.BYTES;
    }
  }

  /** Device to orchestrator: how many gradients are within the clip, noised and charged. */
  record ClipCounts(int round, double within, double beyond) implements Report {
    @Override
    public long bytes() {
      return Integer.BYTES + 2 * Float.BYTES;
    }
  }

  /** Orchestrator to device: make your personal model of this round, and be examined. */
  record Examine(int round, Occasion occasion) implements Examination {}

  /** How often a device is examined, and on what. */
  enum Occasion {
    /** After a round: the personal model alone. */
    ROUND,
    /** At the end: also without what swaps brought. */
    FINAL
  }

  /**
   * Device to evaluator: how its personal model did in the exam.
   *
   * @param personal of the personal model; empty if the device keeps it to itself
   * @param withoutSwaps score of a personal model made without what swaps brought, at the end
   * @param spentEpsilon on noised releases so far
   * @param withoutNoise releases that went out without noise so far
   * @param holdings what it has, at the end of a simulation
   */
  record Examined(
      int round,
      Optional<Evaluation> personal,
      OptionalDouble withoutSwaps,
      double spentEpsilon,
      List<String> withoutNoise,
      Optional<Holdings> holdings)
      implements Examination {}

  /** Monitor to device: report your profile. */
  record ProfileRequest(int round) implements Report {
    @Override
    public long bytes() {
      return Integer.BYTES;
    }
  }

  /** Orchestrator to device: has what you meet changed? If so, choose a group. */
  record DriftCheck(int round) implements Report {
    @Override
    public long bytes() {
      return Integer.BYTES;
    }
  }

  /**
   * Orchestrator to device: the model of a group that the device has samples of from before, or the
   * common one, to train in this round.
   */
  record EarlierModel(int round, int group, float[] parameters) implements Modelling {
    @Override
    public long bytes() {
      return Integer.BYTES + (long) parameters.length * Float.BYTES;
    }
  }

  /**
   * Orchestrator to device: what labels the fleet has, and so the model of all learns from.
   *
   * @param shares one a bin, all positive, sum 1
   */
  record FleetLabels(int round, double[] shares) implements Report {
    @Override
    public long bytes() {
      return Integer.BYTES + (long) shares.length * Float.BYTES;
    }
  }

  /** Orchestrator to device: you and all that you have are in this group. */
  record Assigned(int round, int group) implements Report {
    @Override
    public long bytes() {
      return 2 * Integer.BYTES;
    }
  }

  /**
   * Orchestrator to device: the models of all groups, not the common one. Which serves you best?
   *
   * @param models all alike to all devices
   */
  record GroupModels(int round, List<GroupModel> models) implements Modelling {
    public GroupModels {
      models = List.copyOf(models);
    }

    @Override
    public long bytes() {
      return Integer.BYTES + models.stream().mapToLong(GroupModel::bytes).sum();
    }
  }

  /**
   * Device to orchestrator: this group's model serves it best.
   *
   * @param present the group that the device goes to; one past the last while it is in none
   * @param earlier other groups that it has samples of, and whose models it trains; likewise
   */
  record Chosen(int round, int present, int[] earlier) implements Report {
    @Override
    public long bytes() {
      return (2L + earlier.length) * Integer.BYTES;
    }
  }

  /**
   * Orchestrator to device: try these models on your labels.
   *
   * @param fold which of the device's labels, so that those that choose are not those that guard
   * @param shares of the device's labels, as its profile told: what it uses must not depend on what
   *     it has told nobody
   * @param candidates the first is what the others are compared with
   */
  record Trial(int round, TrialFold fold, double[] shares, List<Candidate> candidates)
      implements Visiting {
    @Override
    public long bytes() {
      long models = candidates.stream().mapToLong(Candidate::bytes).sum();
      return Integer.BYTES + 1 + (long) shares.length * Float.BYTES + models;
    }
  }

  /**
   * Device to orchestrator: what came of a trial, noised and charged.
   *
   * @param gains sums over the fold, one a candidate but the first: by how much a sample's loss is
   *     less than with that, from −1 to 1 each
   */
  record Tried(int round, TrialFold fold, double[] gains) implements Report {
    @Override
    public long bytes() {
      return Integer.BYTES + 1 + (long) gains.length * Float.BYTES;
    }
  }

  /** Device to monitor: its profile, noised and charged. */
  record ProfileReport(Profile profile) implements Report {
    @Override
    public long bytes() {
      return (long) (profile.labelCounts().length + profile.classSums().length + 6) * Float.BYTES;
    }
  }

  /** Device to monitor: no profile; its privacy account is spent, and it swaps no more. */
  record ProfileDeclined(int round, double spentEpsilon) implements Report {
    @Override
    public long bytes() {
      return Integer.BYTES;
    }
  }

  /** Monitor to both devices: a swap order. */
  record Ordered(SwapOrder order) implements Pointing {
    @Override
    public long bytes() {
      return SwapOrder.BYTES;
    }
  }

  /** Source to receiver: a pointer and the lease to use it. */
  record Offered(long order, DataPointer pointer, Lease lease) implements Pointing {
    @Override
    public long bytes() {
      return pointer.bytes() + Lease.BYTES;
    }
  }

  /** Source to receiver: no pointer, and why; or a lease that opened nothing. */
  record Refused(long order, String reason) implements Pointing {
    @Override
    public long bytes() {
      return (long) Long.BYTES + reason.length();
    }
  }

  /** Receiver to source: fetch raw samples under this lease. */
  record Fetch(long order, Lease lease) implements Pointing {
    @Override
    public long bytes() {
      return Lease.BYTES;
    }
  }

  /** Source to receiver: raw samples. The batch is the receiver's own copy. */
  record Fetched(long order, BlockId block, SampleBatch batch) implements Message {
    @Override
    public Kind kind() {
      return Kind.FETCHED;
    }

    @Override
    public long bytes() {
      return batch.bytes();
    }
  }

  /**
   * Receiver to source: train this on what these leases open; one message for all of them.
   *
   * @param leases by order number, all for the same kind of visit
   * @param parameters the output layer of the global model, or all of it
   */
  record Visit(Map<Long, Lease> leases, int round, float[] parameters) implements Visiting {
    public Visit {
      leases = Map.copyOf(leases);
    }

    @Override
    public long bytes() {
      return (long) parameters.length * Float.BYTES + (long) leases.size() * Lease.BYTES;
    }
  }

  /** Source to receiver: what the parameters became on one lease's samples, less what they were. */
  record Visited(long order, BlockId block, float[] delta) implements Visiting {
    @Override
    public long bytes() {
      return (long) delta.length * Float.BYTES;
    }
  }

  /** Receiver to source: the class sums of a round, under this lease. */
  record Summarise(long order, int round, Lease lease) implements Visiting {
    @Override
    public long bytes() {
      return Integer.BYTES + Lease.BYTES;
    }
  }

  /** Source to receiver: its class sums, of all classes whatever was ordered. */
  record Summarised(long order, BlockId block, ClassSums sums) implements Visiting {
    @Override
    public long bytes() {
      return (sums.counts().length + sums.sums().length + 2L) * Float.BYTES;
    }
  }

  /** Orchestrator to device: no more answers come; decide on what you have. */
  record CloseSwaps(int round) implements Pointing {
    @Override
    public long bytes() {
      return Integer.BYTES;
    }
  }

  /**
   * Orchestrator to both devices of an order: its operator takes the lease back. The source answers
   * it no more, and what came in by it is used no more. And back from each: it has heard so, of
   * whatever it had; whether the swap had been let in stays the receiver's.
   */
  record Revoked(int round, long order) implements Pointing {
    @Override
    public long bytes() {
      return Integer.BYTES + Long.BYTES;
    }
  }

  /**
   * Receiver to orchestrator: outcomes by source, noised and charged; the orchestrator sums them
   * over receivers before the monitor sees any.
   *
   * @param ratings one a source
   * @param noiseStddev of each of a rating's three numbers
   */
  record Outcomes(int round, List<Rating> ratings, double noiseStddev) implements Message {
    public Outcomes {
      ratings = List.copyOf(ratings);
    }

    @Override
    public Kind kind() {
      return Kind.PROFILE;
    }

    @Override
    public long bytes() {
      return (long) ratings.size() * (16 + 4 * Float.BYTES);
    }
  }

  /**
   * Device to device: a message that its receiver alone can read, and its sender alone can have
   * written. Of its bytes nobody else learns more than its kind and its length.
   *
   * @param of what it is accounted as
   * @param encapsulated public key that was made for it, 32 bytes
   * @param ciphertext of the message
   */
  record Sealed(Kind of, byte[] encapsulated, byte[] ciphertext) implements Message {
    @Override
    public Kind kind() {
      return of;
    }

    @Override
    public long bytes() {
      return (long) encapsulated.length + ciphertext.length;
    }
  }

  /**
   * Device to device: a message that its sender has handed to its receiver, and nobody carries.
   *
   * @param of what it is accounted as
   * @param bytes as which it counts, as many as if it had been carried
   * @param digest SHA-256 of what was handed, 32 bytes
   */
  record Handed(Kind of, long bytes, byte[] digest) implements Message {
    @Override
    public Kind kind() {
      return of;
    }
  }

  /** Orchestrator to monitor: outcomes of several receivers, summed. */
  record OutcomeSum(Ballots.Sum sum) implements Report {
    @Override
    public long bytes() {
      return 16L * (sum.raters().size() + 1) + 4L * Float.BYTES;
    }
  }

  /**
   * Orchestrator to monitor: which leases a source kept; says nothing of data, so it comes at once.
   *
   * @param kept answers in time
   * @param asked orders
   */
  record Reliability(DeviceId source, int kept, int asked) implements Report {
    @Override
    public long bytes() {
      return 16L + 2 * Integer.BYTES;
    }
  }

  /** Device to evaluator: what came of an order; in a live fleet only if outcomes are bare. */
  record Settled(Settlement settlement) implements Examination {}
}
