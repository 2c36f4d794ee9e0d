package dev.kula.wire;

import dev.kula.aggregate.Broadcast;
import dev.kula.data.LabelSpace;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceSettings;
import dev.kula.device.PrivacySettings;
import dev.kula.device.SumProtection;
import dev.kula.model.PrivateSteps;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.privacy.noise.DistributedGaussian;
import dev.kula.swap.Gate;
import dev.kula.wire.v1.WireSettings;
import java.util.Optional;

/** Settings of devices from those of the wire. */
final class SettingsReader {
  private final Checks checks;
  private final Contents contents;

  SettingsReader(Checks checks) {
    this.checks = checks;
    this.contents = new Contents(checks);
  }

  DeviceSettings devices(boolean there, WireSettings.DeviceSettings settings) {
    Checks.present(there, settings, "devices");
    WireSettings.Gate gate = Checks.present(settings.hasGate(), settings.getGate(), "gate");
    WireSettings.Broadcast broadcast =
        Checks.present(settings.hasBroadcast(), settings.getBroadcast(), "broadcast");
    return new DeviceSettings(
        labels(Checks.present(settings.hasLabels(), settings.getLabels(), "labels")),
        Choices.decode(settings.getPersonalization()),
        contents.plan(settings.hasLocalPlan(), settings.getLocalPlan(), "local_plan"),
        contents.plan(settings.hasFineTunePlan(), settings.getFineTunePlan(), "fine_tune_plan"),
        contents.plan(settings.hasVisitPlan(), settings.getVisitPlan(), "visit_plan"),
        new Gate(
            gate.getTrustedTolerance(),
            gate.getTolerance(),
            gate.getStandardErrors(),
            gate.getFolds()),
        privacy(Checks.present(settings.hasPrivacy(), settings.getPrivacy(), "privacy")),
        settings.getConsentsToRaw(),
        new Broadcast(broadcast.getModels(), broadcast.getHasControl()),
        settings.getUpdateBits());
  }

  private LabelSpace labels(WireSettings.LabelSpace labels) {
    return new LabelSpace(
        checks.texts(labels.getNamesList(), "names"), checks.list(labels.getEdgesList(), "edges"));
  }

  private static PrivacySettings privacy(WireSettings.PrivacySettings settings) {
    WireSettings.RenyiFilter filter =
        Checks.present(settings.hasFilter(), settings.getFilter(), "filter");
    WireSettings.SumProtection sums =
        Checks.present(settings.hasSums(), settings.getSums(), "sums");
    return new PrivacySettings(
        new RenyiFilter(filter.getEpsilon(), filter.getDelta(), filter.getOrder()),
        Choices.decode(settings.getProtection()),
        settings.getProfileRho(),
        settings.getOutcomeRho(),
        whole(Checks.present(settings.hasVisit(), settings.getVisit(), "visit")),
        new SumProtection(sums.getRho(), sums.getClip()),
        change(Checks.present(settings.hasUpdate(), settings.getUpdate(), "update")));
  }

  private static ChangeProtection.WholeChange whole(WireSettings.WholeChange change) {
    return new ChangeProtection.WholeChange(change.getRho(), change.getClip());
  }

  private static ChangeProtection change(WireSettings.ChangeProtection change) {
    return switch (change.getKindCase()) {
      case WHOLE_CHANGE -> whole(change.getWholeChange());
      case IN_SUM -> {
        WireSettings.InSum part = change.getInSum();
        WireSettings.DistributedGaussian mechanism =
            Checks.present(part.hasMechanism(), part.getMechanism(), "mechanism");
        yield new ChangeProtection.InSum(
            new DistributedGaussian(
                mechanism.getClip(),
                mechanism.getRho(),
                mechanism.getCoordinates(),
                mechanism.getContributors()));
      }
      case EACH_SAMPLE -> each(change.getEachSample());
      case KIND_NOT_SET -> throw Checks.refused("kind of change", "left out", "there");
    };
  }

  private static ChangeProtection.EachSample each(WireSettings.EachSample each) {
    WireSettings.PrivateSteps steps = Checks.present(each.hasSteps(), each.getSteps(), "steps");
    return new ChangeProtection.EachSample(
        each.getRho(),
        new PrivateSteps(
            steps.getSamplingRate(), steps.getSteps(), steps.getClip(), steps.getExpectedBatch()),
        each.getNoiseMultiplier(),
        each.hasSearch()
            ? Optional.of(
                new ChangeProtection.ClipSearch(
                    each.getSearch().getQuantile(), each.getSearch().getRho()))
            : Optional.empty());
  }
}
