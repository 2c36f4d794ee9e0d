package dev.kula.device;

import dev.kula.model.Evaluation;
import dev.kula.model.Samples;
import dev.kula.model.TrainingEngine;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** Exams of a device's personal model, and what is told of them. */
final class OwnExam {
  private Optional<Samples> questions;
  private final DeviceSettings settings;
  private final PersonalTraining training;
  private final List<AcceptedSwap> accepted;
  private final Account account;
  private Optional<Evaluation> last = Optional.empty();

  OwnExam(
      Optional<Samples> questions,
      DeviceSettings settings,
      PersonalTraining training,
      List<AcceptedSwap> accepted,
      Account account) {
    this.questions = questions;
    this.settings = settings;
    this.training = training;
    this.accepted = accepted;
    this.account = account;
  }

  /** The device has come into another situation, with another exam. */
  void set(Optional<Samples> others) {
    questions = others;
  }

  /** How the last one went. */
  Optional<Evaluation> last() {
    return last;
  }

  /**
   * Makes the personal model and examines it.
   *
   * @param holdings what the device has, for the evaluator of a simulation
   * @return what to tell; empty if there is no exam
   */
  Optional<Message.Examined> examine(
      Message.Examine asked, float[] global, Supplier<Holdings> holdings, Workbench bench) {
    if (questions.isEmpty()) {
      return Optional.empty();
    }
    Samples exam = questions.get();
    TrainingEngine engine = bench.engine();
    Evaluation result = engine.evaluate(training.make(asked.round(), global, bench), exam);
    last = Optional.of(result);
    boolean atEnd = asked.occasion() == Message.Occasion.FINAL;
    OptionalDouble without =
        atEnd
            ? OptionalDouble.of(
                withoutSwaps(asked, global, exam, result, bench).score(engine.task()))
            : OptionalDouble.empty();
    boolean hides = !account.tellsEvaluator(Account.Kind.EXAMINATION);
    if (!account.isSimulated() && !hides) {
      account.withoutNoise(Account.Kind.EXAMINATION);
    }
    return Optional.of(
        new Message.Examined(
            asked.round(),
            hides ? Optional.empty() : Optional.of(result),
            hides ? OptionalDouble.empty() : without,
            account.spentEpsilon(),
            List.copyOf(account.releasesWithoutNoise()),
            account.isSimulated() && atEnd ? Optional.of(holdings.get()) : Optional.empty()));
  }

  private Evaluation withoutSwaps(
      Message.Examine asked, float[] global, Samples exam, Evaluation with, Workbench bench) {
    boolean swapped =
        settings.personalization() == Personalization.FINE_TUNE && !accepted.isEmpty();
    return swapped ? training.withoutSwaps(asked.round(), global, exam, bench) : with;
  }
}
