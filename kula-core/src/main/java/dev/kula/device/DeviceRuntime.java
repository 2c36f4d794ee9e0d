package dev.kula.device;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.SampleBatch;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.model.Evaluation;
import dev.kula.model.Samples;
import dev.kula.model.TrainingPlan;
import dev.kula.monitor.ProfileRelease;
import dev.kula.privacy.PrivacyLedger;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.noise.NoiseSource;
import dev.kula.swap.SwapOrder;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;

/**
 * One device: trains on its shared ledger for the global update, makes its personal model, reports
 * its profile, and swaps. It is an actor: it handles one call at a time and reaches others only by
 * the messages it returns. Its samples never leave its {@link SampleStore} but by a lease.
 *
 * <p>Not thread safe.
 */
public final class DeviceRuntime {
  private final DeviceId id;
  private final SampleStore store;
  private final DeviceSettings settings;
  private final OwnExam examiner;
  private final Account account;
  private final TrainingData data;
  private final Ledgers ledgers = Ledgers.empty();
  private final List<AcceptedSwap> accepted = new ArrayList<>();
  private final SourceDesk sourceDesk;
  private final ReceiverDesk receiverDesk;
  private final SharedTraining sharedTraining;
  private final PersonalTraining personalTraining;
  private final Trials trials;
  private final GroupChoice groupChoice;
  private final LabelPrior prior;
  private final UpdateCompression compression;
  private float[] global = new float[0];
  private Optional<Message> lastProfile = Optional.empty();
  private int lastProfileRound;

  /**
   * All that has to survive a restart between rounds, as plain data; samples apart.
   *
   * @param store of the sample store
   * @param shared pointers of the shared ledger
   * @param personalPointers of the personal ledger
   * @param orders that brought what ledgers have, by number, with the names of the blocks
   * @param accepted swaps let in
   * @param account of the privacy ledger
   * @param model what is trained on and on of a personal model: all its parameters (local training,
   *     Ditto), its output layer (FedPer, FedRep), or v and after it α (APFL); empty if it is made
   *     anew
   * @param modelRound round in which it was last trained
   * @param choice of a group
   * @param fleetLabels shares of the fleet's labels; empty if it has not been told
   * @param segments of which group's kind its own samples are
   * @param given positions of own samples that each receiver has been pointed to
   * @param cluster which of the server's models it works with
   * @param control its control variate; empty if it has none
   * @param compression what was rounded off of its last update
   */
  public record State(
      SampleStore.State store,
      List<DataPointer> shared,
      List<DataPointer> personalPointers,
      Map<Long, String> orders,
      List<AcceptedSwap> accepted,
      PrivacyLedger.State account,
      float[] model,
      int modelRound,
      GroupChoice.State choice,
      double[] fleetLabels,
      Segments.State segments,
      Map<String, int[]> given,
      int cluster,
      float[] control,
      UpdateCompression.State compression) {}

  /**
   * A device that has not seen a model yet.
   *
   * @param directory keys to verify signatures with, as far as they are known
   * @param target label distribution that the personal model must serve, one a bin, sum 1; known
   *     without any test label
   * @param exam what the personal model is examined on; read for nothing else
   * @param surroundings live or simulated
   */
  public DeviceRuntime(
      DeviceId id,
      SampleStore store,
      Function<DeviceId, Optional<PublicKey>> directory,
      double[] target,
      Optional<Samples> exam,
      DeviceSettings settings,
      Seed seed,
      Surroundings surroundings) {
    this.id = id;
    this.store = store;
    this.settings = settings;
    this.account = new Account(settings.privacy(), surroundings, seed.derive("noise"));
    this.data =
        new TrainingData(
            store, settings.labels(), target, settings.privacy().hidesRecordsInUpdates(), seed);
    this.sharedTraining = new SharedTraining(settings, account, seed);
    this.groupChoice = new GroupChoice(settings, account, data);
    this.compression = new UpdateCompression(settings.updateBits());
    this.prior = new LabelPrior(settings.labels(), data, groupChoice);
    this.personalTraining =
        new PersonalTraining(
            data, ledgers, accepted, settings, account, sharedTraining, prior, seed);
    this.examiner = new OwnExam(exam, settings, personalTraining, accepted, account);
    this.trials = new Trials(settings.privacy(), account, data, settings.labels());
    this.sourceDesk = new SourceDesk(id, store, data, settings, account, seed);
    this.receiverDesk =
        new ReceiverDesk(
            id, store, data, settings, directory, account, prior, ledgers, accepted, seed);
  }

  /** Its name. */
  public DeviceId id() {
    return id;
  }

  /** Finds itself in another situation: with samples that have come in, or another exam. */
  public void meet(Situation situation) {
    store.hold(situation.held());
    data.arrived(situation.target());
    examiner.set(situation.exam());
  }

  /**
   * Trains the global model on the shared ledger, and what of the personal model is trained with
   * it.
   *
   * @param sent as the server sends it to all
   * @return the update, in the workbench's memory: to be folded or sent before the workbench is
   *     lent again; empty if the privacy account refuses to release one
   */
  public Optional<Update> train(int round, float[] sent, TrainingPlan plan, Workbench bench) {
    return train(round, data.present(), sent, plan, bench);
  }

  /**
   * Trains the model of a group: {@link #train(int, float[], TrainingPlan, Workbench)} if it is the
   * present one, else on what the device has of it from before.
   *
   * @param group whose model it is
   * @return likewise; empty too if the device has nothing of that group
   */
  public Optional<Update> train(
      int round, int group, float[] sent, TrainingPlan plan, Workbench bench) {
    boolean present = group == data.present();
    return personalTraining
        .update(round, group, sent, plan, bench)
        .map(update -> compression.compress(update, group, present));
  }

  /**
   * Handles all messages of one delivery, and returns what it has to say. Messages may come from
   * anybody, at any time: what is not for a device, or not its sender's to say, or cannot be worked
   * with, is ignored or refused.
   *
   * @throws KulaException blaming the user if training diverges on what the device was told to
   *     learn from without a gate
   */
  public List<Envelope> receive(List<Envelope> inbox, Workbench bench) {
    List<Envelope> out = new ArrayList<>();
    List<Map.Entry<DeviceId, Message.Offered>> offers = new ArrayList<>();
    for (Envelope envelope : inbox) {
      DeviceId from = envelope.from();
      if (!Doorkeeper.admits(envelope, global.length > 0)) {
        continue;
      }
      switch (envelope.message()) {
        case Message.GlobalModel model ->
            global = personalTraining.take(model.parameters(), global, bench);
        case Message.Examine examine ->
            examiner
                .examine(examine, global, this::holdings, bench)
                .ifPresent(told -> reply(out, Envelope.EVALUATOR, told));
        case Message.ClipQuery query ->
            sharedTraining
                .norms(query, global, data.ledger(ledgers.shared()), bench)
                .ifPresent(counts -> reply(out, from, counts));
        case Message.ProfileRequest request -> reply(out, from, profile(request.round(), bench));
        case Message.DriftCheck check ->
            groupChoice.test(check, bench).ifPresent(choice -> reply(out, from, choice));
        case Message.GroupModels models ->
            groupChoice.take(models, bench).ifPresent(choice -> reply(out, from, choice));
        case Message.Trial trial ->
            trials.run(trial, global, bench).ifPresent(answer -> reply(out, from, answer));
        case Message.FleetLabels told -> prior.take(told);
        case Message.Assigned to -> groupChoice.assigned(to);
        case Message.EarlierModel model -> {} // comes again with the task to train it
        case Message.Ordered ordered -> out.addAll(ordered(ordered.order(), bench));
        case Message.Offered offered -> offers.add(Map.entry(from, offered));
        case Message.Refused refused -> receiverDesk.refused(from, refused);
        case Message.Fetch fetch -> reply(out, from, sourceDesk.fetch(fetch, from, bench));
        case Message.Fetched fetched -> receiverDesk.fetched(from, fetched);
        case Message.Visit visit ->
            sourceDesk
                .visit(visit, from, global, bench)
                .forEach(answer -> reply(out, from, answer));
        case Message.Visited visited -> receiverDesk.visited(from, visited, bench);
        case Message.Summarise ask ->
            reply(out, from, sourceDesk.summarise(ask, from, global, bench));
        case Message.Summarised summarised -> receiverDesk.summarised(from, summarised, bench);
        case Message.Revoked revoked -> {
          sourceDesk.revoked(revoked.order());
          receiverDesk.revoked(revoked.order());
          reply(out, from, revoked);
        }
        case Message.CloseSwaps close -> {
          sourceDesk.close();
          out.addAll(receiverDesk.close(close.round(), global, bench));
        }
        case Message.Sealed sealed -> {} // its runner opens them
        case Message.Handed handed -> {} // and has put the message in its place, if it is there
        // For servers; what a device gets of these it lets lie.
        case Message.ClipCounts counts -> {}
        case Message.Examined examined -> {}
        case Message.ProfileReport report -> {}
        case Message.Tried tried -> {}
        case Message.Chosen chosen -> {}
        case Message.ProfileDeclined declined -> {}
        case Message.Outcomes outcomes -> {}
        case Message.OutcomeSum sum -> {}
        case Message.Reliability reliability -> {}
        case Message.Settled settled -> {}
      }
    }
    out.addAll(receiverDesk.resolve(offers, global, bench));
    return out;
  }

  private void reply(List<Envelope> out, DeviceId to, Message message) {
    out.add(new Envelope(id, to, message));
  }

  private List<Envelope> ordered(SwapOrder order, Workbench bench) {
    if (order.receiver().equals(id)) {
      receiverDesk.expect(order);
      return List.of();
    }
    if (!order.source().equals(id)) {
      return List.of();
    }
    return List.of(new Envelope(id, order.receiver(), sourceDesk.offer(order, global, bench)));
  }

  /** The profile of a round; asked again, the same one. */
  private Message profile(int round, Workbench bench) {
    if (lastProfile.isEmpty() || lastProfileRound != round) {
      lastProfile = Optional.of(freshProfile(round, bench));
      lastProfileRound = round;
    }
    return lastProfile.get();
  }

  private Message freshProfile(int round, Workbench bench) {
    double rho = settings.privacy().profileRho();
    Optional<Message.ProfileReport> report =
        account.isSpent()
            ? Optional.empty()
            : account.release(
                new Release(round, "profile"),
                rho,
                Account.Kind.PROFILE,
                Message.ProfileReport.class,
                noise -> measure(round, bench, rho, noise));
    report.ifPresent(told -> groupChoice.told(told.profile().labelCounts()));
    return report.isPresent()
        ? report.get()
        : new Message.ProfileDeclined(round, account.spentEpsilon());
  }

  private Message.ProfileReport measure(int round, Workbench bench, double rho, NoiseSource noise) {
    SampleSet own = store.own();
    float[] losses = new float[own.size()];
    bench.engine().losses(global, own, losses);
    Evaluation evaluation = bench.engine().evaluate(global, own);
    account.worked(2.0 * own.size());
    double capped = 0;
    for (float loss : losses) {
      capped += ProfileRelease.lossFraction(loss);
    }
    return new Message.ProfileReport(
        ProfileRelease.of(
            id,
            round,
            own,
            settings.labels(),
            evaluation.correctSum(),
            capped,
            bench.inferenceSeconds(),
            account.noises(Account.Kind.PROFILE) ? rho : Double.POSITIVE_INFINITY,
            noise));
  }

  /** Notes that a {@link PooledOracle} has its samples, as they are. */
  public void pooled() {
    account.withoutNoise("raw samples");
  }

  /** Work done since last asked, one forward pass of one sample being 1. */
  public double takeForwardPasses() {
    return account.takeForwardPasses();
  }

  /** Its personal model, once it has one. */
  public Optional<PersonalModel> personal() {
    return personalTraining.personal();
  }

  /** How its personal model did when it was examined last, for its owner. */
  public Optional<Evaluation> examined() {
    return examiner.last();
  }

  /** Epsilon spent on noised releases. */
  public double spentEpsilon() {
    return account.spentEpsilon();
  }

  /** Releases that went out without noise, which make the account's epsilon infinite. */
  public SortedSet<String> releasesWithoutNoise() {
    return account.releasesWithoutNoise();
  }

  /** The first release that the account refused. */
  public Optional<Release> firstRefusal() {
    return account.firstRefusal();
  }

  /** What it has. */
  public Holdings holdings() {
    return Holdings.of(store, data, ledgers, accepted, firstRefusal());
  }

  /** What has to survive a restart between rounds. */
  public State state() {
    return new State(
        store.state(),
        ledgers.shared().pointers(),
        ledgers.personal().pointers(),
        ledgers.names(),
        List.copyOf(accepted),
        account.state(),
        personalTraining.kept(),
        personalTraining.keptRound(),
        groupChoice.state(),
        prior.fleet(),
        data.segments(),
        sourceDesk.given(),
        sharedTraining.cluster(),
        sharedTraining.control(),
        compression.state());
  }

  /** Whether swaps are under way; else its state and what it has in mind are all of it. */
  public boolean isSwapping() {
    return receiverDesk.isWaiting() || sourceDesk.isOpen();
  }

  /** What it has in mind beside its state. */
  public Remembered remembered() {
    return new Remembered(
        lastProfile, lastProfileRound, sharedTraining.query(), personal().map(PersonalModel::own));
  }

  /** Puts back, after {@link #restore}, what it had in mind, and work not yet asked after. */
  public void remember(Remembered memory, double passes) {
    lastProfile = memory.profile();
    lastProfileRound = memory.profileRound();
    sharedTraining.restore(memory.clip());
    memory.personal().ifPresent(own -> personalTraining.restorePersonal(own, global));
    account.worked(passes);
  }

  /** Content of the blocks it fetched, by name. */
  public Map<String, SampleBatch> fetchedBlocks() {
    return store.fetchedBlocks();
  }

  /**
   * Puts back what {@link #state()} once gave.
   *
   * @param sent as the server sends it to all
   * @param shown models of all groups, as devices were shown them last; empty if there are none
   */
  public void restore(
      State state, Map<String, SampleBatch> blocks, float[] sent, List<GroupModel> shown) {
    store.restore(state.store(), blocks);
    state.shared().forEach(ledgers.shared()::add);
    state.personalPointers().forEach(ledgers.personal()::add);
    ledgers.restore(state.orders());
    for (DataPointer pointer : ledgers.personal().pointers()) {
      if (pointer.source().equals(Envelope.BASE)) {
        store.fetched(pointer.block()).ifPresent(data::base);
      }
    }
    accepted.clear();
    accepted.addAll(state.accepted());
    account.restore(state.account());
    sharedTraining.restore(state.cluster(), state.control());
    compression.restore(state.compression());
    global = settings.broadcast().model(sent, state.cluster());
    personalTraining.restore(state.model(), state.modelRound());
    groupChoice.restore(state.choice(), shown);
    prior.restore(state.fleetLabels());
    data.restore(state.segments());
    sourceDesk.restore(state.given());
  }
}
