package dev.kula.fleet;

import dev.kula.data.DeviceId;
import dev.kula.data.SampleBatch;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.device.PersonalModel;
import dev.kula.device.Remembered;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Devices that are in memory while they work or swap. Of one that does not, a {@link StateShelf}
 * has the state and an {@link Outbox} the models that it was sent; it is made again of both. What
 * it need not answer reaches it in this way, too. Samples stay in memory, those that it has fetched
 * like its own.
 */
public final class ShelvedDevices implements Devices {
  private final NavigableSet<DeviceId> ids;
  private final Function<DeviceId, DeviceRuntime> maker;
  private final Courses courses;
  private final boolean choosesModel;
  private final StateShelf shelf;
  private final Outbox outbox = new Outbox();
  private final Map<DeviceId, DeviceRuntime> atHand = new ConcurrentHashMap<>();
  private final Map<DeviceId, Double> passes = new ConcurrentHashMap<>();
  private final Map<DeviceId, Map<String, SampleBatch>> fetched = new ConcurrentHashMap<>();

  /** Devices whose personal model is of the last global one that they were sent. */
  private final Set<DeviceId> personal = ConcurrentHashMap.newKeySet();

  /** What many have fetched alike, as the base set is. */
  private volatile Map<String, SampleBatch> alike = Map.of();

  private int begun = -1;

  /**
   * Devices that have not been made.
   *
   * @param ids of all, and of the holder of the base set, which stays in memory
   * @param maker makes a device as it is at first, however often and for several threads at once
   * @param courses what devices come into
   * @param choosesModel whether a device works to take a model, as it does where it is sent several
   * @param shelf empty; closed with the devices
   */
  public ShelvedDevices(
      Collection<DeviceId> ids,
      Function<DeviceId, DeviceRuntime> maker,
      Courses courses,
      boolean choosesModel,
      StateShelf shelf) {
    this.ids = new TreeSet<>(ids);
    this.maker = maker;
    this.courses = courses;
    this.choosesModel = choosesModel;
    this.shelf = shelf;
  }

  @Override
  public NavigableSet<DeviceId> ids() {
    return ids;
  }

  /** Who is made again finds itself where it then is. */
  @Override
  public void begin(int before, int round) {
    begun = round;
    atHand.forEach(
        (device, runtime) -> courses.met(device, before, round).ifPresent(runtime::meet));
  }

  @Override
  public <T> T work(DeviceId device, Function<DeviceRuntime, T> work) {
    DeviceRuntime here = atHand.remove(device);
    DeviceRuntime runtime = here != null ? here : again(device);
    T done = work.apply(runtime);
    putBack(device, runtime);
    return done;
  }

  private DeviceRuntime again(DeviceId device) {
    if (!ids.contains(device)) {
      throw new IllegalArgumentException("no device " + device);
    }
    DeviceRuntime runtime = maker.apply(device);
    Outbox.Had had = outbox.of(device);
    Optional<StateShelf.Shelved> shelved = shelf.get(device);
    if (shelved.isPresent() || had.model().length > 0) {
      runtime.restore(
          shelved.map(StateShelf.Shelved::state).orElseGet(runtime::state),
          fetched.getOrDefault(device, Map.of()),
          had.model(),
          had.shown());
    }
    Remembered memory = shelved.map(StateShelf.Shelved::memory).orElse(Remembered.NOTHING);
    Double before = passes.remove(device);
    runtime.remember(
        personal.contains(device) ? memory : memory.withoutPersonal(), before == null ? 0 : before);
    courses.met(device, -1, begun).ifPresent(runtime::meet);
    return runtime;
  }

  private void putBack(DeviceId device, DeviceRuntime runtime) {
    if (runtime.isSwapping() || device.equals(Envelope.BASE)) {
      atHand.put(device, runtime);
      return;
    }
    double work = runtime.takeForwardPasses();
    if (work != 0) {
      passes.put(device, work);
    }
    keepBlocks(device, runtime.fetchedBlocks());
    Remembered memory = runtime.remembered();
    if (memory.personal().isPresent()) {
      personal.add(device);
    }
    shelf.put(device, new StateShelf.Shelved(runtime.state(), memory));
  }

  private void keepBlocks(DeviceId device, Map<String, SampleBatch> blocks) {
    if (blocks.isEmpty()) {
      fetched.remove(device);
      return;
    }
    Map<String, SampleBatch> known = alike; // which another thread may change meanwhile
    if (!blocks.equals(known)) {
      known = blocks;
      alike = blocks;
    }
    fetched.put(device, known);
  }

  @Override
  public boolean takesUnseen(DeviceId device, List<Envelope> inbox) {
    return !atHand.containsKey(device)
        && !device.equals(Envelope.BASE)
        && inbox.stream().map(Envelope::message).allMatch(this::isTakenUnseen);
  }

  private boolean isTakenUnseen(Message message) {
    return message instanceof Message.CloseSwaps
        || (message instanceof Message.GlobalModel && !choosesModel);
  }

  @Override
  public void delivered(Collection<List<Envelope>> inboxes) {
    List<Envelope> all = inboxes.stream().flatMap(List::stream).toList();
    outbox.sent(all);
    for (Envelope envelope : all) {
      if (envelope.message() instanceof Message.GlobalModel) {
        personal.remove(envelope.to());
      }
    }
  }

  @Override
  public double takeForwardPasses(DeviceId device) {
    DeviceRuntime here = atHand.get(device);
    if (here != null) {
      return here.takeForwardPasses();
    }
    Double work = passes.remove(device);
    return work == null ? 0 : work;
  }

  /**
   * None stays but the holder of the base set.
   *
   * @throws IllegalStateException for others
   */
  @Override
  public DeviceRuntime runtime(DeviceId device) {
    DeviceRuntime here = atHand.get(device);
    if (here == null) {
      throw new IllegalStateException(device + " is not in memory");
    }
    return here;
  }

  /** Read from the shelf when they are asked for. */
  @Override
  public Map<String, PersonalModel> personalModels() {
    SortedMap<String, DeviceId> names = new TreeMap<>();
    personal.forEach(device -> names.put(device.name(), device));
    return new LazyMap<>(names, device -> again(device).personal().orElseThrow());
  }

  /** Read from the shelf when they are asked for. */
  @Override
  public Map<String, DeviceRuntime.State> states() {
    SortedMap<String, DeviceId> names = new TreeMap<>();
    ids.forEach(device -> names.put(device.name(), device));
    return new LazyMap<>(names, this::state);
  }

  private DeviceRuntime.State state(DeviceId device) {
    DeviceRuntime here = atHand.get(device);
    if (here != null) {
      return here.state();
    }
    return shelf
        .get(device)
        .map(StateShelf.Shelved::state)
        .orElseGet(() -> maker.apply(device).state());
  }

  @Override
  public Map<String, SampleBatch> blocks() {
    Map<String, SampleBatch> blocks = new TreeMap<>();
    fetched.values().forEach(blocks::putAll);
    atHand.values().forEach(runtime -> blocks.putAll(runtime.fetchedBlocks()));
    return blocks;
  }

  @Override
  public void restore(
      FleetState state, Function<DeviceId, float[]> models, List<GroupModel> shown) {
    state
        .devices()
        .forEach(
            (name, saved) -> {
              DeviceId device = new DeviceId(name);
              outbox.restore(device, models.apply(device), shown);
              Map<String, SampleBatch> blocks = new TreeMap<>();
              for (String block : saved.store().fetched()) {
                blocks.put(block, Objects.requireNonNull(state.blocks().get(block), block));
              }
              keepBlocks(device, blocks);
              shelf.put(device, new StateShelf.Shelved(saved, Remembered.NOTHING));
            });
    if (state.devices().containsKey(Envelope.BASE.name())) {
      atHand.put(Envelope.BASE, again(Envelope.BASE));
    }
  }

  @Override
  public void close() {
    shelf.close();
  }
}
