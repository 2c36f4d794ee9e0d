package dev.kula.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.model.EngineFactory;
import dev.kula.model.Scope;
import dev.kula.model.TrainingEngine;
import dev.kula.model.TrainingPlan;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The part of {@link EngineContract} that says what a step is. */
abstract class StepContract {
  final EngineCase of;
  final float rate;
  final TrainingPlan fullStep;
  TrainingEngine engine;
  float[] initial;

  StepContract(EngineCase of) {
    this.of = of;
    rate = of.learningRate();
    fullStep = TrainingPlan.of(1, Integer.MAX_VALUE, rate);
  }

  /** Makes the engines that are tested, of the architectures of {@link EngineCase#all()}. */
  protected abstract EngineFactory factory();

  @BeforeEach
  void create() {
    engine = newEngine();
    initial = EngineCase.parameters(engine.layout(), 0.1f, new Seed(11));
  }

  @AfterEach
  void close() {
    // A test that is skipped, because a library is missing, has none.
    if (engine != null) {
      engine.close();
    }
  }

  @Test
  void trainingTheHeadLeavesTheBodyAndTakesTheHeadsStep() {
    TestSamples samples = TestSamples.random(of, 7, 26).withWeights(1, 2, 1, 3, 1, 1, 2);
    int head = engine.layout().headOffset();
    float[] all = trained(samples, fullStep);
    float[] headOnly = trained(samples, fullStep.withScope(Scope.HEAD));
    assertClose(
        Arrays.copyOfRange(all, head, all.length),
        Arrays.copyOfRange(headOnly, head, all.length),
        1e-6);

    TrainingPlan many = new TrainingPlan(5, 3, rate, 0.9f, 0.01f, 0.1f, Scope.HEAD);
    float[] after = trained(samples, many);
    assertArrayEquals(Arrays.copyOf(initial, head), Arrays.copyOf(after, head));
    assertFalse(
        Arrays.equals(
            Arrays.copyOfRange(initial, head, all.length),
            Arrays.copyOfRange(after, head, all.length)));
  }

  @Test
  void momentumCarriesTheLastDirectionOn() {
    TestSamples samples = TestSamples.random(of, 6, 27);
    float[] first = gradient(initial, samples);
    float[] after = moved(initial, rate, first);
    float[] second = gradient(after, samples);
    float[] expected = moved(moved(after, rate * 0.9f, first), rate, second);
    float[] actual = trained(samples, new TrainingPlan(2, 6, rate, 0.9f, 0f, 0f, Scope.ALL));
    assertClose(expected, actual, 3e-6);
  }

  @Test
  void weightDecayPullsToZero() {
    TestSamples samples = TestSamples.random(of, 6, 28);
    float[] expected = moved(trained(samples, fullStep), rate * 0.5f, initial);
    float[] actual = trained(samples, new TrainingPlan(1, 6, rate, 0f, 0.5f, 0f, Scope.ALL));
    assertClose(expected, actual, 1e-6);
  }

  @Test
  void theProximalTermPullsBackToTheStart() {
    TestSamples samples = TestSamples.random(of, 6, 29);
    TrainingPlan plan = fullStep.withProximalMu(2f);
    float[] first = trained(samples, fullStep);
    // At the start there is no pull.
    assertClose(first, trained(samples, plan), 1e-6);
    float[] away = moved(first, 1f, initial);
    float[] expected = moved(moved(first, rate, gradient(first, samples)), rate * 2f, away);
    assertClose(expected, trained(samples, plan.withEpochs(2)), 3e-6);
  }

  @Test
  void trainingTheBodyLeavesTheHeadAndTakesTheBodysStep() {
    TestSamples samples = TestSamples.random(of, 7, 51).withWeights(1, 2, 1, 3, 1, 1, 2);
    int head = engine.layout().headOffset();
    float[] all = trained(samples, fullStep);
    float[] bodyOnly = trained(samples, fullStep.withScope(Scope.BODY));
    assertClose(Arrays.copyOf(all, head), Arrays.copyOf(bodyOnly, head), 1e-6);

    TrainingPlan many = new TrainingPlan(5, 3, rate, 0.9f, 0.01f, 0.1f, Scope.BODY);
    float[] after = trained(samples, many);
    assertArrayEquals(
        Arrays.copyOfRange(initial, head, after.length),
        Arrays.copyOfRange(after, head, after.length));
    boolean hasBody = head > 0;
    assertEquals(hasBody, !Arrays.equals(Arrays.copyOf(initial, head), Arrays.copyOf(after, head)));
  }

  @Test
  void theProximalTermPullsToAnAnchor() {
    TestSamples samples = TestSamples.random(of, 6, 52);
    float[] anchor = EngineCase.parameters(engine.layout(), 0.1f, new Seed(53));
    float[] kept = anchor.clone();
    // w − rate·(g + 2(w − a))
    float[] away = moved(initial, 1f, anchor);
    float[] expected = moved(trained(samples, fullStep), rate * 2f, away);
    TrainingPlan plan = fullStep.withProximalMu(2f).withAnchor(anchor);
    assertClose(expected, trained(samples, plan), 1e-6);
    assertArrayEquals(kept, anchor);
    assertArrayEquals(trained(samples, fullStep), trained(samples, fullStep.withAnchor(anchor)));
  }

  @Test
  void aCorrectionIsAddedToEachGradient() {
    TestSamples samples = TestSamples.random(of, 6, 33);
    float[] correction = moved(initial, -0.5f, initial); // any that is not zero
    TrainingPlan two = fullStep.withEpochs(2);
    if (!engine.correctsSteps()) {
      assertThrows(KulaException.class, () -> corrected(samples, two, correction));
      return;
    }
    assertClose(trained(samples, two), corrected(samples, two, new float[initial.length]), 1e-6);
    float[] first = moved(trained(samples, fullStep), rate, correction);
    assertClose(first, corrected(samples, fullStep, correction), 1e-6);
    float[] second = moved(moved(first, rate, gradient(first, samples)), rate, correction);
    assertClose(second, corrected(samples, two, correction), 3e-6);
  }

  private float[] corrected(TestSamples samples, TrainingPlan plan, float[] correction) {
    float[] parameters = initial.clone();
    engine.trainCorrected(parameters, samples, plan, correction, new Seed(31).generator());
    return parameters;
  }

  TrainingEngine newEngine() {
    return factory().create(of.spec(), of.input(), of.task());
  }

  float[] trained(TestSamples samples, TrainingPlan plan) {
    float[] parameters = initial.clone();
    engine.train(parameters, samples, plan, new Seed(31).generator());
    return parameters;
  }

  /** By one step of learning rate 1. */
  float[] gradient(float[] parameters, TestSamples samples) {
    float[] after = parameters.clone();
    TrainingPlan plan = TrainingPlan.of(1, Integer.MAX_VALUE, 1f);
    engine.train(after, samples, plan, new Seed(31).generator());
    return moved(parameters, 1f, after);
  }

  /** {@code from − factor·direction}. */
  static float[] moved(float[] from, float factor, float[] direction) {
    float[] result = new float[from.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = from[i] - factor * direction[i];
    }
    return result;
  }

  static void assertClose(float[] expected, float[] actual, double tolerance) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], tolerance * (1 + Math.abs(expected[i])), "number " + i);
    }
  }
}
