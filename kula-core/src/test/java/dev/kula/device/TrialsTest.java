package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import dev.kula.fleet.WatchedFleet;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrialsTest {
  private static final DeviceId DEVICE = new DeviceId("device-00");
  private static final double[] EVEN = ToyClusters.evenShares();

  /** Of 20 samples of labels 0 and 1 each. */
  private static final double[] OWN = Candidate.shares(new double[] {20, 20, 0, 0});

  private final FederatedData data = ToyClusters.skewed(4, 40, 0);
  private final float[] zero = new float[ToyDevices.model(data, 1).length];

  private WatchedFleet fleet(PrivacySettings privacy) {
    WatchedFleet fleet = new WatchedFleet(new ToyDevices(data, ToyDevices.settings(privacy)).all());
    Message first = new Message.GlobalModel(0, zero);
    fleet.carry(0, List.of(new Envelope(Envelope.ORCHESTRATOR, DEVICE, first)));
    return fleet;
  }

  private static Optional<Message.Tried> answer(
      WatchedFleet fleet, int round, Candidate... candidates) {
    return answer(fleet, round, TrialFold.CHOOSING, candidates);
  }

  private static Optional<Message.Tried> answer(
      WatchedFleet fleet, int round, TrialFold fold, Candidate... candidates) {
    Message trial = new Message.Trial(round, fold, OWN, List.of(candidates));
    return fleet
        .carry(round, List.of(new Envelope(Envelope.ORCHESTRATOR, DEVICE, trial)))
        .toServers()
        .stream()
        .map(said -> (Message.Tried) said.message())
        .findFirst();
  }

  @Test
  void sharesCountHalfASampleMoreOfEachLabel() {
    // (3 + 0.5) / 6, (0 + 0.5) / 6, (1 + 0.5) / 6, (0 + 0.5) / 6 of 4 samples and half of 4 labels.
    assertArrayEquals(
        new double[] {3.5 / 6, 0.5 / 6, 1.5 / 6, 0.5 / 6},
        Candidate.shares(new double[] {3, 0, 1, 0}),
        1e-15);
  }

  @Test
  void foldsMakeUpTheWhole() {
    assertEquals(1, TrialFold.CHOOSING.share() + TrialFold.GUARDING.share(), 1e-15);
  }

  /**
   * A model of zeros answers 1/4 to all. The device has labels 0 and 1, n of each to train on. Of a
   * model that learnt from even shares, the answer becomes the device's own share q = (n + 0.5) /
   * (2 n + 2), so that the loss of every sample is −ln q. Of one that learnt from shares 0.4, 0.1,
   * 0.25 and 0.25 it becomes q / 0.4 of label 0 and q / 0.1 of label 1, over the sum of q / 0.4 + q
   * / 0.1 + 2 r / 0.25, r = 0.5 / (2 n + 2).
   */
  @Test
  void answersAreWeighedByWhatTheDeviceHasOverWhatTheModelLearntFrom() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    Candidate[] candidates = {
      Candidate.present(EVEN),
      Candidate.present(new double[] {0.4, 0.1, 0.25, 0.25}),
      Candidate.of(zero, zero, EVEN)
    };
    double[] choosing = answer(fleet, 1, TrialFold.CHOOSING, candidates).orElseThrow().gains();
    double[] guarding = answer(fleet, 1, TrialFold.GUARDING, candidates).orElseThrow().gains();
    int n = 20;
    double q = (n + 0.5) / (2 * n + 2);
    double r = 0.5 / (2 * n + 2);
    double all = q / 0.4 + q / 0.1 + 2 * r / 0.25;
    double gain = n * (2 * -Math.log(q) + Math.log(q / 0.4 / all) + Math.log(q / 0.1 / all));
    assertEquals(gain, choosing[0] + guarding[0], 1e-4);
    assertEquals(0, choosing[1] + guarding[1], 1e-4);
  }

  @Test
  void aCandidateIsWithinHalfALevelOfItsModel() {
    float[] present = {1, -2, 0.5f};
    float[] model = {1.2f, -2.5f, 0.501f};
    Candidate candidate = Candidate.of(model, present, EVEN);
    assertEquals(0.5f / 127, candidate.step(), 1e-7);
    assertArrayEquals(model, candidate.on(present), candidate.step() * 0.501f);
    assertArrayEquals(present, Candidate.of(present, present, EVEN).on(present));
  }

  @Test
  void whatIsNoModelIsNotTried() {
    WatchedFleet fleet = fleet(ToyDevices.OPEN);
    Candidate sound = Candidate.present(EVEN);
    byte[] levels = new byte[zero.length];
    assertTrue(answer(fleet, 1, sound).isEmpty());
    assertTrue(answer(fleet, 2, sound, new Candidate(levels, Float.NaN, EVEN)).isEmpty());
    assertTrue(answer(fleet, 3, sound, new Candidate(new byte[3], 1, EVEN)).isEmpty());
    assertTrue(answer(fleet, 4, sound, Candidate.present(new double[] {1, 0, 0, 0})).isEmpty());
    assertTrue(answer(fleet, 5, sound, sound).isPresent());
  }

  @Test
  void answersAreNoisedAndChargedOnceARound() {
    double rho = 0.05;
    WatchedFleet fleet = fleet(ToyDevices.privacy(8, Protection.ALL, rho));
    Candidate[] same = new Candidate[21];
    Arrays.fill(same, Candidate.present(EVEN));
    double[] first = answer(fleet, 1, same).orElseThrow().gains();
    double once = fleet.runtime(DEVICE).spentEpsilon();
    assertTrue(once > 0);
    assertArrayEquals(first, answer(fleet, 1, same).orElseThrow().gains());
    assertEquals(once, fleet.runtime(DEVICE).spentEpsilon());
    Candidate[] others = same.clone();
    others[3] = Candidate.present(new double[] {0.4, 0.2, 0.2, 0.2});
    assertTrue(answer(fleet, 1, others).isEmpty(), "another question under the same noise");
    assertNotEquals(first[0], answer(fleet, 2, same).orElseThrow().gains()[0]);
    // Nothing but noise, of σ = √20 / √(2 ρ) = 14.1; of 20 draws the rms is within a half of it.
    double rms = Math.sqrt(Arrays.stream(first).map(g -> g * g).average().orElseThrow());
    assertEquals(14.1, rms, 7);
    assertTrue(fleet.runtime(DEVICE).spentEpsilon() > once);
    assertTrue(answer(fleet, 1, same).isEmpty(), "a round that is over");
  }
}
