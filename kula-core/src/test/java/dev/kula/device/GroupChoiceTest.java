package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.aggregate.FederatedAveraging;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.SampleSet;
import dev.kula.data.ToyClusters;
import dev.kula.fleet.Fleet;
import dev.kula.fleet.WatchedFleet;
import dev.kula.model.ParameterLayout;
import dev.kula.model.Scope;
import dev.kula.model.ToyEngine;
import dev.kula.model.TrainingPlan;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A device that meets the classes a and b in its first 24 samples and c and d in the others, and
 * two groups, one of which knows the former and one the latter.
 */
class GroupChoiceTest {
  private static final DeviceId DEVICE = new DeviceId("one");
  private static final int STOCK = 20;
  private static final int CHANGE = 24;
  private static final int ALL = 44;
  private static final TrainingPlan PLAN = TrainingPlan.of(1, 8, 0.1f);

  private final FederatedData data =
      new FederatedData(
          ToyClusters.of(
              IntStream.range(0, ALL + 4).map(i -> (i < CHANGE ? 0 : 2) + i % 2).toArray()),
          List.of(
              new FederatedData.DeviceRows(
                  DEVICE,
                  IntStream.range(0, ALL).toArray(),
                  IntStream.range(ALL, ALL + 4).toArray())),
          new int[0]);
  private final float[] zero = new float[ToyDevices.model(data, 1).length];
  private final GroupModel early = trainedOn(0, CHANGE);
  private final GroupModel late = trainedOn(CHANGE, ALL);

  private GroupModel trainedOn(int from, int to) {
    ToyEngine engine = ToyDevices.engine();
    float[] model = new float[engine.layout().size()];
    engine.train(
        model,
        SampleSet.of(
            data.dataset().features(),
            data.dataset().targets(),
            IntStream.range(from, to).toArray()),
        TrainingPlan.of(40, 8, 0.2f),
        new Seed(3).generator());
    return GroupModel.of(model, ToyClusters.evenShares());
  }

  private WatchedFleet fleet(PrivacySettings privacy) {
    WatchedFleet fleet =
        new WatchedFleet(new ToyDevices(data, ToyDevices.settings(privacy)).withStock(STOCK).all());
    ask(fleet, 0, new Message.GlobalModel(0, zero));
    return fleet;
  }

  private static Optional<Message.Chosen> ask(WatchedFleet fleet, int round, Message message) {
    return fleet
        .carry(round, List.of(new Envelope(Envelope.ORCHESTRATOR, DEVICE, message)))
        .toServers()
        .stream()
        .map(said -> (Message.Chosen) said.message())
        .findFirst();
  }

  private static Optional<Message.Chosen> after(WatchedFleet fleet, int samples) {
    fleet
        .runtime(DEVICE)
        .meet(new Situation(samples, samples, ToyClusters.evenShares(), Optional.empty()));
    return ask(fleet, samples, new Message.DriftCheck(samples));
  }

  private Message models(int round) {
    return new Message.GroupModels(round, List.of(late, early));
  }

  private static int trainedOn(WatchedFleet fleet, int group) {
    float[] model = new float[ToyDevices.engine().layout().size()];
    return fleet
        .runtime(DEVICE)
        .train(9, group, model, PLAN, ToyDevices.bench())
        .map(Update::weight)
        .orElse(0.0)
        .intValue();
  }

  @Test
  void aDeviceGoesToTheGroupThatKnowsWhatItMeetsAndNoticesAChange() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    Message.Chosen first = ask(fleet, 1, models(1)).orElseThrow();
    assertEquals(1, first.present());
    assertArrayEquals(new int[0], first.earlier());
    assertTrue(after(fleet, CHANGE).isEmpty(), "nothing has changed");
    assertTrue(after(fleet, CHANGE).isEmpty(), "nothing has come in");
    int at = CHANGE + 1;
    Optional<Message.Chosen> next = after(fleet, at);
    while (next.isEmpty()) {
      next = after(fleet, ++at);
    }
    assertTrue(at <= CHANGE + 3, "noticed after " + (at - CHANGE));
    assertEquals(2, next.get().present(), "unsettled at first");
    assertArrayEquals(new int[] {1}, next.get().earlier());
    next = Optional.empty();
    while (next.isEmpty()) {
      next = after(fleet, ++at);
    }
    assertTrue(at <= CHANGE + 6, "settled after " + (at - CHANGE));
    assertEquals(0, next.get().present());
    assertArrayEquals(new int[] {1, 2}, next.get().earlier());
    assertTrue(after(fleet, ALL).isEmpty(), "it is in the right group");
    int present = trainedOn(fleet, 0);
    int earlier = trainedOn(fleet, 1);
    assertTrue(present > 12 && present <= ALL - CHANGE, "trains on " + present);
    assertTrue(earlier > 15 && earlier <= CHANGE, "trains on " + earlier);
    int common = trainedOn(fleet, 2);
    assertTrue(common > present + earlier - 1 && common <= ALL, "trains on " + common);
    assertEquals(0, trainedOn(fleet, 3));
  }

  @Test
  void withoutModelsToCompareNothingIsNoticed() {
    assertTrue(after(fleet(ToyDevices.OPEN), ALL).isEmpty());
  }

  @Test
  void whatIsAssignedIsAllOfOneGroup() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    assertTrue(ask(fleet, 1, new Message.Assigned(1, 3)).isEmpty());
    assertEquals(0, trainedOn(fleet, 0));
    assertTrue(trainedOn(fleet, 3) > 15);
    assertTrue(ask(fleet, 2, models(2)).isEmpty(), "there is no such group");
    ask(fleet, 3, new Message.Assigned(3, 0));
    assertTrue(ask(fleet, 3, models(3)).isPresent());
    ask(fleet, 4, new Message.Assigned(4, 5));
    ask(fleet, 4, new Message.Assigned(4, -1));
    assertTrue(after(fleet, ALL).isEmpty(), "what it was shown has no such group");
  }

  @Test
  void whatIsNoModelIsNotTakenIn() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    GroupModel shorter = new GroupModel(new float[3], ToyClusters.evenShares());
    GroupModel endless = new GroupModel(zero.clone(), ToyClusters.evenShares());
    endless.parameters()[2] = Float.NaN;
    GroupModel shares = new GroupModel(zero, new double[] {1, 0, 0, 0});
    for (GroupModel wrong : List.of(shorter, endless, shares)) {
      assertTrue(ask(fleet, 1, new Message.GroupModels(1, List.of(early, wrong))).isEmpty());
    }
    assertTrue(ask(fleet, 1, new Message.GroupModels(1, List.of(early))).isEmpty());
    assertTrue(after(fleet, ALL).isEmpty());
  }

  /** It chooses when it is shown models, by noised sums, and says nothing of single samples. */
  @Test
  void underNoiseADeviceGoesAsAWhole() {
    double rho = 0.05;
    WatchedFleet fleet = fleet(ToyDevices.privacy(8, Protection.ALL, rho));
    Set<Integer> chosen = new HashSet<>();
    for (int round = 1; round <= 12; round++) {
      Message.Chosen choice = ask(fleet, round, models(round)).orElseThrow();
      assertArrayEquals(new int[0], choice.earlier());
      Message other = new Message.GroupModels(round, List.of(early, late));
      assertTrue(ask(fleet, round, other).isEmpty(), "another question under the same noise");
      chosen.add(choice.present());
      double spent = fleet.runtime(DEVICE).spentEpsilon();
      assertTrue(after(fleet, STOCK + round).isEmpty());
      assertEquals(spent, fleet.runtime(DEVICE).spentEpsilon());
    }
    // A gain of at most 32 in noise of σ = 1 / √(2 ρ) = 3.2.
    assertEquals(Set.of(1), chosen);
  }

  @Test
  void aRestoredDeviceGoesOn() {
    WatchedFleet whole = fleet(ToyDevices.OPEN);
    ask(whole, 1, models(1));
    after(whole, CHANGE);
    WatchedFleet again = fleet(ToyDevices.OPEN);
    again
        .runtime(DEVICE)
        .meet(new Situation(CHANGE, CHANGE, ToyClusters.evenShares(), Optional.empty()));
    again.restore(whole.state(), device -> zero, List.of(late, early));
    for (int samples = CHANGE + 1; samples < ALL; samples++) {
      assertEquals(
          after(whole, samples).map(Message.Chosen::present),
          after(again, samples).map(Message.Chosen::present));
    }
    assertEquals(trainedOn(whole, 0), trainedOn(again, 0));
  }

  /** Even shares to serve, of 20 samples; the model learnt from 0.4, 0.1, 0.25 and 0.25. */
  @Test
  void thePersonalModelBeginsWithTheSharesThatItServes() {
    double[] learnt = {0.4, 0.1, 0.25, 0.25};
    DeviceSettings plain = ToyDevices.settings(ToyDevices.OPEN);
    DeviceSettings untuned =
        new DeviceSettings(
            plain.labels(),
            plain.personalization(),
            plain.localPlan(),
            TrainingPlan.of(1, 8, 1e-9f).withScope(Scope.HEAD),
            plain.visitPlan(),
            plain.gate(),
            plain.privacy(),
            true);
    WatchedFleet fleet = new WatchedFleet(new ToyDevices(data, untuned).withStock(STOCK).all());
    ask(fleet, 0, new Message.GlobalModel(0, zero));
    GroupModel one = new GroupModel(zero, learnt);
    ask(fleet, 1, new Message.GroupModels(1, List.of(one, one)));
    Message examine = new Message.Examine(1, Message.Occasion.ROUND);
    fleet.carry(1, List.of(new Envelope(Envelope.ORCHESTRATOR, DEVICE, examine)));
    float[] model = fleet.runtime(DEVICE).personal().orElseThrow().parameters();
    ParameterLayout layout = ToyDevices.engine().layout();
    for (int label = 0; label < learnt.length; label++) {
      double expected = Math.log(0.25 / learnt[label]);
      assertEquals(expected, model[layout.size() - learnt.length + label], 1e-4);
    }
    assertTrue(IntStream.range(0, layout.size() - 4).allMatch(i -> Math.abs(model[i]) < 1e-4));
  }

  @Test
  void aCoarseModelIsWithinHalfAStepOfTheModel() {
    float[] model = {1.2f, -2.54f, 0.501f};
    GroupModel coarse = GroupModel.of(model, ToyClusters.evenShares());
    assertArrayEquals(model, coarse.parameters(), 0.5f * 2.54f / 127 + 1e-6f);
    assertFalse(Arrays.equals(model, coarse.parameters()));
    assertArrayEquals(zero, GroupModel.of(zero, ToyClusters.evenShares()).parameters());
    assertEquals(3 + 4 + 4 * 4, coarse.bytes());
    assertNotEquals(0, coarse.parameters()[2]);
  }

  /** A task for a group that the device has left trains that group's model alone. */
  @Test
  void tasksOfGroupsFoldWhatTheirTrainersHave() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    ask(fleet, 1, models(1));
    after(fleet, ALL);
    List<Fleet.Folded> folded =
        fleet.train(
            List.of(
                new Fleet.TrainingTask(2, 0, zero, PLAN, zero.length, List.of(DEVICE)),
                new Fleet.TrainingTask(2, 1, zero, PLAN, zero.length, List.of(DEVICE))),
            new FederatedAveraging());
    for (int group = 0; group < 2; group++) {
      float[] model = folded.get(group).global();
      int bias = model.length - ToyClusters.CLASSES;
      float early = model[bias] + model[bias + 1];
      float late = model[bias + 2] + model[bias + 3];
      assertEquals(group == 1, early > late, "what group " + group + " has learnt");
      assertEquals(1, folded.get(group).updates());
    }
  }
}
