package dev.kula.wire;

import dev.kula.data.DeviceId;
import dev.kula.monitor.Similarity;
import dev.kula.round.LabelCounts;
import dev.kula.round.Monitor;
import dev.kula.round.RunEvent;
import dev.kula.swap.PlannedSwap;
import dev.kula.wire.v1.Wire;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Questions to a monitor, and its answers. */
final class Consultation {
  private final Checks checks;
  private final MessageReader reader;
  private final Terms terms;

  Consultation(Checks checks, MessageReader reader) {
    this.checks = checks;
    this.reader = reader;
    this.terms = new Terms(checks);
  }

  static Wire.Consult encode(Question question) {
    Wire.Consult.Builder out = Wire.Consult.newBuilder();
    Wire.Consult.Builder whole =
        switch (question) {
          case Question.Census census ->
              out.setCensus(
                  Wire.Census.newBuilder()
                      .setRound(census.round())
                      .addAllDevices(names(census.devices()))
                      .setFleet(census.fleet()));
          case Question.Hear hear ->
              out.setHear(
                  Wire.Hear.newBuilder().addAllMessages(MessageWriter.envelopes(hear.messages())));
          case Question.Labels labels -> out.setLabels(Wire.Labels.getDefaultInstance());
          case Question.Joined joined ->
              out.setJoined(Wire.Joined.newBuilder().addAllDevices(names(joined.devices())));
          case Question.Plan plan ->
              out.setPlan(
                  Wire.Plan.newBuilder()
                      .setRound(plan.round())
                      .addAllGroups(
                          plan.groups().stream().map(group -> devices(names(group))).toList()));
          case Question.Close close -> out.setClose(Wire.Close.getDefaultInstance());
          case Question.Reputations reputations ->
              out.setReputations(
                  Wire.Reputations.newBuilder().addAllDevices(names(reputations.devices())));
        };
    return whole.build();
  }

  private static List<String> names(Collection<DeviceId> devices) {
    return devices.stream().map(DeviceId::name).toList();
  }

  private static Wire.Devices devices(List<String> names) {
    return Wire.Devices.newBuilder().addAllDevices(names).build();
  }

  Question question(Wire.Consult consult) {
    return switch (consult.getWhatCase()) {
      case CENSUS -> {
        Wire.Census census = consult.getCensus();
        yield new Question.Census(
            census.getRound(), devices(census.getDevicesList(), "devices"), census.getFleet());
      }
      case HEAR ->
          new Question.Hear(reader.envelopes(consult.getHear().getMessagesList(), "messages"));
      case LABELS -> new Question.Labels();
      case JOINED -> new Question.Joined(devices(consult.getJoined().getDevicesList(), "devices"));
      case PLAN -> {
        Wire.Plan plan = consult.getPlan();
        yield new Question.Plan(
            plan.getRound(),
            checks.list(plan.getGroupsList(), "groups").stream()
                .map(group -> devices(group.getDevicesList(), "devices"))
                .toList());
      }
      case CLOSE -> new Question.Close();
      case REPUTATIONS ->
          new Question.Reputations(devices(consult.getReputations().getDevicesList(), "devices"));
      case WHAT_NOT_SET -> throw Checks.refused("kind of a question", "left out", "there");
    };
  }

  private List<DeviceId> devices(List<String> names, String name) {
    return checks.list(names, name).stream().map(text -> checks.device(text, name)).toList();
  }

  static Wire.Advice encode(Answer answer) {
    Wire.Advice.Builder out = Wire.Advice.newBuilder();
    Wire.Advice.Builder whole =
        switch (answer) {
          case Answer.Devices devices -> out.setDevices(devices(names(devices.devices())));
          case Answer.Heard heard ->
              out.setHeard(Wire.Heard.newBuilder().addAllCounts(heard.counts()));
          case Answer.Labels labels -> out.setLabelCounts(encode(labels.counts()));
          case Answer.Numbers numbers ->
              out.setNumbers(Wire.Numbers.newBuilder().addAllNumbers(numbers.numbers()));
          case Answer.Planned planned -> out.setPlanned(encode(planned.plan()));
          case Answer.Standings standings ->
              out.setStandings(
                  Wire.Standings.newBuilder()
                      .addAllStandings(
                          standings.standings().stream().map(Consultation::encode).toList()));
        };
    return whole.build();
  }

  private static Wire.LabelCounts encode(LabelCounts counts) {
    Wire.LabelCounts.Builder out = Wire.LabelCounts.newBuilder().setBins(counts.bins());
    counts
        .reported()
        .forEach(
            (device, own) ->
                out.addReported(
                    Wire.Reported.newBuilder()
                        .setDevice(device.name())
                        .addAllCounts(Contents.encode(own))));
    return out.build();
  }

  private static Wire.Planned encode(Monitor.Plan plan) {
    return Wire.Planned.newBuilder()
        .setCompared(encode(plan.compared()))
        .addAllSwaps(plan.swaps().stream().map(Consultation::encode).toList())
        .addAllUnheard(names(new TreeSet<>(plan.unheard())))
        .build();
  }

  private static Wire.Compared encode(RunEvent.Compared compared) {
    return Wire.Compared.newBuilder()
        .setRound(compared.round())
        .setErrorRate(compared.errorRate())
        .addAllGroups(compared.groups().stream().map(Consultation::devices).toList())
        .addAllOutliers(compared.outliers().stream().map(Consultation::encode).toList())
        .build();
  }

  private static Wire.Outlier encode(RunEvent.Outlier outlier) {
    return Wire.Outlier.newBuilder()
        .setDevice(outlier.device())
        .setComponent(outlier.component())
        .setDistance(outlier.distance())
        .setPValue(outlier.pValue())
        .setDetail(outlier.detail())
        .build();
  }

  private static Wire.PlannedSwap encode(PlannedSwap planned) {
    return Wire.PlannedSwap.newBuilder()
        .setOrder(Terms.encode(planned.order()))
        .setDeficit(planned.deficit())
        .setCoverage(planned.coverage())
        .setLabelDistance(planned.similarity().labelDistance())
        .setFeatureDistance(planned.similarity().featureDistance())
        .setMetricDistance(planned.similarity().metricDistance())
        .setReputation(planned.reputation())
        .setScore(planned.score())
        .setWhy(planned.why())
        .build();
  }

  private static Wire.Standing encode(RunEvent.Standing standing) {
    return Wire.Standing.newBuilder()
        .setSource(standing.device())
        .setQuality(standing.quality())
        .setReliability(standing.reliability())
        .build();
  }

  Answer answer(Wire.Advice advice) {
    return switch (advice.getWhatCase()) {
      case DEVICES -> new Answer.Devices(devices(advice.getDevices().getDevicesList(), "devices"));
      case HEARD -> new Answer.Heard(checks.list(advice.getHeard().getCountsList(), "counts"));
      case LABEL_COUNTS -> new Answer.Labels(read(advice.getLabelCounts()));
      case NUMBERS ->
          new Answer.Numbers(checks.list(advice.getNumbers().getNumbersList(), "numbers"));
      case PLANNED -> new Answer.Planned(read(advice.getPlanned()));
      case STANDINGS ->
          new Answer.Standings(
              checks.list(advice.getStandings().getStandingsList(), "standings").stream()
                  .map(
                      standing ->
                          new RunEvent.Standing(
                              checks.text(standing.getSource(), "source"),
                              standing.getQuality(),
                              standing.getReliability()))
                  .toList());
      case WHAT_NOT_SET -> throw Checks.refused("kind of an answer", "left out", "there");
    };
  }

  private LabelCounts read(Wire.LabelCounts counts) {
    SortedMap<DeviceId, double[]> reported = new TreeMap<>();
    for (Wire.Reported one : checks.list(counts.getReportedList(), "reported")) {
      DeviceId device = checks.device(one.getDevice(), "device");
      if (reported.put(device, checks.doubles(one.getCountsList(), "counts")) != null) {
        throw Checks.refused("device", device, "in one entry of reported");
      }
    }
    return new LabelCounts(counts.getBins(), reported);
  }

  private Monitor.Plan read(Wire.Planned planned) {
    return new Monitor.Plan(
        read(Checks.present(planned.hasCompared(), planned.getCompared(), "compared")),
        checks.list(planned.getSwapsList(), "swaps").stream().map(this::read).toList(),
        new TreeSet<>(devices(planned.getUnheardList(), "unheard")));
  }

  private RunEvent.Compared read(Wire.Compared compared) {
    return new RunEvent.Compared(
        compared.getRound(),
        compared.getErrorRate(),
        checks.list(compared.getGroupsList(), "groups").stream()
            .map(group -> checks.texts(group.getDevicesList(), "devices"))
            .toList(),
        checks.list(compared.getOutliersList(), "outliers").stream().map(this::read).toList());
  }

  private RunEvent.Outlier read(Wire.Outlier outlier) {
    return new RunEvent.Outlier(
        checks.text(outlier.getDevice(), "device"),
        checks.text(outlier.getComponent(), "component"),
        outlier.getDistance(),
        outlier.getPValue(),
        checks.text(outlier.getDetail(), "detail"));
  }

  private PlannedSwap read(Wire.PlannedSwap planned) {
    return new PlannedSwap(
        terms.order(planned.hasOrder(), planned.getOrder(), "order"),
        planned.getDeficit(),
        planned.getCoverage(),
        new Similarity(
            planned.getLabelDistance(), planned.getFeatureDistance(), planned.getMetricDistance()),
        planned.getReputation(),
        planned.getScore(),
        checks.text(planned.getWhy(), "why"));
  }
}
