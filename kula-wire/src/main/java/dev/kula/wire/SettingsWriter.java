package dev.kula.wire;

import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceSettings;
import dev.kula.device.PrivacySettings;
import dev.kula.wire.v1.WireSettings;

/** Settings of devices as those of the wire. */
final class SettingsWriter {
  private SettingsWriter() {}

  static WireSettings.DeviceSettings devices(DeviceSettings settings) {
    return WireSettings.DeviceSettings.newBuilder()
        .setLabels(
            WireSettings.LabelSpace.newBuilder()
                .addAllNames(settings.labels().names())
                .addAllEdges(settings.labels().edges()))
        .setPersonalization(Choices.encode(settings.personalization()))
        .setLocalPlan(Contents.encode(settings.localPlan()))
        .setFineTunePlan(Contents.encode(settings.fineTunePlan()))
        .setVisitPlan(Contents.encode(settings.visitPlan()))
        .setGate(
            WireSettings.Gate.newBuilder()
                .setTrustedTolerance(settings.gate().trustedTolerance())
                .setTolerance(settings.gate().tolerance())
                .setStandardErrors(settings.gate().standardErrors())
                .setFolds(settings.gate().folds()))
        .setPrivacy(privacy(settings.privacy()))
        .setConsentsToRaw(settings.consentsToRaw())
        .setBroadcast(
            WireSettings.Broadcast.newBuilder()
                .setModels(settings.broadcast().models())
                .setHasControl(settings.broadcast().hasControl()))
        .setUpdateBits(settings.updateBits())
        .build();
  }

  private static WireSettings.PrivacySettings privacy(PrivacySettings settings) {
    return WireSettings.PrivacySettings.newBuilder()
        .setFilter(
            WireSettings.RenyiFilter.newBuilder()
                .setEpsilon(settings.filter().epsilon())
                .setDelta(settings.filter().delta())
                .setOrder(settings.filter().order()))
        .setProtection(Choices.encode(settings.protection()))
        .setProfileRho(settings.profileRho())
        .setOutcomeRho(settings.outcomeRho())
        .setVisit(whole(settings.visit()))
        .setSums(
            WireSettings.SumProtection.newBuilder()
                .setRho(settings.sums().rho())
                .setClip(settings.sums().clip()))
        .setUpdate(change(settings.update()))
        .build();
  }

  private static WireSettings.WholeChange whole(ChangeProtection.WholeChange change) {
    return WireSettings.WholeChange.newBuilder()
        .setRho(change.rho())
        .setClip(change.clip())
        .build();
  }

  private static WireSettings.ChangeProtection change(ChangeProtection change) {
    WireSettings.ChangeProtection.Builder out = WireSettings.ChangeProtection.newBuilder();
    WireSettings.ChangeProtection.Builder whole =
        switch (change) {
          case ChangeProtection.WholeChange all -> out.setWholeChange(whole(all));
          case ChangeProtection.InSum part ->
              out.setInSum(
                  WireSettings.InSum.newBuilder()
                      .setMechanism(
                          WireSettings.DistributedGaussian.newBuilder()
                              .setClip(part.mechanism().clip())
                              .setRho(part.mechanism().rho())
                              .setCoordinates(part.mechanism().coordinates())
                              .setContributors(part.mechanism().contributors())));
          case ChangeProtection.EachSample each -> out.setEachSample(each(each));
        };
    return whole.build();
  }

  private static WireSettings.EachSample each(ChangeProtection.EachSample each) {
    WireSettings.EachSample.Builder out =
        WireSettings.EachSample.newBuilder()
            .setRho(each.rho())
            .setSteps(
                WireSettings.PrivateSteps.newBuilder()
                    .setSamplingRate(each.steps().samplingRate())
                    .setSteps(each.steps().steps())
                    .setClip(each.steps().clip())
                    .setExpectedBatch(each.steps().expectedBatch()))
            .setNoiseMultiplier(each.noiseMultiplier());
    each.search()
        .ifPresent(
            search ->
                out.setSearch(
                    WireSettings.ClipSearch.newBuilder()
                        .setQuantile(search.quantile())
                        .setRho(search.rho())));
    return out.build();
  }
}
