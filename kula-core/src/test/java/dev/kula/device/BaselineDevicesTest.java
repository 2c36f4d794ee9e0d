package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.Seed;
import dev.kula.aggregate.Broadcast;
import dev.kula.aggregate.Update;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.model.TrainingPlan;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What devices do for SCAFFOLD and for clusters. */
final class BaselineDevicesTest {
  private static final TrainingPlan PLAN = TrainingPlan.of(1, 8, 0.1f);

  private final FederatedData data = ToyClusters.skewed(3, 30, 12);
  private final float[] model = ToyDevices.model(data, 1);

  private DeviceRuntime device(Broadcast broadcast) {
    DeviceSettings settings = ToyDevices.settings(ToyDevices.OPEN).withBroadcast(broadcast);
    return new ToyDevices(data, settings).all().getFirst();
  }

  private static void deliver(DeviceRuntime device, float[] sent) {
    Message message = new Message.GlobalModel(1, sent);
    device.receive(
        List.of(new Envelope(Envelope.ORCHESTRATOR, device.id(), message)), ToyDevices.bench());
  }

  private static Update train(DeviceRuntime device, int round, float[] sent) {
    return device.train(round, sent, PLAN, ToyDevices.bench()).orElseThrow();
  }

  private static float[] concat(float[]... parts) {
    int size = 0;
    for (float[] part : parts) {
      size += part.length;
    }
    float[] all = new float[size];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /**
   * Two steps at rate 0.5 from 1 to 0.8 and from 2 to 2.5 are mean gradients of 0.2 and -0.5. The
   * device's own variate was nothing, the fleet's (0.3, 0.1). Then from there to 1.1 and 2.5, with
   * the fleet's at (0.4, 0): the correction is (0.2, 0.5), and the gradient -0.3 and 0 with it.
   */
  @Test
  void theControlVariateIsTheMeanGradientWithoutItsCorrection() {
    ControlVariate control = new ControlVariate();
    float[] first = control.correction(new float[] {0.3f, 0.1f});
    assertArrayEquals(new float[] {0.3f, 0.1f}, first);
    Update update =
        control.update(new float[] {1, 2}, new float[] {0.8f, 2.5f}, first, 2, 0.5f, 0.7);
    float[] own = {0.2f - 0.3f, -0.5f - 0.1f};
    assertArrayEquals(own, control.state(), 1e-6f);
    assertArrayEquals(new float[] {-0.2f, 0.5f, own[0], own[1]}, update.delta(), 1e-6f);
    assertEquals(1, update.weight());
    assertEquals(0.7, update.trainingLoss());

    float[] second = control.correction(new float[] {0.4f, 0});
    assertArrayEquals(new float[] {0.5f, 0.6f}, second, 1e-6f);
    Update next =
        control.update(new float[] {0.8f, 2.5f}, new float[] {1.1f, 2.5f}, second, 2, 0.5f, 0.6);
    float[] later = {-0.3f - 0.5f, -0.6f};
    assertArrayEquals(later, control.state(), 1e-6f);
    assertArrayEquals(
        new float[] {0.3f, 0, later[0] - own[0], later[1] - own[1]}, next.delta(), 1e-6f);
  }

  @Test
  void withoutSamplesNothingChanges() {
    ControlVariate control = new ControlVariate();
    control.restore(new float[] {5});
    Update update = control.update(new float[] {1}, new float[] {1}, new float[] {2}, 0, 0.5f, 0);
    assertArrayEquals(new float[2], update.delta());
    assertArrayEquals(new float[] {5}, control.state());
  }

  /** At first there is nothing to correct, so that the first round is that of plain SGD. */
  @Test
  void theFirstRoundOfScaffoldIsPlain() {
    float[] sent = concat(model, new float[model.length]);
    Update controlled = train(device(new Broadcast(1, true)), 1, sent);
    Update plain = train(device(Broadcast.ONE_MODEL), 1, model);
    int steps = plain.steps();
    for (int i = 0; i < model.length; i++) {
      float change = plain.delta()[i];
      assertEquals(change, controlled.delta()[i], 1e-6f);
      assertEquals(-change / (steps * 0.1f), controlled.delta()[model.length + i], 1e-4f);
    }
  }

  @Test
  void theControlVariateOutlivesARestart() {
    Broadcast broadcast = new Broadcast(1, true);
    float[] sent = concat(model, new float[model.length]);
    DeviceRuntime device = device(broadcast);
    train(device, 1, sent);
    DeviceRuntime.State state = device.state();
    DeviceRuntime again = device(broadcast);
    again.restore(state, Map.of(), sent, List.of());
    assertArrayEquals(train(device, 2, sent).delta(), train(again, 2, sent).delta());
  }

  @Test
  void aDeviceTrainsTheModelThatFitsItsData() {
    float[] other = ToyDevices.engine().initialParameters(new Seed(8).generator());
    float[] settled = ToyDevices.model(data, 20);
    DeviceRuntime device = device(new Broadcast(3, false));
    float[] sent = concat(other, settled, other);
    deliver(device, sent);
    assertEquals(1, device.state().cluster());
    Update update = train(device, 1, sent);
    assertEquals(1, update.cluster());
    assertArrayEquals(train(device(Broadcast.ONE_MODEL), 1, settled).delta(), update.delta());
    // Later on another one fits better.
    deliver(device, concat(settled, other, other));
    assertEquals(0, device.state().cluster());
  }

  @Test
  void whatIsNotTheRightNumberOfModelsIsIgnored() {
    DeviceRuntime device = device(new Broadcast(2, false));
    deliver(device, concat(model, ToyDevices.model(data, 20)));
    assertEquals(1, device.state().cluster());
    deliver(device, model);
    deliver(device, concat(model, model, model));
    assertEquals(1, device.state().cluster());
  }
}
