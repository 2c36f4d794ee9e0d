package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.client.FleetClient;
import dev.kula.client.RenewedLine;
import dev.kula.data.DeviceId;
import dev.kula.pki.Authority;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.server.FleetPort;
import dev.kula.server.LiveFleet;
import dev.kula.store.Checkpoints;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All processes of a fleet on sockets with TLS, and what befalls them: {@link Fates} says what,
 * this does it, and starts again whoever a fault has ended, as systemd does.
 */
final class FaultSchedule {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final Duration RESTART = Duration.ofMillis(100);
  private static final int MOST_SERVERS = 3;
  private static final int MOST_STOPPED_MEMBERS = 10;

  private final SmallFleet fleet;
  private final FleetIdentities identities;
  private final Fates fates;
  private final BlockingQueue<Action> due = new LinkedBlockingQueue<>();
  private final List<RoughProxy> proxies = new ArrayList<>();
  private final List<MemberProcess> members = new ArrayList<>();
  private final List<SkewedClock> clocks = new ArrayList<>();
  private final List<Disk> disks = new ArrayList<>();
  private final SkewedClock serverClock = new SkewedClock();
  private final Disk serverDisk;
  private @Nullable ServerProcess server;

  /** What was told of each round at last, by whichever server. */
  final TreeMap<Integer, RoundRecord> rounds = new TreeMap<>();

  final TreeMap<Integer, List<RunEvent>> events = new TreeMap<>();

  /** How many of each kind there were. */
  final ConcurrentSkipListMap<String, Integer> happened = new ConcurrentSkipListMap<>();

  /** What servers would print of who was not let in. */
  final List<String> notAdmitted = new CopyOnWriteArrayList<>();

  /** What is to be done by the thread that runs the schedule. */
  private interface Action {
    void run() throws Exception;
  }

  /** A clock that can be wrong. */
  private static final class SkewedClock implements InstantSource {
    private volatile Duration by = Duration.ZERO;

    @Override
    public Instant instant() {
      return InstantSource.system().instant().plus(by);
    }
  }

  FaultSchedule(SmallFleet fleet, long seed) throws IOException, InterruptedException {
    this.fleet = fleet;
    this.fates = new Fates(new Seed(seed), fleet.members().size());
    this.identities = FleetIdentities.create(fleet.directory(), InstantSource.system());
    this.serverDisk = Disk.mount(fleet.directory().resolve("disk-server"));
    identities.issue(FleetIdentities.SERVER, Authority.VALIDITY);
    Fault.Expiry expiry = fates.expiry();
    for (int i = 0; i < fates.members(); i++) {
      int member = i;
      clocks.add(new SkewedClock());
      disks.add(Disk.mount(fleet.directory().resolve("disk-" + i)));
      proxies.add(new RoughProxy(number -> fates.passage(member, number), this::befell));
      identities.issue(
          fleet.members().get(i), i == expiry.member() ? expiry.after() : Authority.VALIDITY);
    }
    due.add(() -> befall(expiry));
  }

  private void count(Fault fault) {
    count(fault.getClass().getSimpleName());
  }

  private void count(String what) {
    happened.merge(what, 1, Integer::sum);
  }

  private void befell(Passage passage) {
    count(passage.end());
    passage.then().ifPresent(fault -> due.add(() -> befall(fault)));
  }

  /**
   * Until the run ends.
   *
   * @throws ExecutionException if a process failed for a reason that no fault explains
   */
  RunResult run() throws Exception {
    server = new ServerProcess();
    try {
      for (int i = 0; i < fates.members(); i++) {
        members.add(new MemberProcess(i));
      }
      long end = System.nanoTime() + LONGEST.toNanos();
      while (true) {
        if (System.nanoTime() > end) {
          throw new ExecutionException(new AssertionError("it is not over after " + LONGEST));
        }
        Action next = due.poll(20, TimeUnit.MILLISECONDS);
        if (next != null) {
          next.run();
        }
        for (MemberProcess member : List.copyOf(members)) {
          member.startAgainIfItFell();
        }
        ServerProcess now = server();
        if (now.result.isDone()) {
          if (!now.result.isCompletedExceptionally()) {
            return now.result.get();
          }
          requireExplained(now.result);
          Thread.sleep(RESTART);
          server = new ServerProcess();
        }
      }
    } finally {
      end();
    }
  }

  private void end() throws Exception {
    try {
      for (Disk disk : disks) {
        disk.free();
      }
      server().stop();
      for (MemberProcess member : members) {
        member.stop();
      }
      for (RoughProxy proxy : proxies) {
        proxy.close();
      }
    } finally {
      serverDisk.close();
      for (Disk disk : disks) {
        disk.close();
      }
    }
  }

  /** What the last server would print of its fleet. */
  List<String> refusals() {
    return server().refusals;
  }

  private ServerProcess server() {
    return Objects.requireNonNull(server);
  }

  private void befall(Fault.OfProcess fault) throws Exception {
    switch (fault) {
      case Fault.StopMember stop -> {
        if (happened.getOrDefault("StopMember", 0) < MOST_STOPPED_MEMBERS) {
          count(fault);
          members.get(stop.member()).stop();
          members.set(stop.member(), new MemberProcess(stop.member()));
        }
      }
      case Fault.StopServer stop -> {
        if (happened.getOrDefault("StopServer", 0) < MOST_SERVERS - 1) {
          count(fault);
          if (!server().stop()) {
            server = new ServerProcess();
          }
        }
      }
      case Fault.FullDisk full -> fill(fault, disks.get(full.member()), full.lasts());
      case Fault.FullServerDisk full -> fill(fault, serverDisk, full.lasts());
      case Fault.Clock clock -> set(fault, clocks.get(clock.member()), clock.by(), clock.lasts());
      case Fault.ServerClock clock -> set(fault, serverClock, clock.by(), clock.lasts());
      case Fault.Expiry expiry ->
          after(
              expiry.after().plusMillis(300),
              () -> {
                count(fault);
                identities.renew(fleet.members().get(expiry.member()));
              });
    }
  }

  private void fill(Fault fault, Disk disk, Duration lasts) throws IOException {
    if (!disk.isMounted()) {
      return;
    }
    count(fault);
    disk.fill();
    after(lasts, disk::free);
  }

  private void set(Fault fault, SkewedClock clock, Duration by, Duration lasts) {
    count(fault);
    clock.by = by;
    after(lasts, () -> clock.by = Duration.ZERO);
  }

  private void after(Duration time, Action what) {
    CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS)
        .execute(() -> due.add(what));
  }

  /**
   * A process may end because its disk is full, or nobody would believe its certificate now, or the
   * server does not as it begins.
   */
  private void requireExplained(CompletableFuture<?> ended) throws Exception {
    try {
      ended.get();
    } catch (ExecutionException failure) {
      String why =
          failure.getCause() instanceof KulaException known
              ? String.valueOf(known.getMessage())
              : "";
      boolean full = why.contains("No space left on device");
      if (!full
          && !why.startsWith("own certificate cannot be used")
          && !why.contains(" held until ")
          && !why.contains(" holds from ")) {
        throw failure;
      }
      count(full ? "ended by a full disk" : "ended by a certificate");
    }
  }

  /** A device, or the monitor. */
  private final class MemberProcess {
    private final int index;
    private final CompletableFuture<Void> ended;
    private volatile @Nullable FleetClient client;
    private volatile boolean stopped;

    MemberProcess(int index) {
      this.index = index;
      ended =
          CompletableFuture.runAsync(
              this::attend, task -> Thread.ofPlatform().daemon().start(task));
    }

    private void attend() {
      DeviceId id = fleet.members().get(index);
      Path log = disks.get(index).path().resolve("member.jobs");
      try (RenewedLine line =
              RenewedLine.open(
                  FleetIdentities.HOST,
                  proxies.get(index).port(),
                  identities.tls(id, clocks.get(index)),
                  FleetIdentities.role(id));
          var worker = fleet.member(id, log)) {
        FleetClient attending = new FleetClient(line, worker, 1 << 26, Optional.empty());
        client = attending;
        if (!stopped) {
          attending.run();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void startAgainIfItFell() throws Exception {
      if (ended.isCompletedExceptionally()) {
        requireExplained(ended);
        Thread.sleep(RESTART);
        members.set(index, new MemberProcess(index));
      }
    }

    void stop() throws Exception {
      stopped = true;
      FleetClient attending = client;
      if (attending != null) {
        attending.stop();
      }
      try {
        ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException failed) {
        requireExplained(ended);
      }
    }
  }

  /** The server; it goes on after its last checkpoint if there is one. */
  private final class ServerProcess implements RunListener {
    private final Path checkpoint = serverDisk.path().resolve("checkpoint.cbor");
    private final CompletableFuture<RunResult> result = new CompletableFuture<>();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean stopped;

    ServerProcess() {
      thread = Thread.ofPlatform().daemon().start(this::run);
    }

    private void run() {
      try (LiveFleet rehearsal =
          fleet.rehearsal(serverDisk.path().resolve("base.jobs"), PATIENCE, refusals::add, this)) {
        result.complete(serve(rehearsal));
      } catch (InterruptedException | IOException | RuntimeException | AssertionError e) {
        if (!stopped) {
          result.completeExceptionally(e);
        }
      }
    }

    private RunResult serve(LiveFleet rehearsal) throws InterruptedException, IOException {
      FleetPort port =
          FleetPort.open(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              identities.tls(FleetIdentities.SERVER, serverClock),
              rehearsal.service(),
              notAdmitted::add);
      try {
        proxies.forEach(proxy -> proxy.target(port.port()));
        if (!rehearsal.server().await(proxies.size(), PATIENCE)) {
          throw new AssertionError("absent: " + rehearsal.server().absent());
        }
        if (Checkpoints.exists(checkpoint)) {
          rehearsal.restore(Checkpoints.read(checkpoint, RunState.class).state());
        }
        RunResult result = rehearsal.run();
        rehearsal.dismiss();
        return result;
      } finally {
        Thread.currentThread().interrupt(); // a process that is killed does not wait for calls
        port.close();
      }
    }

    @Override
    public void round(RoundRecord round, List<RunEvent> happened) {
      rounds.put(round.round(), round);
      events.put(round.round(), happened);
    }

    @Override
    public void checkpoint(Supplier<RunState> state) {
      Checkpoints.write(checkpoint, state.get());
    }

    /** Whether it had ended before. */
    boolean stop() throws InterruptedException {
      stopped = true;
      thread.interrupt();
      thread.join(PATIENCE);
      return result.isDone();
    }
  }
}
