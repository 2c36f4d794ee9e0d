package dev.kula.device;

import dev.kula.data.SampleSet;
import dev.kula.model.TrainingEngine;
import dev.kula.monitor.PageHinkley;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How a device notices that what it meets has changed: the model that it was sent last is tested on
 * samples as they come in, before anything is trained on them, and an alarm watches the losses. The
 * alarm is a sensitive one: if it is false, no more is lost than the bytes of a trial.
 */
public final class DriftWatch {
  /** Losses count up to this. */
  private static final double LARGEST_LOSS = 3;

  /** Of the alarm, chosen and not tuned: about as much as the mean loss of a good model. */
  private static final double DELTA = 0.3;

  /** Two samples that the model gets quite wrong in a row are enough. */
  private static final double LAMBDA = 3;

  private final TrainingData data;
  private final Account account;
  private final PageHinkley alarm = new PageHinkley(DELTA, LAMBDA);
  private int tested;
  private int suspect;

  /**
   * What has to survive a restart.
   *
   * @param tested samples that have been tested, of those that the store holds
   * @param suspect the first sample that seems to be of something new
   * @param since the first sample of what the device meets at present
   */
  public record State(PageHinkley.State alarm, int tested, int suspect, int since) {}

  DriftWatch(TrainingData data, Account account) {
    this.data = data;
    this.account = account;
    this.tested = data.held().size();
  }

  /** Tests what has come in since it was last asked; an alarm if there is reason to look around. */
  Optional<Message.Adrift> test(Message.DriftCheck check, float[] model, Workbench bench) {
    if (account.noises(Account.Kind.CHOICE) || !isAlarmed(model, bench.engine())) {
      return Optional.empty(); // an alarm depends on single samples, and has no noise
    }
    account.withoutNoise(Account.Kind.CHOICE);
    return Optional.of(new Message.Adrift(check.round()));
  }

  private boolean isAlarmed(float[] model, TrainingEngine engine) {
    SampleSet held = data.held();
    int from = tested;
    tested = held.size();
    if (from == tested) {
      return false;
    }
    float[] losses = new float[tested - from];
    engine.losses(model, held.select(IntStream.range(from, tested).toArray()), losses);
    boolean raised = false;
    for (float loss : losses) {
      raised |= alarm.add(Math.min(loss, LARGEST_LOSS));
    }
    if (raised) {
      suspect = Math.max(data.since(), tested - Math.max(1, alarm.state().since()));
      alarm.reset();
    }
    return raised;
  }

  /** The samples that seem to be of something new. */
  SampleSet suspects() {
    SampleSet held = data.held();
    return held.select(IntStream.range(suspect, held.size()).toArray());
  }

  /** They are: what came before is no longer what the device meets. */
  void confirm() {
    data.beginAt(suspect);
  }

  State state() {
    return new State(alarm.state(), tested, suspect, data.since());
  }

  void restore(State state) {
    alarm.restore(state.alarm());
    tested = state.tested();
    suspect = state.suspect();
    data.beginAt(state.since());
  }
}
