package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.OneLine;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.peer.Peer;
import dev.kula.wire.Introduction;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.MessageCodec;
import dev.kula.wire.Outgoing;
import dev.kula.wire.PeerAddress;
import dev.kula.wire.Result;
import dev.kula.wire.identity.Tls;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a device and others hand to each other, so that the orchestrator need not carry it: of what
 * is large, before a result goes out, the message itself goes to its receiver, and the orchestrator
 * is left a {@link Message.Handed}; that comes with a job, and before the job is written down the
 * message is put in its place. So neither the device nor its log knows which way a message came.
 * Whoever cannot be reached in time is told through the orchestrator.
 *
 * <p>Jobs and results are one thread's; the rest is thread safe.
 */
public final class DirectTalk implements AutoCloseable {
  /** Whose messages go through the orchestrator is tried again after this. */
  private static final Duration PAUSE = Duration.ofMinutes(5);

  private final Terms terms;
  private final Tls tls;
  private final Parcels parcels;
  private final PeerPort port;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final PeerAddress address;
  private final Consumer<String> troubles;

  /** Devices that this one was introduced to, and how they are reached if they are. */
  private final Map<DeviceId, Other> others = new ConcurrentHashMap<>();

  private final AtomicLong handed = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong missed = new AtomicLong();

  /**
   * How much, and how long.
   *
   * @param large bytes from which on a message is handed
   * @param share bytes that one device may hand in a round
   * @param room bytes that all may
   * @param within how long handing a message may take
   */
  public record Terms(long large, long share, long room, Duration within) {
    /** 2 KiB, 64 MiB, 256 MiB, 10 s. */
    public static Terms defaults() {
      return new Terms(1L << 11, 1L << 26, 1L << 28, Duration.ofSeconds(10));
    }
  }

  /** Another device. */
  private static final class Other {
    final Optional<PeerAddress> address;

    /** Of {@link System#nanoTime}; null if it could always be reached. */
    @Nullable Long missedAt;

    Other(Optional<PeerAddress> address) {
      this.address = address;
    }

    boolean mayBeReached() {
      return address.isPresent()
          && (missedAt == null || System.nanoTime() - missedAt > PAUSE.toNanos());
    }
  }

  private DirectTalk(
      InetSocketAddress listen,
      Optional<PeerAddress> shown,
      Tls tls,
      Path directory,
      Terms terms,
      Consumer<String> troubles) {
    this.terms = terms;
    this.tls = tls;
    this.troubles = troubles;
    this.parcels = new Parcels(directory, terms.share(), terms.room());
    this.port = PeerPort.open(listen, tls, new Taker());
    this.address = shown.orElseGet(() -> new PeerAddress(listen.getHostString(), port.port()));
  }

  /**
   * Listens.
   *
   * @param listen port 0 for any that is free
   * @param shown where others reach it, if that is not where it listens
   * @param tls of a device
   * @param directory for what others hand, until a round ends; made if it is not there
   * @param troubles is told in a line who could not be reached, and who was refused; from any
   *     thread
   * @throws KulaException the user's mistake, if the address is taken; RESOURCE if the directory
   *     cannot be kept
   */
  public static DirectTalk open(
      InetSocketAddress listen,
      Optional<PeerAddress> shown,
      Tls tls,
      Path directory,
      Terms terms,
      Consumer<String> troubles) {
    return new DirectTalk(listen, shown, tls, directory, terms, troubles);
  }

  /** Where others reach it. */
  public PeerAddress address() {
    return address;
  }

  /** Bytes of messages that this device has handed to others since the process began. */
  public long handed() {
    return handed.get();
  }

  /** Bytes of messages that others have handed to it. */
  public long received() {
    return received.get();
  }

  /** How often somebody was refused that wanted to hand something. */
  public long refused() {
    return refused.get();
  }

  /** How often somebody could not be reached. */
  public long missed() {
    return missed.get();
  }

  /** What may be handed to this device, and by whom. */
  private final class Taker implements PeerPort.Receiver {
    @Override
    public boolean expects(DeviceId caller) {
      return others.containsKey(caller);
    }

    @Override
    public Parcels.Arriving receive(DeviceId caller, long bytes) {
      return parcels.receive(caller, bytes);
    }

    @Override
    public void received(long bytes) {
      received.addAndGet(bytes);
    }

    @Override
    public void refused(String line) {
      refused.incrementAndGet();
      troubles.accept(OneLine.of("refused: " + line));
    }
  }

  /** Takes note of others; who is not to be believed stays a stranger. */
  void meet(List<Introduction> introductions) {
    for (Introduction introduction : introductions) {
      try {
        Peer peer = Acquaintances.introduced(introduction, tls.trust());
        others.compute(
            peer.name(),
            (name, known) ->
                known != null && known.address.equals(introduction.address())
                    ? known
                    : new Other(introduction.address()));
      } catch (KulaException stranger) {
        troubles.accept("an introduction: " + JobRunner.failed(stranger).reason());
      }
    }
  }

  /** A round begins; what was handed in the last one is of no more use. */
  void begin() {
    parcels.begin();
  }

  /**
   * A delivery with what was handed in its place; what is not there is let lie. Empty if nothing
   * was handed.
   */
  Optional<Job.Deliver> complete(Job.Deliver delivery) {
    if (delivery.inbox().stream().noneMatch(DirectTalk::isHanded)) {
      return Optional.empty();
    }
    List<Envelope> inbox = new ArrayList<>();
    for (Envelope envelope : delivery.inbox()) {
      if (envelope.message() instanceof Message.Handed claim) {
        found(envelope.from(), claim)
            .ifPresent(message -> inbox.add(new Envelope(envelope.from(), envelope.to(), message)));
      } else {
        inbox.add(envelope);
      }
    }
    return Optional.of(sound(with(delivery, inbox)));
  }

  private static Job.Deliver with(Job.Deliver delivery, List<Envelope> inbox) {
    return new Job.Deliver(
        delivery.introductions(), inbox, delivery.now(), delivery.inferenceSeconds());
  }

  /**
   * Without what others said, if all of it together is more than a job may be: who does a job again
   * has to be able to read it.
   */
  private Job.Deliver sound(Job.Deliver complete) {
    try {
      JobCodec.decodeJob(JobCodec.encode(complete));
      return complete;
    } catch (KulaException tooMuch) {
      troubles.accept(OneLine.of("what was handed is let lie: %s".formatted(tooMuch.getMessage())));
      return with(
          complete,
          complete.inbox().stream()
              .filter(one -> one.from().name().startsWith(Envelope.RESERVED))
              .toList());
    }
  }

  private static boolean isHanded(Envelope envelope) {
    return envelope.message() instanceof Message.Handed;
  }

  private Optional<Message> found(DeviceId from, Message.Handed claim) {
    Optional<byte[]> parcel = parcels.find(from, claim.digest());
    if (parcel.isEmpty()) {
      return lost(from, "is not here");
    }
    try {
      Message message = MessageCodec.decode(parcel.get());
      boolean same =
          !(message instanceof Message.Handed)
              && message.kind() == claim.of()
              && message.bytes() == claim.bytes();
      return same ? Optional.of(message) : lost(from, "is of another kind or size than it says");
    } catch (KulaException broken) {
      return lost(from, String.valueOf(broken.getMessage()));
    }
  }

  private Optional<Message> lost(DeviceId from, String why) {
    troubles.accept(OneLine.of("what '%s' handed %s; it is let lie".formatted(from, why)));
    return Optional.empty();
  }

  /**
   * Hands what is large to its receivers, to several of them at the same time.
   *
   * @param job that it answers
   * @return what is left to the orchestrator
   */
  Result hand(long job, Result result) {
    if (!(result instanceof Result.Said said)) {
      return result;
    }
    Map<DeviceId, List<Integer>> large = new TreeMap<>();
    for (int i = 0; i < said.envelopes().size(); i++) {
      Envelope envelope = said.envelopes().get(i);
      Other other = others.get(envelope.to());
      if (envelope.message().bytes() >= terms.large() && other != null && other.mayBeReached()) {
        large.computeIfAbsent(envelope.to(), to -> new ArrayList<>()).add(i);
      }
    }
    if (large.isEmpty()) {
      return result;
    }
    List<Envelope> left = new ArrayList<>(said.envelopes());
    List<Errand> errands = new ArrayList<>();
    large.forEach((to, which) -> errands.add(errand(job, to, which, left)));
    long end = System.nanoTime() + terms.within().toNanos();
    for (Errand errand : errands) {
      Optional<String> why = outcome(errand, end);
      for (int i = 0; i < errand.call().taken(); i++) {
        Outgoing parcel = errand.parcels().get(i);
        handed.addAndGet(parcel.size());
        left.set(errand.which().get(i), named(left.get(errand.which().get(i)), parcel));
      }
      why.ifPresent(reason -> missed(errand, reason));
    }
    return new Result.Said(left, said.passes());
  }

  /** What is on its way to one device: of the envelopes, those of these numbers. */
  private record Errand(
      DeviceId to, List<Integer> which, List<Outgoing> parcels, PeerCall call, Future<Void> over) {}

  private Errand errand(long job, DeviceId to, List<Integer> which, List<Envelope> said) {
    List<Outgoing> parcels =
        which.stream()
            .map(i -> new Outgoing(job, MessageCodec.encode(said.get(i).message())))
            .toList();
    PeerCall call = new PeerCall(to, other(to).address.orElseThrow(), tls, parcels);
    return new Errand(to, which, parcels, call, threads.submit(call));
  }

  /** Why not all of it was handed; empty if it was. */
  private static Optional<String> outcome(Errand errand, long end) {
    try {
      errand.over().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      return Optional.empty();
    } catch (TimeoutException slow) {
      return Optional.of("no receipt in time");
    } catch (ExecutionException broken) {
      return Optional.of(described(broken));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    } finally {
      errand.call().close(); // also what is not waited for any longer
    }
  }

  /** What is at the bottom of it says most. */
  private static String described(Throwable broken) {
    String line = broken.toString();
    for (Throwable at = broken; at != null; at = at.getCause()) {
      if (at.getMessage() != null) {
        line = at.getMessage();
      }
    }
    return line;
  }

  private static Envelope named(Envelope envelope, Outgoing parcel) {
    Message message = envelope.message();
    return new Envelope(
        envelope.from(),
        envelope.to(),
        new Message.Handed(message.kind(), message.bytes(), parcel.digest()));
  }

  private Other other(DeviceId device) {
    return Objects.requireNonNull(others.get(device));
  }

  private void missed(Errand errand, String why) {
    Other other = other(errand.to());
    boolean refused =
        errand.over().state() == Future.State.FAILED
            && errand.over().exceptionNow() instanceof PeerCall.Refused;
    if (!refused) { // it answers at once, and may take the next one
      other.missedAt = System.nanoTime();
    }
    missed.incrementAndGet();
    troubles.accept(
        OneLine.of(
            "'%s' is told through the orchestrator, for it took not all at %s (%s)"
                .formatted(errand.to(), other.address.orElseThrow(), why)));
  }

  @Override
  public void close() {
    port.close();
    threads.shutdownNow();
  }
}
