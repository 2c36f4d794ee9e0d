package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.data.SealingKey;
import dev.kula.wire.Incoming;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Outgoing;
import dev.kula.wire.Pipe;
import dev.kula.wire.Result;
import dev.kula.wire.SealingKeys;
import dev.kula.wire.v1.FleetGrpc;
import dev.kula.wire.v1.Frame;
import dev.kula.wire.v1.FromDevice;
import dev.kula.wire.v1.Hello;
import dev.kula.wire.v1.ToDevice;
import dev.kula.wire.v1.Welcome;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Attends a fleet: takes jobs from the server, lets a {@link Worker} do them, and sends what comes
 * of them. A broken connection is made again, for as long as it takes; nothing that had come or
 * been done is lost with it.
 *
 * <p>{@link #run} is for one thread; {@link #stop} may be called by any.
 */
public final class FleetClient {
  /** Messages that wait for the device at the most; then the connection waits. */
  private static final int UNREAD = 8;

  /**
   * How long a server may take none of a result, in nanoseconds; then it is sent when asked for.
   */
  private static final long WAIT = Duration.ofMinutes(5).toNanos();

  /** What does not change by trying again. */
  private static final Set<Status.Code> FOR_GOOD =
      EnumSet.of(
          Status.Code.PERMISSION_DENIED,
          Status.Code.UNAUTHENTICATED,
          Status.Code.INVALID_ARGUMENT,
          Status.Code.UNIMPLEMENTED);

  private static final Duration LEAST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Supplier<ManagedChannel> channel;
  private final Optional<RenewedLine> renewable;
  private final Worker<?> worker;
  private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(UNREAD);
  private final Optional<SealingKey> shown;
  private final Incoming incoming;

  private volatile @Nullable String trouble;
  private volatile boolean stopped;
  private final CountDownLatch stop = new CountDownLatch(1);

  /** The session in which a server has welcomed this device, while it lasts. */
  private volatile @Nullable Session connected;

  private final AtomicLong jobs = new AtomicLong();

  /** What came of the last job; null if this process has not sent it yet. */
  private @Nullable Outgoing result;

  /** What one session says, and that it is over. */
  private sealed interface Event {
    record Said(Session session, ToDevice what) implements Event {}

    record Over(Session session, Status why) implements Event {}

    record Stop() implements Event {}
  }

  /** As below, of what is sealed to by nobody: a monitor, or a device that rehearses. */
  public FleetClient(ManagedChannel channel, Worker<?> worker, long limit) {
    this(channel, worker, limit, Optional.empty());
  }

  /**
   * A device that has not connected yet.
   *
   * @param channel to the server, that has authenticated both sides; not closed
   * @param worker does the jobs; not closed
   * @param limit bytes of a job at the most
   * @param shown what other devices seal their messages to
   */
  public FleetClient(
      ManagedChannel channel, Worker<?> worker, long limit, Optional<SealingKey> shown) {
    this(() -> channel, Optional.empty(), worker, limit, shown);
  }

  /**
   * Likewise, of a device that, once it has been welcomed, goes on if its certificate runs out, or
   * is refused by a clock that is wrong: it tries again, with the certificate that is in its file
   * then.
   *
   * @param line to the server; not closed
   */
  public FleetClient(RenewedLine line, Worker<?> worker, long limit, Optional<SealingKey> shown) {
    this(line::channel, Optional.of(line), worker, limit, shown);
  }

  private FleetClient(
      Supplier<ManagedChannel> channel,
      Optional<RenewedLine> renewable,
      Worker<?> worker,
      long limit,
      Optional<SealingKey> shown) {
    this.channel = channel;
    this.renewable = renewable;
    this.worker = worker;
    this.shown = shown;
    this.incoming = new Incoming(limit);
  }

  /** What is left to send to the server. */
  private Outgoing encoded(long job, Result made) {
    Result left = worker.direct().map(others -> others.hand(job, made)).orElse(made);
    return new Outgoing(job, JobCodec.encode(left));
  }

  /**
   * Attends until {@link #stop} is called or the fleet ends.
   *
   * @throws KulaException if the server refuses this device; for its certificate only before any
   *     server has welcomed it, if it has a {@link RenewedLine}
   */
  public void run() throws InterruptedException {
    try {
      attend();
    } finally {
      stopped = true;
    }
  }

  private void attend() throws InterruptedException {
    Duration pause = LEAST_PAUSE;
    boolean welcomedOnce = false;
    while (true) {
      Session session = new Session();
      channel.get().resetConnectBackoff(); // this waits between attempts, and not for minutes
      FleetGrpc.newStub(channel.get()).attend(session);
      session.greet(hello());
      Optional<Status> over = attend(session);
      if (over.isEmpty()) {
        session.pipe().end();
        return;
      }
      Status why = over.get();
      if (why.isOk()) {
        return;
      }
      welcomedOnce |= session.welcomed;
      boolean refused =
          why.getCode() == Status.Code.UNAUTHENTICATED && renewable.isPresent() && welcomedOnce;
      if (!refused && FOR_GOOD.contains(why.getCode())) {
        throw KulaException.remote(refusal(why));
      }
      trouble =
          refused
              ? refusal(why) + "; this device goes on trying, with what its file holds then"
              : described(why);
      pause = session.welcomed ? LEAST_PAUSE : longer(pause);
      if (stopsWithin(pause)) {
        return;
      }
      while (refused && !renewed()) {
        pause = longer(pause);
        if (stopsWithin(pause)) {
          return;
        }
      }
    }
  }

  /** Waits about so long, and not all devices until the same moment. */
  private boolean stopsWithin(Duration pause) throws InterruptedException {
    Duration wait =
        pause.multipliedBy(ThreadLocalRandom.current().nextLong(50, 150)).dividedBy(100);
    return stop.await(wait.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Whether it may try with the certificate that is in its file now. */
  private boolean renewed() {
    try {
      renewable.ifPresent(RenewedLine::renew);
      return true;
    } catch (KulaException useless) {
      trouble = useless.getMessage();
      return false;
    }
  }

  private static String refusal(Status why) {
    return "the server refuses this device: %s"
        .formatted(why.getDescription() == null ? why.getCode() : why.getDescription());
  }

  private Hello hello() {
    Hello.Builder hello =
        Hello.newBuilder()
            .setVersion(JobCodec.VERSION)
            .setServer(worker.server())
            .setJob(worker.job())
            .setPartial(incoming.partial(worker.job() + 1));
    shown.map(SealingKeys::encode).ifPresent(hello::setSealing);
    worker.direct().ifPresent(others -> hello.setAddress(others.address().toString()));
    return hello.build();
  }

  /** What is at the bottom of it: gRPC says little more than that there is no connection. */
  private static String described(Status why) {
    String line = why.getDescription() == null ? why.getCode().toString() : why.getDescription();
    for (Throwable at = why.getCause(); at != null; at = at.getCause()) {
      if (at.getMessage() != null) {
        line = at.getMessage();
      }
      if (at instanceof KulaException) {
        return line;
      }
    }
    return "the server cannot be reached (%s); this device goes on trying".formatted(line);
  }

  /** Whether a server has welcomed this device, and the connection holds. */
  public boolean isConnected() {
    return connected != null;
  }

  /** Jobs that were done since the process began. */
  public long jobs() {
    return jobs.get();
  }

  /** Why there is no connection; empty while there is one, and before one was tried. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  /** What does the jobs. */
  public Worker<?> worker() {
    return worker;
  }

  /** Ends {@link #run} after the job that is being done. */
  public void stop() {
    stopped = true;
    stop.countDown();
    events.offer(new Event.Stop()); // where there is no room, there is something to wake it up
  }

  /** Waits for room, which there is no more when nobody attends. */
  private void put(Event event) {
    try {
      while (!stopped && !events.offer(event, LEAST_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        // the device is at work
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Until the session is over; empty if the device was told to stop. */
  private Optional<Status> attend(Session session) throws InterruptedException {
    while (true) {
      Event event = events.take();
      if (stopped) {
        return Optional.empty();
      }
      switch (event) {
        case Event.Stop stop -> {}
        case Event.Over over -> {
          if (over.session() == session) {
            return Optional.of(over.why());
          }
        }
        case Event.Said said -> {
          if (said.session() == session) {
            try {
              hear(session, said.what());
            } catch (KulaException broken) {
              if (broken.blame() != KulaException.Blame.REMOTE || worker.runner().isEmpty()) {
                throw broken; // there is nothing to go on with
              }
              session.pipe().end();
              return Optional.of(Status.DATA_LOSS.withDescription(broken.getMessage()));
            }
          }
        }
      }
    }
  }

  private void hear(Session session, ToDevice said) {
    switch (said.getWhatCase()) {
      case WELCOME -> welcome(session, said.getWelcome());
      case JOB -> take(session, said.getJob());
      case WHAT_NOT_SET -> throw KulaException.remote("a message is empty, must say something");
    }
  }

  private void welcome(Session session, Welcome welcome) {
    session.welcomed = true;
    connected = session;
    if (session.over) {
      connected = null; // while its welcome was on the way
    }
    trouble = null;
    if (!welcome.getServer().equals(worker.server())) {
      result = null;
    }
    worker.welcome(welcome);
    if (worker.job() > welcome.getResult()) {
      Outgoing last = result;
      long from = welcome.getPartial();
      if (last == null) {
        last = encoded(worker.job(), worker.result().orElseThrow());
        from = worker.direct().isPresent() ? 0 : from; // what others took may be another part
      }
      result = last;
      send(session, last, from);
    }
  }

  private void take(Session session, Frame frame) {
    if (worker.runner().isEmpty()) {
      throw KulaException.remote("a job came before the welcome, must come after it");
    }
    Optional<byte[]> whole = incoming.take(frame);
    if (whole.isPresent()) {
      Outgoing made = encoded(frame.getJob(), worker.take(frame.getJob(), whole.get()));
      result = made;
      jobs.incrementAndGet();
      send(session, made, 0);
    }
  }

  private static void send(Session session, Outgoing result, long from) {
    result.send(
        from,
        frame ->
            session
                .pipe()
                .write(FromDevice.newBuilder().setResult(frame).build(), System.nanoTime() + WAIT));
  }

  /** One connection. Its events go to the thread that runs the device. */
  private final class Session implements ClientResponseObserver<FromDevice, ToDevice> {
    private @Nullable Pipe<FromDevice> pipe;
    private boolean welcomed;
    private volatile boolean over;

    @Override
    public void beforeStart(ClientCallStreamObserver<FromDevice> stream) {
      pipe = new Pipe<>(stream);
    }

    Pipe<FromDevice> pipe() {
      if (pipe == null) {
        throw new IllegalStateException("the call has not begun");
      }
      return pipe;
    }

    private void ended() {
      over = true;
      if (connected == this) {
        connected = null;
      }
      pipe().broken();
    }

    void greet(Hello hello) {
      pipe().greet(FromDevice.newBuilder().setHello(hello).build());
    }

    @Override
    public void onNext(ToDevice said) {
      put(new Event.Said(this, said));
    }

    @Override
    public void onError(Throwable broken) {
      ended();
      put(new Event.Over(this, Status.fromThrowable(broken)));
    }

    @Override
    public void onCompleted() {
      ended();
      put(new Event.Over(this, Status.OK));
    }
  }
}
