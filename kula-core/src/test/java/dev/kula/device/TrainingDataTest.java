package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FederatedData;
import dev.kula.data.Lease;
import dev.kula.data.LeaseRefusedException;
import dev.kula.data.Ledger;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.data.ToyClusters;
import dev.kula.model.Samples;
import dev.kula.swap.Admission;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No choice is judged by the samples that it was made on. */
final class TrainingDataTest {
  private static final DeviceId DEVICE = new DeviceId("device-00");
  private static final int TRAIN = 60;
  private static final int BASE = 40;

  private final FederatedData data = ToyClusters.skewed(3, TRAIN, BASE);
  private final ToyDevices devices = new ToyDevices(data, ToyDevices.settings(ToyDevices.OPEN));
  private final DeviceRuntime runtime = devices.all().getFirst();
  private final TrainingData folds =
      new TrainingData(
          devices.store(DEVICE),
          ToyClusters.LABELS,
          ToyClusters.evenShares(),
          false,
          ToyDevices.seed(DEVICE));

  /** Samples by their features, which are all different. */
  private static Set<String> contents(Samples samples) {
    Set<String> contents = new HashSet<>();
    float[] row = new float[samples.features()];
    for (int i = 0; i < samples.size(); i++) {
      samples.copyFeatures(i, row, 0);
      contents.add(Arrays.toString(row));
    }
    assertEquals(samples.size(), contents.size());
    return contents;
  }

  private SampleSet base() {
    return SampleSet.of(data.dataset().features(), data.dataset().targets(), data.base());
  }

  /**
   * Where single records are hidden, the fold is one coin a sample: its size is binomial. An even
   * split would hold out six or seven each time.
   */
  @Test
  void coinsOfOneSampleDependOnNoOther() {
    int runs = 2_000;
    double sum = 0;
    double squares = 0;
    for (int run = 0; run < runs; run++) {
      TrainingData coins =
          new TrainingData(
              devices.store(DEVICE),
              ToyClusters.LABELS,
              ToyClusters.evenShares(),
              true,
              new Seed(run));
      int held = devices.store(DEVICE).own().size() - coins.ownTrainIndices().length;
      assertEquals(held, coins.checkpointFold().size());
      sum += held;
      squares += (double) held * held;
    }
    double mean = sum / runs;
    double variance = squares / runs - mean * mean;
    assertEquals(TRAIN * 0.1, mean, 4 * Math.sqrt(5.4 / runs));
    // The variance of a sample variance is about 2σ⁴/n.
    assertEquals(TRAIN * 0.1 * 0.9, variance, 4 * 5.4 * Math.sqrt(2.2 / runs));
  }

  @Test
  void whatChoosesCheckpointsIsNeverTrainedOn() {
    folds.base(base());
    Set<String> train = contents(folds.ledger(new Ledger()));
    Set<String> checkpoint = contents(folds.checkpointFold());
    Set<String> all = new HashSet<>(train);
    assertTrue(all.addAll(checkpoint));
    assertEquals(train.size() + checkpoint.size(), all.size(), "disjoint");
    Set<String> expected = contents(devices.store(DEVICE).own());
    expected.addAll(contents(base()));
    assertEquals(expected, all);
    assertTrue(checkpoint.size() >= 12, "a tenth of 60 and a fifth of 40");
  }

  /** Copies are trained on for the group that they were taken in, and for no other. */
  @Test
  void copiesStayBehindWhenTheDeviceMovesOn() throws LeaseRefusedException {
    DeviceId source = new DeviceId("device-01");
    SampleStore there = devices.store(source);
    DataPointer pointer = there.publish(range(0, 5), 5, List.of(), Exchange.RAW, "swap 1");
    Lease lease = there.grant(pointer, 1, DEVICE, Instant.EPOCH.plusSeconds(1), 1);
    SampleBatch batch = there.fetch(lease, DEVICE, Instant.EPOCH);
    assertTrue(
        devices.store(DEVICE).keep(pointer, batch, devices.keys(source).verifying()), "is kept");
    Set<String> copies = contents(SampleSet.of(batch));
    Ledger ledger = new Ledger(List.of(pointer));
    folds.took(pointer.block());
    assertTrue(contents(folds.ledger(ledger)).containsAll(copies), "before");

    folds.sort(losses(1));
    assertEquals(1, folds.present());
    Set<String> after = contents(folds.ledger(ledger));
    after.retainAll(copies);
    assertEquals(Set.of(), after);
    assertFalse(folds.trainsOn(pointer.block()));
    assertTrue(contents(folds.trainingOf(0, ledger)).containsAll(copies), "of the group left");

    folds.sort(losses(0));
    assertTrue(contents(folds.ledger(ledger)).containsAll(copies), "back again");
  }

  /** Of all own samples, which one of two groups explains. */
  private double[][] losses(int group) {
    double[][] losses = new double[devices.store(DEVICE).own().size()][2];
    for (double[] row : losses) {
      row[1 - group] = 3;
    }
    return losses;
  }

  /** The gate judges each own and base training sample once, and no checkpoint sample. */
  @Test
  void theGatesFoldsAreEvenWithinLabels() {
    folds.base(base());
    SampleSet ledger = folds.ledger(new Ledger());
    int[] fold = folds.gateFolds(3);
    assertEquals(ledger.size(), fold.length);
    int[][] counts = new int[ToyClusters.CLASSES][3];
    for (int i = 0; i < fold.length; i++) {
      counts[(int) ledger.target(i)][fold[i]]++;
    }
    for (int[] label : counts) {
      int[] sorted = label.clone();
      Arrays.sort(sorted);
      assertTrue(sorted[2] - sorted[0] <= 1, Arrays.toString(label));
    }
  }

  /**
   * The base set is the same everywhere, and so must be its split, or one trains on what chooses
   * another's checkpoints.
   */
  @Test
  void theBaseSetIsSplitAlikeOnAllDevices() {
    DeviceId other = new DeviceId("device-01");
    TrainingData there =
        new TrainingData(
            devices.store(other),
            ToyClusters.LABELS,
            ToyClusters.evenShares(),
            false,
            ToyDevices.seed(other));
    folds.base(base());
    there.base(base());
    Set<String> here = contents(folds.checkpointFold());
    here.retainAll(contents(base()));
    Set<String> elsewhere = contents(there.checkpointFold());
    elsewhere.retainAll(contents(base()));
    assertEquals(here, elsewhere);
  }

  @Test
  void foldsAreWeightedTowardsTheTarget() {
    SampleSet fold = folds.towardsTarget(devices.store(DEVICE).own().select(range(0, 9)));
    double[] weights = new double[ToyClusters.CLASSES];
    for (int i = 0; i < fold.size(); i++) {
      weights[(int) fold.target(i)] += fold.weight(i);
    }
    // Labels 0 and 1 alone, five and four of them: each half of the weight, nine in all.
    assertEquals(4.5, weights[0], 1e-4);
    assertEquals(4.5, weights[1], 1e-4);
  }

  private static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  @Test
  void whoHasTooFewSamplesHoldsNoneBack() {
    FederatedData few = ToyClusters.skewed(1, 2, 0);
    ToyDevices tiny = new ToyDevices(few, ToyDevices.settings(ToyDevices.OPEN));
    assertEquals(1, tiny.all().size());
    for (int trial = 0; trial < 30; trial++) {
      TrainingData part =
          new TrainingData(
              tiny.store(DEVICE),
              ToyClusters.LABELS,
              ToyClusters.evenShares(),
              false,
              ToyDevices.seed(DEVICE).derive(trial));
      int held = part.checkpointFold().size();
      assertEquals(2, held + part.ownTrainIndices().length);
      assertTrue(part.ownTrainIndices().length >= 1);
    }
  }

  /** What a source offers was never among its own held-out folds: a full order shows all of it. */
  @ParameterizedTest
  @EnumSource(Selection.class)
  void aSourceNeverOffersItsHeldOutFolds(Selection selection) {
    runtime.receive(
        List.of(
            new Envelope(
                Envelope.ORCHESTRATOR,
                DEVICE,
                new Message.GlobalModel(0, ToyDevices.model(data, 2)))),
        ToyDevices.bench());
    DeviceId receiver = new DeviceId("device-01");
    SwapOrder order =
        new SwapOrder(
            1,
            1,
            DEVICE,
            receiver,
            1000,
            List.of(),
            Exchange.RAW,
            Admission.GATED_PERSONAL,
            selection,
            0.5,
            true,
            Duration.ofHours(1),
            1);
    Message.Offered offer =
        assertInstanceOf(Message.Offered.class, ask(Envelope.MONITOR, new Message.Ordered(order)));
    Message.Fetched fetched =
        assertInstanceOf(Message.Fetched.class, ask(receiver, new Message.Fetch(1, offer.lease())));
    Set<String> offered = contents(SampleSet.of(fetched.batch()));
    SampleSet trainable = devices.store(DEVICE).own().select(folds.ownTrainIndices());
    assertEquals(contents(trainable), offered);
    offered.retainAll(contents(folds.checkpointFold()));
    assertEquals(Set.of(), offered);
  }

  private Message ask(DeviceId from, Message request) {
    return runtime
        .receive(List.of(new Envelope(from, DEVICE, request)), ToyDevices.bench())
        .getFirst()
        .message();
  }

  @Test
  void countsOwnLabels() {
    assertArrayEquals(new double[] {30, 30, 0, 0}, folds.ownLabelCounts());
  }
}
