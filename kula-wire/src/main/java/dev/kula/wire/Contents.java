package dev.kula.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kula.aggregate.Update;
import dev.kula.data.FeatureTable;
import dev.kula.data.SampleBatch;
import dev.kula.device.Candidate;
import dev.kula.device.ClassSums;
import dev.kula.device.GroupModel;
import dev.kula.device.Holdings;
import dev.kula.model.Evaluation;
import dev.kula.model.TrainingPlan;
import dev.kula.monitor.Noise;
import dev.kula.monitor.Profile;
import dev.kula.wire.v1.Wire;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What messages are full of: models, samples, and what is known of both. */
final class Contents {
  private final Checks checks;

  Contents(Checks checks) {
    this.checks = checks;
  }

  /** As a list that is read number by number. */
  static List<Double> encode(double[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  float[] tensor(boolean there, Wire.Tensor tensor, String name) {
    return Tensors.decode(there, tensor, checks.limits().parameters(), name);
  }

  static Wire.TrainingPlan encode(TrainingPlan plan) {
    Wire.TrainingPlan.Builder out =
        Wire.TrainingPlan.newBuilder()
            .setEpochs(plan.epochs())
            .setBatchSize(plan.batchSize())
            .setLearningRate(plan.learningRate())
            .setMomentum(plan.momentum())
            .setWeightDecay(plan.weightDecay())
            .setProximalMu(plan.proximalMu())
            .setScope(Choices.encode(plan.scope()));
    plan.anchor().map(Tensors::encode).ifPresent(out::setAnchor);
    return out.build();
  }

  TrainingPlan plan(boolean there, Wire.TrainingPlan plan, String name) {
    Checks.present(there, plan, name);
    return new TrainingPlan(
        plan.getEpochs(),
        plan.getBatchSize(),
        plan.getLearningRate(),
        plan.getMomentum(),
        plan.getWeightDecay(),
        plan.getProximalMu(),
        Choices.decode(plan.getScope()),
        plan.hasAnchor()
            ? Optional.of(tensor(true, plan.getAnchor(), "anchor"))
            : Optional.empty());
  }

  static Wire.Update encode(Update update) {
    return Wire.Update.newBuilder()
        .setDelta(Tensors.compact(update.delta()))
        .setWeight(update.weight())
        .setTrainingLoss(update.trainingLoss())
        .setSteps(update.steps())
        .setCluster(update.cluster())
        .build();
  }

  Update update(Wire.Update update) {
    float[] delta = tensor(update.hasDelta(), update.getDelta(), "delta");
    return new Update(delta, update.getWeight(), update.getTrainingLoss())
        .inSteps(update.getSteps())
        .ofCluster(update.getCluster());
  }

  static Wire.GroupModel encode(GroupModel model) {
    return Wire.GroupModel.newBuilder()
        .setParameters(Tensors.encode(model.parameters()))
        .addAllShares(encode(model.shares()))
        .build();
  }

  GroupModel groupModel(Wire.GroupModel model) {
    return new GroupModel(
        tensor(model.hasParameters(), model.getParameters(), "parameters"),
        checks.doubles(model.getSharesList(), "shares"));
  }

  static List<Wire.GroupModel> encode(List<GroupModel> models) {
    return models.stream().map(Contents::encode).toList();
  }

  List<GroupModel> groupModels(List<Wire.GroupModel> models, String name) {
    return checks.list(models, name).stream().map(this::groupModel).toList();
  }

  static Wire.Candidate encode(Candidate candidate) {
    return Wire.Candidate.newBuilder()
        .setLevels(ByteString.copyFrom(candidate.levels()))
        .setStep(candidate.step())
        .addAllShares(encode(candidate.shares()))
        .build();
  }

  Candidate candidate(Wire.Candidate candidate) {
    Checks.atMost(candidate.getLevels().size(), checks.limits().parameters(), "levels");
    return new Candidate(
        candidate.getLevels().toByteArray(),
        candidate.getStep(),
        checks.doubles(candidate.getSharesList(), "shares"));
  }

  static Wire.Evaluation encode(Evaluation evaluation) {
    return Wire.Evaluation.newBuilder()
        .setWeight(evaluation.weight())
        .setLossSum(evaluation.lossSum())
        .setCorrectSum(evaluation.correctSum())
        .build();
  }

  static Evaluation evaluation(boolean there, Wire.Evaluation evaluation, String name) {
    Checks.present(there, evaluation, name);
    return new Evaluation(
        evaluation.getWeight(), evaluation.getLossSum(), evaluation.getCorrectSum());
  }

  static Wire.Holdings encode(Holdings holdings) {
    Wire.Holdings.Builder out =
        Wire.Holdings.newBuilder()
            .addAllOwn(holdings.own())
            .addAllLedger(holdings.ledger())
            .setReceived(holdings.received());
    holdings.firstRefusal().ifPresent(out::setFirstRefusal);
    return out.build();
  }

  Holdings holdings(Wire.Holdings holdings) {
    return new Holdings(
        checks.integers(holdings.getOwnList(), "own"),
        checks.integers(holdings.getLedgerList(), "ledger"),
        holdings.getReceived(),
        holdings.hasFirstRefusal()
            ? OptionalInt.of(holdings.getFirstRefusal())
            : OptionalInt.empty());
  }

  static Wire.Profile encode(Profile profile) {
    return Wire.Profile.newBuilder()
        .setDevice(profile.device().name())
        .setRound(profile.round())
        .addAllLabelCounts(encode(profile.labelCounts()))
        .addAllClassSums(encode(profile.classSums()))
        .setCorrect(profile.correct())
        .setLossFraction(profile.lossFraction())
        .setInferenceSeconds(profile.inferenceSeconds())
        .setNoise(
            Wire.Noise.newBuilder()
                .setLabelStddev(profile.noise().labelStddev())
                .setSketchStddev(profile.noise().sketchStddev())
                .setMetricStddev(profile.noise().metricStddev()))
        .build();
  }

  Profile profile(boolean there, Wire.Profile profile, String name) {
    Checks.present(there, profile, name);
    Wire.Noise noise = Checks.present(profile.hasNoise(), profile.getNoise(), "noise");
    return new Profile(
        checks.device(profile.getDevice(), "device"),
        profile.getRound(),
        checks.doubles(profile.getLabelCountsList(), "label_counts"),
        checks.doubles(profile.getClassSumsList(), "class_sums"),
        profile.getCorrect(),
        profile.getLossFraction(),
        profile.getInferenceSeconds(),
        new Noise(noise.getLabelStddev(), noise.getSketchStddev(), noise.getMetricStddev()));
  }

  static Wire.ClassSums encode(ClassSums sums) {
    return Wire.ClassSums.newBuilder()
        .setCounts(Tensors.encode(sums.counts()))
        .setSums(Tensors.encode(sums.sums()))
        .setCountStddev(sums.countStddev())
        .setSumStddev(sums.sumStddev())
        .build();
  }

  ClassSums classSums(boolean there, Wire.ClassSums sums, String name) {
    Checks.present(there, sums, name);
    return new ClassSums(
        tensor(sums.hasCounts(), sums.getCounts(), "counts"),
        tensor(sums.hasSums(), sums.getSums(), "sums"),
        sums.getCountStddev(),
        sums.getSumStddev());
  }

  static Wire.SampleBatch encode(SampleBatch batch) {
    Wire.SampleBatch.Builder out =
        Wire.SampleBatch.newBuilder().setTargets(Tensors.encode(batch.targets()));
    return switch (batch.features()) {
      case FeatureTable.Bytes table ->
          out.setBytes(
                  Wire.ByteFeatures.newBuilder()
                      .setBytes(UnsafeByteOperations.unsafeWrap(table.bytes())) // written at once
                      .setColumns(table.columns())
                      .setScale(table.scale())
                      .setShift(table.shift()))
              .build();
      case FeatureTable.Floats table ->
          out.setFloats(
                  Wire.FloatFeatures.newBuilder()
                      .setValues(Tensors.encode(table.values()))
                      .setColumns(table.columns()))
              .build();
    };
  }

  SampleBatch batch(boolean there, Wire.SampleBatch batch, String name) {
    Checks.present(there, batch, name);
    float[] targets =
        Tensors.decode(
            batch.hasTargets(), batch.getTargets(), checks.limits().samples(), "targets");
    FeatureTable features =
        switch (batch.getFeaturesCase()) {
          case BYTES -> {
            Wire.ByteFeatures table = batch.getBytes();
            requireRows(table.getBytes().size(), table.getColumns(), targets.length);
            yield new FeatureTable.Bytes(
                table.getBytes().toByteArray(),
                table.getColumns(),
                table.getScale(),
                table.getShift());
          }
          case FLOATS -> {
            Wire.FloatFeatures table = batch.getFloats();
            requireRows(table.getValues().getLength(), table.getColumns(), targets.length);
            yield new FeatureTable.Floats(
                tensor(table.hasValues(), table.getValues(), "values"), table.getColumns());
          }
          case FEATURES_NOT_SET -> throw Checks.refused("features", "left out", "there");
        };
    return new SampleBatch(features, targets);
  }

  private void requireRows(int numbers, int columns, int rows) {
    Checks.atMost(numbers, checks.limits().parameters(), "features");
    if (columns < 1) {
      throw Checks.refused("columns", columns, "at least 1");
    }
    if (numbers != (long) columns * rows) {
      throw Checks.refused(
          "length of features",
          numbers,
          "%d columns for each of %d targets".formatted(columns, rows));
    }
  }
}
