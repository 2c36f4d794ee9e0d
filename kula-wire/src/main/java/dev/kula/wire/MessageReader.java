package dev.kula.wire;

import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.Rating;
import dev.kula.monitor.Ballots;
import dev.kula.wire.v1.Wire;
import java.util.List;
import java.util.Optional;

/** Messages of devices and servers from those of the wire. */
final class MessageReader {
  private final Checks checks;
  private final Terms terms;
  private final Contents contents;

  MessageReader(Checks checks) {
    this.checks = checks;
    this.terms = new Terms(checks);
    this.contents = new Contents(checks);
  }

  Contents contents() {
    return contents;
  }

  List<Envelope> envelopes(List<Wire.Envelope> envelopes, String name) {
    return checks.list(envelopes, name).stream().map(this::envelope).toList();
  }

  private Envelope envelope(Wire.Envelope envelope) {
    return new Envelope(
        checks.device(envelope.getFrom(), "from"),
        checks.device(envelope.getTo(), "to"),
        message(Checks.present(envelope.hasMessage(), envelope.getMessage(), "message")));
  }

  Message message(Wire.Message message) {
    return switch (message.getKindCase()) {
      case GLOBAL_MODEL -> read(message.getGlobalModel());
      case CLIP_QUERY -> read(message.getClipQuery());
      case CLIP_COUNTS -> read(message.getClipCounts());
      case EXAMINE -> read(message.getExamine());
      case EXAMINED -> read(message.getExamined());
      case PROFILE_REQUEST -> new Message.ProfileRequest(message.getProfileRequest().getRound());
      case DRIFT_CHECK -> new Message.DriftCheck(message.getDriftCheck().getRound());
      case EARLIER_MODEL -> read(message.getEarlierModel());
      case FLEET_LABELS -> read(message.getFleetLabels());
      case ASSIGNED -> read(message.getAssigned());
      case GROUP_MODELS -> read(message.getGroupModels());
      case CHOSEN -> read(message.getChosen());
      case TRIAL -> read(message.getTrial());
      case TRIED -> read(message.getTried());
      case PROFILE_REPORT -> read(message.getProfileReport());
      case PROFILE_DECLINED -> read(message.getProfileDeclined());
      case ORDERED -> read(message.getOrdered());
      case OFFERED -> read(message.getOffered());
      case REFUSED -> read(message.getRefused());
      case FETCH -> read(message.getFetch());
      case FETCHED -> read(message.getFetched());
      case VISIT -> read(message.getVisit());
      case VISITED -> read(message.getVisited());
      case SUMMARISE -> read(message.getSummarise());
      case SUMMARISED -> read(message.getSummarised());
      case CLOSE_SWAPS -> new Message.CloseSwaps(message.getCloseSwaps().getRound());
      case REVOKED ->
          new Message.Revoked(message.getRevoked().getRound(), message.getRevoked().getOrder());
      case OUTCOMES -> read(message.getOutcomes());
      case OUTCOME_SUM -> read(message.getOutcomeSum());
      case RELIABILITY -> read(message.getReliability());
      case SETTLED -> read(message.getSettled());
      case SEALED ->
          new Message.Sealed(
              Choices.decode(message.getSealed().getTraffic()),
              message.getSealed().getEncapsulated().toByteArray(),
              message.getSealed().getCiphertext().toByteArray());
      case HANDED -> read(message.getHanded());
      case KIND_NOT_SET -> throw Checks.refused("kind of a message", "left out", "there");
    };
  }

  private Message read(Wire.Handed handed) {
    if (handed.getDigest().size() != Incoming.DIGEST_BYTES) {
      throw Checks.refused(
          "length of a digest", handed.getDigest().size(), Incoming.DIGEST_BYTES + " bytes");
    }
    if (handed.getBytes() < 0 || handed.getBytes() > checks.limits().bytes()) {
      throw Checks.refused(
          "bytes of what was handed", handed.getBytes(), "0 to " + checks.limits().bytes());
    }
    return new Message.Handed(
        Choices.decode(handed.getTraffic()), handed.getBytes(), handed.getDigest().toByteArray());
  }

  private Message read(Wire.GlobalModel model) {
    return new Message.GlobalModel(
        model.getRound(),
        contents.tensor(model.hasParameters(), model.getParameters(), "parameters"));
  }

  private static Message read(Wire.ClipQuery query) {
    return new Message.ClipQuery(query.getRound(), query.getClip());
  }

  private static Message read(Wire.ClipCounts counts) {
    return new Message.ClipCounts(counts.getRound(), counts.getWithin(), counts.getBeyond());
  }

  private static Message read(Wire.Examine examine) {
    return new Message.Examine(examine.getRound(), Choices.decode(examine.getOccasion()));
  }

  private Message read(Wire.Examined examined) {
    return new Message.Examined(
        examined.getRound(),
        examined.hasPersonal()
            ? Optional.of(Contents.evaluation(true, examined.getPersonal(), "personal"))
            : Optional.empty(),
        Terms.optional(examined.hasWithoutSwaps(), examined.getWithoutSwaps()),
        examined.getSpentEpsilon(),
        checks.texts(examined.getWithoutNoiseList(), "without_noise"),
        examined.hasHoldings()
            ? Optional.of(contents.holdings(examined.getHoldings()))
            : Optional.empty());
  }

  private Message read(Wire.EarlierModel model) {
    return new Message.EarlierModel(
        model.getRound(),
        model.getGroup(),
        contents.tensor(model.hasParameters(), model.getParameters(), "parameters"));
  }

  private Message read(Wire.FleetLabels labels) {
    return new Message.FleetLabels(
        labels.getRound(), checks.doubles(labels.getSharesList(), "shares"));
  }

  private static Message read(Wire.Assigned assigned) {
    return new Message.Assigned(assigned.getRound(), assigned.getGroup());
  }

  private Message read(Wire.GroupModels groups) {
    return new Message.GroupModels(
        groups.getRound(), contents.groupModels(groups.getModelsList(), "models"));
  }

  private Message read(Wire.Chosen chosen) {
    return new Message.Chosen(
        chosen.getRound(), chosen.getPresent(), checks.ints(chosen.getEarlierList(), "earlier"));
  }

  private Message read(Wire.Trial trial) {
    return new Message.Trial(
        trial.getRound(),
        Choices.decode(trial.getFold()),
        checks.doubles(trial.getSharesList(), "shares"),
        checks.list(trial.getCandidatesList(), "candidates").stream()
            .map(contents::candidate)
            .toList());
  }

  private Message read(Wire.Tried tried) {
    return new Message.Tried(
        tried.getRound(),
        Choices.decode(tried.getFold()),
        checks.doubles(tried.getGainsList(), "gains"));
  }

  private Message read(Wire.ProfileReport report) {
    return new Message.ProfileReport(
        contents.profile(report.hasProfile(), report.getProfile(), "profile"));
  }

  private static Message read(Wire.ProfileDeclined declined) {
    return new Message.ProfileDeclined(declined.getRound(), declined.getSpentEpsilon());
  }

  private Message read(Wire.Ordered ordered) {
    return new Message.Ordered(terms.order(ordered.hasOrder(), ordered.getOrder(), "order"));
  }

  private Message read(Wire.Offered offered) {
    return new Message.Offered(
        offered.getOrder(),
        terms.pointer(offered.hasPointer(), offered.getPointer(), "pointer"),
        terms.lease(offered.hasLease(), offered.getLease(), "lease"));
  }

  private Message read(Wire.Refused refused) {
    return new Message.Refused(refused.getOrder(), checks.text(refused.getReason(), "reason"));
  }

  private Message read(Wire.Fetch fetch) {
    return new Message.Fetch(
        fetch.getOrder(), terms.lease(fetch.hasLease(), fetch.getLease(), "lease"));
  }

  private Message read(Wire.Fetched fetched) {
    return new Message.Fetched(
        fetched.getOrder(),
        Checks.block(fetched.getBlock(), "block"),
        contents.batch(fetched.hasBatch(), fetched.getBatch(), "batch"));
  }

  private Message read(Wire.Visit visit) {
    return new Message.Visit(
        terms.leases(checks.list(visit.getLeasesList(), "leases")),
        visit.getRound(),
        contents.tensor(visit.hasParameters(), visit.getParameters(), "parameters"));
  }

  private Message read(Wire.Visited visited) {
    return new Message.Visited(
        visited.getOrder(),
        Checks.block(visited.getBlock(), "block"),
        contents.tensor(visited.hasDelta(), visited.getDelta(), "delta"));
  }

  private Message read(Wire.Summarise summarise) {
    return new Message.Summarise(
        summarise.getOrder(),
        summarise.getRound(),
        terms.lease(summarise.hasLease(), summarise.getLease(), "lease"));
  }

  private Message read(Wire.Summarised summarised) {
    return new Message.Summarised(
        summarised.getOrder(),
        Checks.block(summarised.getBlock(), "block"),
        contents.classSums(summarised.hasSums(), summarised.getSums(), "sums"));
  }

  private Message read(Wire.Outcomes outcomes) {
    return new Message.Outcomes(
        outcomes.getRound(),
        checks.list(outcomes.getRatingsList(), "ratings").stream().map(this::rating).toList(),
        outcomes.getNoiseStddev());
  }

  private Rating rating(Wire.Rating rating) {
    return new Rating(
        checks.device(rating.getSource(), "source"),
        rating.getUseful(),
        rating.getNeutral(),
        rating.getHarmful(),
        rating.getJudged(),
        rating.getAnswered(),
        rating.getAsked());
  }

  private Message read(Wire.OutcomeSum outcomes) {
    Wire.Sum sum = Checks.present(outcomes.hasSum(), outcomes.getSum(), "sum");
    Wire.Verdicts verdicts = Checks.present(sum.hasVerdicts(), sum.getVerdicts(), "verdicts");
    return new Message.OutcomeSum(
        new Ballots.Sum(
            checks.device(sum.getSource(), "source"),
            new Ballots.Verdicts(
                verdicts.getUseful(),
                verdicts.getNeutral(),
                verdicts.getHarmful(),
                verdicts.getNoiseStddev()),
            checks.list(sum.getRatersList(), "raters").stream()
                .map(rater -> checks.device(rater, "rater"))
                .toList()));
  }

  private Message read(Wire.Reliability reliability) {
    return new Message.Reliability(
        checks.device(reliability.getSource(), "source"),
        reliability.getKept(),
        reliability.getAsked());
  }

  private Message read(Wire.Settled settled) {
    return new Message.Settled(
        terms.settlement(settled.hasSettlement(), settled.getSettlement(), "settlement"));
  }
}
