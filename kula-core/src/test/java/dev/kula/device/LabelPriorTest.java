package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.LabelSpace;
import dev.kula.data.SampleSet;
import dev.kula.data.ToyClusters;
import dev.kula.model.ParameterLayout;
import dev.kula.model.ToyEngine;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LabelPriorTest {
  private static final double[] SKEWED = {0.4, 0.1, 0.25, 0.25};

  private final FederatedData fleet = ToyClusters.skewed(4, 40, 0);
  private final ToyEngine engine = ToyDevices.engine();
  private final ParameterLayout layout = engine.layout();
  private final float[] model = ToyDevices.model(fleet, 1);
  private final TrainingData data = data();
  private final GroupChoice groups = groups(data);
  private final LabelPrior prior = new LabelPrior(ToyClusters.LABELS, data, groups);

  private TrainingData data() {
    ToyDevices devices = new ToyDevices(fleet, ToyDevices.settings(ToyDevices.OPEN));
    DeviceId id = devices.all().getFirst().id();
    return new TrainingData(
        devices.store(id), ToyClusters.LABELS, ToyClusters.evenShares(), false, new Seed(1));
  }

  private static GroupChoice groups(TrainingData data) {
    DeviceSettings settings = ToyDevices.settings(ToyDevices.OPEN);
    Account account = new Account(settings.privacy(), Surroundings.simulated(), new Seed(1));
    return new GroupChoice(settings, account, data);
  }

  private void tell(double... shares) {
    prior.take(new Message.FleetLabels(0, shares));
  }

  /** What the target, even shares, is over what was learnt from, on the last four numbers. */
  private float[] corrected(double... learnt) {
    float[] expected = model.clone();
    for (int label = 0; label < learnt.length; label++) {
      int bias = model.length - learnt.length + label;
      expected[bias] += (float) Math.log(0.25 / learnt[label]);
    }
    return expected;
  }

  @Test
  void aModelStartsAsIfItHadLearntFromWhatItHasToServe() {
    tell(SKEWED);
    float[] before = model.clone();
    assertArrayEquals(corrected(SKEWED), prior.towardsTarget(model, layout), 1e-6f);
    assertArrayEquals(before, model, "not changed itself");
  }

  @Test
  void whatIsNotKnownCorrectsNothing() {
    assertSame(model, prior.towardsTarget(model, layout));
    tell(0.5, 0.5);
    tell(0, 0.5, 0.25, 0.25);
    tell(Double.NaN, 0.5, 0.25, 0.25);
    assertSame(model, prior.towardsTarget(model, layout));
    assertEquals(0, prior.fleet().length);
  }

  @Test
  void aRegressionHasNoPrior() {
    LabelSpace bins = LabelSpace.quantiles(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 4);
    LabelPrior none = new LabelPrior(bins, data, groups);
    double[] shares = new double[bins.size()];
    Arrays.fill(shares, 1.0 / shares.length);
    none.take(new Message.FleetLabels(0, shares));
    assertEquals(bins.size(), none.fleet().length);
    assertSame(model, none.towardsTarget(model, layout));
  }

  @Test
  void theModelOfAGroupHasLearntFromTheLabelsOfTheGroup() {
    tell(SKEWED);
    List<double[]> learnt =
        List.of(new double[] {0.1, 0.2, 0.3, 0.4}, new double[] {0.4, 0.3, 0.2, 0.1});
    List<GroupModel> shown = learnt.stream().map(each -> GroupModel.of(model, each)).toList();
    assertTrue(
        groups.take(new Message.GroupModels(1, shown), ToyDevices.bench()).isPresent(), "chosen");
    float[] expected = corrected(learnt.get(data.present()));
    assertArrayEquals(expected, prior.towardsTarget(model, layout), 1e-6f);
  }

  /** The two forms of the correction are one: of answers, and of the model that gives them. */
  @Test
  void aCorrectedModelAnswersAsItsWeighedAnswers() {
    SampleSet samples = data.held();
    double[] own = Candidate.shares(data.ownLabelCounts());
    double[] weighed =
        new PriorCorrection(ToyClusters.LABELS, engine, samples, own).losses(model, SKEWED);
    float[] losses = new float[samples.size()];
    engine.losses(PriorCorrection.onBias(model, layout, own, SKEWED), samples, losses);
    for (int i = 0; i < losses.length; i++) {
      assertEquals(weighed[i], losses[i], 1e-4);
    }
  }
}
