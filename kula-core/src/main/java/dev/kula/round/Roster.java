package dev.kula.round;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.DeviceKeys;
import dev.kula.data.FederatedData;
import dev.kula.data.SampleStore;
import dev.kula.data.Stage;
import dev.kula.data.target.Exam;
import dev.kula.data.target.TargetSpec;
import dev.kula.data.target.TestPool;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Envelope;
import dev.kula.device.Situation;
import dev.kula.device.Surroundings;
import dev.kula.fleet.CostModel;
import dev.kula.fleet.Courses;
import dev.kula.fleet.Devices;
import dev.kula.fleet.ShelvedDevices;
import dev.kula.fleet.StateShelf;
import dev.kula.model.Samples;
import dev.kula.model.TrainingEngine;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The devices of a simulation: makes each of them out of the rows that were dealt to it. Keys and
 * noise come from the seed, and protect nobody.
 *
 * <p>Not thread safe, but for what says so. A roster makes each device once, unless it is to make
 * it {@linkplain #anew anew}; another one, also in another process, makes its like.
 */
public final class Roster {
  private static final int GLOBAL_EXAM_ROWS = 2000;

  private final FederatedData data;
  private final SimulationSettings settings;
  private final Dataset held;
  private final Seed seed;
  private final TestPool pool;
  private final List<FederatedData.DeviceRows> all;
  private final List<DeviceId> participants;
  private final Map<DeviceId, Integer> places = new HashMap<>();
  private final Map<DeviceId, DeviceKeys> keys = new HashMap<>();
  private final Map<DeviceId, SampleStore> stores = new HashMap<>();

  /**
   * Devices over a partitioned data set.
   *
   * @param settings of the run
   * @param held what devices hold: the data set, or what attackers have made of it
   * @throws KulaException the user's mistake, if a device has a name that is kept for servers
   */
  public Roster(FederatedData data, SimulationSettings settings, Dataset held) {
    this.data = data;
    this.settings = settings;
    this.held = held;
    this.seed = settings.rounds().seed();
    this.pool = TestPool.of(data);
    this.all = new ArrayList<>(data.devices());
    if (data.base().length > 0) {
      all.add(new FederatedData.DeviceRows(Envelope.BASE, data.base(), new int[0]));
    }
    for (FederatedData.DeviceRows device : data.devices()) {
      if (device.device().name().startsWith(Envelope.RESERVED)) {
        throw KulaException.user(
            "device '%s' has a name that begins with '%s', which is kept for servers; rename it"
                .formatted(device.device(), Envelope.RESERVED));
      }
    }
    this.participants = all.stream().map(FederatedData.DeviceRows::device).toList();
    for (int i = 0; i < all.size(); i++) {
      places.put(participants.get(i), i);
      keys.put(participants.get(i), DeviceKeys.simulated(seed.derive("keys").derive(i)));
    }
  }

  /** The devices, and last the holder of the base set if there is one. */
  public List<DeviceId> participants() {
    return participants;
  }

  /**
   * A device, or the holder of the base set, made once more: as it was at first, whatever has
   * become of the one before. Nothing of it stays here. Several threads may call it at once.
   */
  public DeviceRuntime anew(DeviceId participant) {
    return runtime(participant, store(all.get(place(participant))));
  }

  /** A device, or the holder of the base set. */
  public DeviceRuntime runtime(DeviceId participant) {
    return runtime(participant, store(participant));
  }

  /** All of them, in memory. */
  Devices resident() {
    return Devices.resident(participants.stream().map(this::runtime).toList(), courses());
  }

  /** All of them, in memory while they work. */
  Devices shelved(StateShelf shelf) {
    boolean choosesModel = settings.devices().broadcast().models() > 1;
    return new ShelvedDevices(participants, this::anew, courses(), choosesModel, shelf);
  }

  private int place(DeviceId participant) {
    Integer place = places.get(participant);
    if (place == null) {
      throw new IllegalArgumentException(participant + " is not enrolled");
    }
    return place;
  }

  private DeviceRuntime runtime(DeviceId participant, SampleStore store) {
    int index = place(participant);
    Dataset dataset = data.dataset();
    FederatedData.DeviceRows rows = all.get(index);
    boolean isDevice = index < data.devices().size();
    Function<DeviceId, Optional<PublicKey>> directory =
        device -> Optional.of(keysOf(device).verifying());
    DeviceSettings told = settings.devices();
    return new DeviceRuntime(
        participant,
        store,
        directory,
        isDevice ? priorOf(rows, rows.heldAtFirst()) : uniform(dataset.labels().size()),
        isDevice ? Optional.of(exam(index)) : Optional.empty(),
        isDevice ? told : told.withoutProtection(),
        deviceSeed(index),
        Surroundings.simulated());
  }

  /** Where all randomness of a participant comes from. */
  Seed deviceSeed(int index) {
    return seed.derive("device").derive(index);
  }

  /** The samples of a participant: what its {@link #runtime} has. */
  SampleStore store(DeviceId participant) {
    return stores.computeIfAbsent(participant, id -> store(all.get(place(id))));
  }

  /** What a sample looks like, as pointers say it. */
  public String schema() {
    return schema(data.dataset());
  }

  /** What a sample of a data set looks like, as pointers say it. */
  public static String schema(Dataset dataset) {
    return "%dx%dx%d, %d bytes, %d labels"
        .formatted(
            dataset.input().channels(),
            dataset.input().height(),
            dataset.input().width(),
            dataset.features().rowBytes(),
            dataset.labels().size());
  }

  private SampleStore store(FederatedData.DeviceRows rows) {
    SampleStore store =
        new SampleStore(
            rows.device(),
            keysOf(rows.device()),
            schema(),
            held.features(),
            held.targets(),
            rows.train());
    store.hold(rows.heldAtFirst());
    return store;
  }

  /** What a device is examined on at first. */
  private Samples exam(int device) {
    List<Stage> stages = data.devices().get(device).stages();
    return stages.isEmpty()
        ? settings.target().exam(pool, device, seed.derive("exam")).samples(data.dataset())
        : Exam.even(stages.getFirst().exam()).samples(data.dataset());
  }

  /** What a device takes its target to be when it has the first {@code held} of its rows. */
  private double[] priorOf(FederatedData.DeviceRows rows, int count) {
    Dataset dataset = data.dataset();
    int[] bins = Arrays.stream(rows.train()).limit(count).map(dataset::bin).toArray();
    return settings.target().prior(bins, dataset.labels().size());
  }

  /** What devices come into while the run goes on. */
  public Courses courses() {
    Map<DeviceId, List<Situation>> situations = new TreeMap<>();
    for (FederatedData.DeviceRows rows : data.devices()) {
      situations.put(
          rows.device(),
          rows.stages().stream()
              .map(
                  stage ->
                      new Situation(
                          stage.round(),
                          stage.held(),
                          priorOf(rows, stage.held()),
                          Optional.of(Exam.even(stage.exam()).samples(data.dataset()))))
              .toList());
    }
    return new Courses(situations);
  }

  /** What work and bytes cost the participants, with the model of {@code engine}. */
  public CostModel costs(TrainingEngine engine) {
    return CostModel.heterogeneous(participants(), engine.layout().size(), seed.derive("fleet"));
  }

  /**
   * What the evaluator is told.
   *
   * @param attackers devices whose examinations do not count
   */
  public Servers.Examination examination(Set<DeviceId> attackers) {
    return new Servers.Examination(
        TargetSpec.balancedExam(data, GLOBAL_EXAM_ROWS, seed.derive("exam"))
            .samples(data.dataset()),
        changes(),
        streamed(),
        attackers,
        true);
  }

  /** Rounds in which what a device meets changes, for the evaluator alone. */
  private Map<DeviceId, List<Integer>> changes() {
    Map<DeviceId, List<Integer>> changes = new TreeMap<>();
    for (FederatedData.DeviceRows rows : data.devices()) {
      changes.put(
          rows.device(), rows.stages().stream().filter(Stage::change).map(Stage::round).toList());
    }
    return changes;
  }

  /**
   * How many rows that are new to it each device is examined on, by the first round with these
   * rows; empty where it is known what changes when. For the evaluator alone.
   */
  private Map<DeviceId, NavigableMap<Integer, Integer>> streamed() {
    Map<DeviceId, NavigableMap<Integer, Integer>> streamed = new TreeMap<>();
    boolean known =
        data.devices().stream().flatMap(rows -> rows.stages().stream()).anyMatch(Stage::change);
    for (FederatedData.DeviceRows rows : data.devices()) {
      NavigableMap<Integer, Integer> counts = new TreeMap<>();
      rows.stages().forEach(stage -> counts.put(stage.round(), stage.exam().length));
      if (!known && !counts.isEmpty()) {
        streamed.put(rows.device(), counts);
      }
    }
    return streamed;
  }

  private DeviceKeys keysOf(DeviceId device) {
    DeviceKeys known = keys.get(device);
    if (known == null) {
      throw new IllegalArgumentException(device + " is not enrolled");
    }
    return known;
  }

  private static double[] uniform(int bins) {
    double[] shares = new double[bins];
    Arrays.fill(shares, 1.0 / bins);
    return shares;
  }
}
