package dev.kula.wire;

import dev.kula.aggregate.Update;
import dev.kula.device.Envelope;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a device answers to a {@link Job}. What is counted in forward passes is what it has worked
 * since it last said so: {@link dev.kula.device.DeviceRuntime#takeForwardPasses()}.
 */
public sealed interface Result {
  /** The job is done, and there is nothing to tell. */
  record Done() implements Result {}

  /**
   * What came of a {@link Job.Train}.
   *
   * @param update empty if the privacy account refuses to release one, or there is nothing to train
   *     on
   * @param passes forward passes
   */
  record Trained(Optional<Update> update, double passes) implements Result {
    public Trained {
      requirePasses(passes);
    }
  }

  /**
   * What came of a {@link Job.Deliver}.
   *
   * @param envelopes in the order in which the device said them
   * @param passes forward passes
   */
  record Said(List<Envelope> envelopes, double passes) implements Result {
    public Said {
      envelopes = List.copyOf(envelopes);
      requirePasses(passes);
    }
  }

  /**
   * The device could not do the job.
   *
   * @param reason one line, not blank
   */
  record Failed(String reason) implements Result {
    private static final Pattern BREAKS = Pattern.compile("[\\p{Cc}\\x{2028}\\x{2029}]");

    public Failed {
      if (reason.isBlank() || BREAKS.matcher(reason).find()) {
        throw new IllegalArgumentException("reason is '%s', must be one line".formatted(reason));
      }
    }
  }

  /**
   * What came of a {@link Job.Consult}.
   *
   * @param answer to its question
   */
  record Advice(Answer answer) implements Result {}

  private static void requirePasses(double passes) {
    if (!(passes >= 0) || Double.isInfinite(passes)) {
      throw new IllegalArgumentException(
          "passes is %s, must be 0 or more and finite".formatted(passes));
    }
  }
}
