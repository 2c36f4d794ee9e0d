package dev.kula.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.Rating;
import dev.kula.monitor.Ballots;
import dev.kula.wire.v1.Wire;
import java.util.Arrays;
import java.util.List;

/** Messages of devices and servers as those of the wire. */
final class MessageWriter {
  private MessageWriter() {}

  static List<Wire.Envelope> envelopes(List<Envelope> envelopes) {
    return envelopes.stream().map(MessageWriter::envelope).toList();
  }

  private static Wire.Envelope envelope(Envelope envelope) {
    return Wire.Envelope.newBuilder()
        .setFrom(envelope.from().name())
        .setTo(envelope.to().name())
        .setMessage(message(envelope.message()))
        .build();
  }

  static Wire.Message message(Message message) {
    Wire.Message.Builder out = Wire.Message.newBuilder();
    Wire.Message.Builder whole =
        switch (message) {
          case Message.Modelling models -> models(models, out);
          case Message.Pointing terms -> terms(terms, out);
          case Message.Visiting visit -> visit(visit, out);
          case Message.Examination exam -> exam(exam, out);
          case Message.Report report -> report(report, out);
          case Message.Fetched fetched ->
              out.setFetched(
                  Wire.Fetched.newBuilder()
                      .setOrder(fetched.order())
                      .setBlock(Checks.block(fetched.block()))
                      .setBatch(Contents.encode(fetched.batch())));
          case Message.Sealed sealed ->
              out.setSealed(
                  Wire.Sealed.newBuilder()
                      .setTraffic(Choices.encode(sealed.of()))
                      .setEncapsulated(ByteString.copyFrom(sealed.encapsulated()))
                      .setCiphertext(UnsafeByteOperations.unsafeWrap(sealed.ciphertext())));
          case Message.Handed handed ->
              out.setHanded(
                  Wire.Handed.newBuilder()
                      .setTraffic(Choices.encode(handed.of()))
                      .setBytes(handed.bytes())
                      .setDigest(ByteString.copyFrom(handed.digest())));
          case Message.Outcomes outcomes ->
              out.setOutcomes(
                  Wire.Outcomes.newBuilder()
                      .setRound(outcomes.round())
                      .addAllRatings(
                          outcomes.ratings().stream().map(MessageWriter::rating).toList())
                      .setNoiseStddev(outcomes.noiseStddev()));
        };
    return whole.build();
  }

  private static Wire.Message.Builder models(Message.Modelling models, Wire.Message.Builder out) {
    return switch (models) {
      case Message.GlobalModel model ->
          out.setGlobalModel(
              Wire.GlobalModel.newBuilder()
                  .setRound(model.round())
                  .setParameters(Tensors.encode(model.parameters())));
      case Message.EarlierModel model ->
          out.setEarlierModel(
              Wire.EarlierModel.newBuilder()
                  .setRound(model.round())
                  .setGroup(model.group())
                  .setParameters(Tensors.encode(model.parameters())));
      case Message.GroupModels groups ->
          out.setGroupModels(
              Wire.GroupModels.newBuilder()
                  .setRound(groups.round())
                  .addAllModels(Contents.encode(groups.models())));
    };
  }

  private static Wire.Message.Builder terms(Message.Pointing terms, Wire.Message.Builder out) {
    return switch (terms) {
      case Message.Ordered ordered ->
          out.setOrdered(Wire.Ordered.newBuilder().setOrder(Terms.encode(ordered.order())));
      case Message.Offered offered ->
          out.setOffered(
              Wire.Offered.newBuilder()
                  .setOrder(offered.order())
                  .setPointer(Terms.encode(offered.pointer()))
                  .setLease(Terms.encode(offered.lease())));
      case Message.Refused refused ->
          out.setRefused(
              Wire.Refused.newBuilder().setOrder(refused.order()).setReason(refused.reason()));
      case Message.Fetch fetch ->
          out.setFetch(
              Wire.Fetch.newBuilder()
                  .setOrder(fetch.order())
                  .setLease(Terms.encode(fetch.lease())));
      case Message.CloseSwaps close ->
          out.setCloseSwaps(Wire.CloseSwaps.newBuilder().setRound(close.round()));
      case Message.Revoked revoked ->
          out.setRevoked(
              Wire.Revoked.newBuilder().setRound(revoked.round()).setOrder(revoked.order()));
    };
  }

  private static Wire.Message.Builder visit(Message.Visiting visit, Wire.Message.Builder out) {
    return switch (visit) {
      case Message.Trial trial ->
          out.setTrial(
              Wire.Trial.newBuilder()
                  .setRound(trial.round())
                  .setFold(Choices.encode(trial.fold()))
                  .addAllShares(Contents.encode(trial.shares()))
                  .addAllCandidates(trial.candidates().stream().map(Contents::encode).toList()));
      case Message.Visit request ->
          out.setVisit(
              Wire.Visit.newBuilder()
                  .addAllLeases(Terms.encode(request.leases()))
                  .setRound(request.round())
                  .setParameters(Tensors.encode(request.parameters())));
      case Message.Visited visited ->
          out.setVisited(
              Wire.Visited.newBuilder()
                  .setOrder(visited.order())
                  .setBlock(Checks.block(visited.block()))
                  .setDelta(Tensors.encode(visited.delta())));
      case Message.Summarise summarise ->
          out.setSummarise(
              Wire.Summarise.newBuilder()
                  .setOrder(summarise.order())
                  .setRound(summarise.round())
                  .setLease(Terms.encode(summarise.lease())));
      case Message.Summarised summarised ->
          out.setSummarised(
              Wire.Summarised.newBuilder()
                  .setOrder(summarised.order())
                  .setBlock(Checks.block(summarised.block()))
                  .setSums(Contents.encode(summarised.sums())));
    };
  }

  private static Wire.Message.Builder exam(Message.Examination exam, Wire.Message.Builder out) {
    return switch (exam) {
      case Message.Examine examine ->
          out.setExamine(
              Wire.Examine.newBuilder()
                  .setRound(examine.round())
                  .setOccasion(Choices.encode(examine.occasion())));
      case Message.Examined examined -> {
        Wire.Examined.Builder body =
            Wire.Examined.newBuilder()
                .setRound(examined.round())
                .setSpentEpsilon(examined.spentEpsilon())
                .addAllWithoutNoise(examined.withoutNoise());
        examined.personal().map(Contents::encode).ifPresent(body::setPersonal);
        examined.withoutSwaps().ifPresent(body::setWithoutSwaps);
        examined.holdings().ifPresent(has -> body.setHoldings(Contents.encode(has)));
        yield out.setExamined(body);
      }
      case Message.Settled settled ->
          out.setSettled(
              Wire.Settled.newBuilder().setSettlement(Terms.encode(settled.settlement())));
    };
  }

  private static Wire.Message.Builder report(Message.Report report, Wire.Message.Builder out) {
    return switch (report) {
      case Message.ClipQuery query ->
          out.setClipQuery(
              Wire.ClipQuery.newBuilder().setRound(query.round()).setClip(query.clip()));
      case Message.ClipCounts counts ->
          out.setClipCounts(
              Wire.ClipCounts.newBuilder()
                  .setRound(counts.round())
                  .setWithin(counts.within())
                  .setBeyond(counts.beyond()));
      case Message.ProfileRequest request ->
          out.setProfileRequest(Wire.ProfileRequest.newBuilder().setRound(request.round()));
      case Message.DriftCheck check ->
          out.setDriftCheck(Wire.DriftCheck.newBuilder().setRound(check.round()));
      case Message.FleetLabels labels ->
          out.setFleetLabels(
              Wire.FleetLabels.newBuilder()
                  .setRound(labels.round())
                  .addAllShares(Contents.encode(labels.shares())));
      case Message.Assigned assigned ->
          out.setAssigned(
              Wire.Assigned.newBuilder().setRound(assigned.round()).setGroup(assigned.group()));
      case Message.Chosen chosen ->
          out.setChosen(
              Wire.Chosen.newBuilder()
                  .setRound(chosen.round())
                  .setPresent(chosen.present())
                  .addAllEarlier(Arrays.stream(chosen.earlier()).boxed().toList()));
      case Message.Tried tried ->
          out.setTried(
              Wire.Tried.newBuilder()
                  .setRound(tried.round())
                  .setFold(Choices.encode(tried.fold()))
                  .addAllGains(Contents.encode(tried.gains())));
      case Message.ProfileReport told ->
          out.setProfileReport(
              Wire.ProfileReport.newBuilder().setProfile(Contents.encode(told.profile())));
      case Message.ProfileDeclined declined ->
          out.setProfileDeclined(
              Wire.ProfileDeclined.newBuilder()
                  .setRound(declined.round())
                  .setSpentEpsilon(declined.spentEpsilon()));
      case Message.OutcomeSum outcomes ->
          out.setOutcomeSum(Wire.OutcomeSum.newBuilder().setSum(sum(outcomes.sum())));
      case Message.Reliability reliability ->
          out.setReliability(
              Wire.Reliability.newBuilder()
                  .setSource(reliability.source().name())
                  .setKept(reliability.kept())
                  .setAsked(reliability.asked()));
    };
  }

  private static Wire.Rating rating(Rating rating) {
    return Wire.Rating.newBuilder()
        .setSource(rating.source().name())
        .setUseful(rating.useful())
        .setNeutral(rating.neutral())
        .setHarmful(rating.harmful())
        .setJudged(rating.judged())
        .setAnswered(rating.answered())
        .setAsked(rating.asked())
        .build();
  }

  private static Wire.Sum sum(Ballots.Sum sum) {
    return Wire.Sum.newBuilder()
        .setSource(sum.source().name())
        .setVerdicts(
            Wire.Verdicts.newBuilder()
                .setUseful(sum.verdicts().useful())
                .setNeutral(sum.verdicts().neutral())
                .setHarmful(sum.verdicts().harmful())
                .setNoiseStddev(sum.verdicts().noiseStddev()))
        .addAllRaters(sum.raters().stream().map(DeviceId::name).toList())
        .build();
  }
}
