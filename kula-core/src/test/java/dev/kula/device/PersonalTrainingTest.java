package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import dev.kula.data.FeatureTable;
import dev.kula.data.FederatedData;
import dev.kula.data.Ledger;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.data.ToyClusters;
import dev.kula.model.ParameterLayout;
import dev.kula.model.Scope;
import dev.kula.model.ToyEngine;
import dev.kula.model.TrainingPlan;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Ways to a personal model, against steps worked out by hand: on a model of one feature x, a scale
 * s, two classes, weights u and biases b, z_c = u_c·s·x + b_c, and the one sample x = 2 of class 0.
 */
final class PersonalTrainingTest {
  /** s, u₀, u₁, b₀, b₁; so that z = (1, −1), p₁ = 1 / (1 + e²) = 0.11920292. */
  private static final float[] START = {1, 0.5f, -0.5f, 0, 0};

  private static final double E = 0.11920292;

  /**
   * Gradient at START: the errors are p − y = (−E, E), so that the weights' are (−2E, 2E), the
   * biases' (−E, E), and the scale's Σ error·u·x = −E·0.5·2 + E·(−0.5)·2 = −2E.
   */
  private static final double[] GRADIENT = {-2 * E, -2 * E, 2 * E, -E, E};

  private static final SampleSet ONE =
      SampleSet.of(new SampleBatch(new FeatureTable.Floats(new float[] {2}, 1), new float[] {0}));

  private static final TrainingPlan STEP = TrainingPlan.of(1, 1, 0.5f);

  private static ToyEngine engine() {
    return ToyEngine.scaled(1, 2);
  }

  private static void assertClose(double[] expected, float[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-6, "number " + i);
    }
  }

  /** START − 0.5·g, in the numbers of a scope. */
  private static double[] stepped(int from, int to) {
    double[] after = new double[START.length];
    for (int i = 0; i < after.length; i++) {
      after[i] = START[i] - (from <= i && i < to ? 0.5 * GRADIENT[i] : 0);
    }
    return after;
  }

  @Test
  void fedPerTakesOneStepOfBoth() {
    float[] global = {1, 9, 9, 9, 9};
    float[] local = global.clone();
    float[] head = {0.5f, -0.5f, 0, 0};
    OwnHead heads = new OwnHead(STEP);
    heads.train(Personalization.FEDPER, head, local, ONE, STEP, engine(), new Seed(1));
    assertClose(stepped(0, 5), local);
    Update update = OwnHead.update(global, local, 4, 1, 0);
    assertClose(new double[] {E, 0, 0, 0, 0}, update.delta());
  }

  @Test
  void fedRepTakesItsHeadsStepBeforeTheBodys() {
    float[] local = {1, 9, 9, 9, 9};
    float[] head = {0.5f, -0.5f, 0, 0};
    OwnHead heads = new OwnHead(STEP);
    heads.train(Personalization.FEDREP, head, local, ONE, STEP, engine(), new Seed(1));
    // Head: u = ±(0.5 + E), b = ±E/2. Body under it: z₀ − z₁ = 2(2(0.5 + E) + E/2) = 2 + 5E, and
    // the scale's gradient is −2·p₁·2(0.5 + E).
    double p = 1 / (1 + Math.exp(2 + 5 * E));
    double u = 0.5 + E;
    assertClose(new double[] {1 + 0.5 * 4 * p * u, u, -u, E / 2, -E / 2}, local);
  }

  @Test
  void apflMovesBothModelsAndTheirWeights() {
    // v differs from w in s alone, by 2; at α = 0.5 their mixture is START, where s = 1.
    float[] local = {0, 0.5f, -0.5f, 0, 0};
    Mixture before = new Mixture(new float[] {2, 0.5f, -0.5f, 0, 0}, 0.5f);
    Mixture.Trained trained = before.train(local, ONE, ONE, STEP, engine(), new Seed(1));
    // α ← 0.5 − 0.5·(2 − 0)·(−2E); v ← v − 0.5·α·g at the mixture.
    double alpha = 0.5 + 2 * E;
    assertEquals(alpha, trained.mixture().alpha(), 1e-6);
    double[] own = new double[5];
    for (int i = 0; i < own.length; i++) {
      own[i] = before.own()[i] - 0.5 * alpha * GRADIENT[i];
    }
    assertClose(own, trained.mixture().own());
    // w takes a step of its own: s = 0 gives p = ½ and nothing but biases and s to move, by
    // 0.5·½ and by 0.5·2·½·(0.5 + 0.5).
    assertClose(new double[] {0.5, 0.5, -0.5, 0.25, -0.25}, local);
    assertEquals(Math.log(2), trained.loss(), 1e-6);
    assertClose(new double[] {2, 0.5, -0.5, 0, 0}, before.own());
    // v̄ = αv + (1 − α)w
    float[] mixed = new Mixture(new float[] {4, 0}, 0.25f).with(new float[] {0, 8});
    assertArrayEquals(new float[] {1, 6}, mixed);
    assertEquals(0.25f, Mixture.of(new Mixture(mixed, 0.25f).numbers()).alpha());
    assertArrayEquals(mixed, Mixture.of(new Mixture(mixed, 0.25f).numbers()).own());
  }

  private static final FederatedData DATA = ToyClusters.skewed(1, 32, 0);

  private static DeviceSettings settings(
      Personalization how, TrainingPlan local, TrainingPlan fineTune) {
    DeviceSettings old = ToyDevices.settings(ToyDevices.OPEN);
    return new DeviceSettings(
        old.labels(),
        how,
        local,
        fineTune,
        old.visitPlan(),
        old.gate(),
        old.privacy(),
        old.consentsToRaw());
  }

  private static DeviceRuntime device(DeviceSettings settings, float[] global) {
    DeviceRuntime device = new ToyDevices(DATA, settings).all().getFirst();
    tell(device, new Message.GlobalModel(1, global));
    return device;
  }

  private static void tell(DeviceRuntime device, Message message) {
    device.receive(
        List.of(new Envelope(Envelope.ORCHESTRATOR, device.id(), message)), ToyDevices.bench());
  }

  private static float[] examined(DeviceRuntime device, int round) {
    tell(device, new Message.Examine(round, Message.Occasion.ROUND));
    return device.personal().orElseThrow().parameters();
  }

  /** The samples that the device trains its personal model on, in its order. */
  private static SampleSet weighted() {
    ToyDevices devices = new ToyDevices(DATA, settings(Personalization.DITTO, STEP, STEP));
    DeviceRuntime device = devices.all().getFirst();
    TrainingData data =
        new TrainingData(
            devices.store(device.id()),
            ToyClusters.LABELS,
            ToyClusters.evenShares(),
            false,
            ToyDevices.seed(device.id()));
    return data.towardsTarget(data.ledger(new Ledger()));
  }

  @Test
  void dittoIsPulledToTheModelOfTheRound() {
    float[] first = ToyDevices.model(DATA, 0);
    float[] second = ToyDevices.model(DATA, 30); // good enough for the fold to take the step
    TrainingPlan plan = TrainingPlan.of(1, 100, 0.05f);
    SampleSet samples = weighted();
    DeviceRuntime device =
        device(settings(Personalization.DITTO, plan.withProximalMu(4f), plan), first);
    float[] v1 = examined(device, 1);
    float[] plain = first.clone();
    ToyDevices.engine().train(plain, samples, plan, new Seed(1).generator());
    assertArrayEquals(plain, v1, 1e-6f, "at the start there is no pull");

    tell(device, new Message.GlobalModel(2, second));
    float[] v2 = examined(device, 2);
    float[] expected = v1.clone();
    ToyDevices.engine().train(expected, samples, plan, new Seed(1).generator());
    for (int i = 0; i < expected.length; i++) {
      expected[i] -= 0.05f * 4f * (v1[i] - second[i]);
    }
    assertArrayEquals(expected, v2, 1e-6f);
    assertArrayEquals(v2, examined(device, 2), "once a round");
    assertArrayEquals(v2, device.state().model());
  }

  @Test
  void fineTuningOfAllLayersStartsFromTheGlobalModel() {
    float[] global = ToyDevices.model(DATA, 0);
    TrainingPlan plan = TrainingPlan.of(1, 100, 0.05f);
    DeviceRuntime device = device(settings(Personalization.FINE_TUNE, plan, plan), global);
    float[] expected = global.clone();
    ToyDevices.engine().train(expected, weighted(), plan, new Seed(1).generator());
    assertArrayEquals(expected, examined(device, 1), 1e-6f);
    assertArrayEquals(expected, examined(device, 2), 1e-6f, "anew each round");
    assertEquals(0, device.state().model().length);

    DeviceRuntime head =
        device(settings(Personalization.FINE_TUNE, plan, plan.withScope(Scope.HEAD)), global);
    int body = ToyDevices.engine().layout().headOffset();
    float[] tuned = examined(head, 1);
    assertArrayEquals(Arrays.copyOf(global, body), Arrays.copyOf(tuned, body));
    assertFalse(Arrays.equals(global, tuned));
  }

  /** The head that a device keeps goes under every body that comes, and is never sent. */
  @Test
  void anOwnHeadStaysAndComesBackAfterARestart() {
    ParameterLayout layout = ToyDevices.engine().layout();
    float[] global = ToyDevices.model(DATA, 0);
    for (Personalization how : List.of(Personalization.FEDPER, Personalization.FEDREP)) {
      DeviceRuntime device = device(settings(how, STEP, STEP), global);
      Update update = device.train(1, global, STEP, ToyDevices.bench()).orElseThrow();
      float[] delta = update.delta();
      assertArrayEquals(
          new float[layout.headSize()],
          Arrays.copyOfRange(delta, layout.headOffset(), delta.length));
      assertTrue(delta[0] != 0);
      float[] head = device.state().model();
      assertEquals(layout.headSize(), head.length);

      float[] body = new float[layout.headOffset()];
      Arrays.fill(body, 0.7f);
      tell(device, new Message.GlobalModel(2, body));
      float[] personal = examined(device, 2);
      assertArrayEquals(body, Arrays.copyOf(personal, body.length));
      assertArrayEquals(head, Arrays.copyOfRange(personal, body.length, personal.length));

      DeviceRuntime again = device(settings(how, STEP, STEP), global);
      float[] next = global.clone();
      System.arraycopy(body, 0, next, 0, body.length);
      again.restore(device.state(), Map.of(), next, List.of());
      assertArrayEquals(personal, examined(again, 2));
    }
  }

  /** The oracle trains on what devices and base train on, and on none of what they validate by. */
  @Test
  void theOraclesPoolIsWhatAllTrainOn() {
    FederatedData data = ToyClusters.skewed(3, 32, 16);
    ToyDevices devices = new ToyDevices(data, ToyDevices.settings(ToyDevices.OPEN));
    PooledOracle oracle = new PooledOracle(ToyClusters.LABELS);
    List<DeviceId> members = data.devices().stream().map(rows -> rows.device()).toList();
    int own = 0;
    for (DeviceRuntime device : devices.all()) {
      SampleStore store = devices.store(device.id());
      if (device.id().equals(Envelope.BASE)) {
        oracle.takeBase(store);
      } else {
        Seed seed = ToyDevices.seed(device.id());
        oracle.enrol(device.id(), store, ToyDevices.settings(ToyDevices.OPEN), seed);
        own +=
            new TrainingData(store, ToyClusters.LABELS, ToyClusters.evenShares(), false, seed)
                .ownTrainIndices()
                .length;
      }
    }
    assertTrue(own < 3 * 32 && own > 3 * 24, own + " samples");
    assertEquals(4L * own * (ToyClusters.FEATURES + 1), oracle.bytes(members));
    float[] model = ToyDevices.model(data, 0);
    int steps =
        oracle
            .train(model, members, TrainingPlan.of(1, 1, 0.1f), ToyDevices.engine(), new Seed(1))
            .steps();
    assertTrue(steps > own && steps < own + 16, "a part of the base set, too: " + steps);
  }
}
