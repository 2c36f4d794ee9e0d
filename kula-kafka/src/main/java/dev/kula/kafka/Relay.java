package dev.kula.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.server.Attended;
import dev.kula.server.DeviceLine;
import dev.kula.wire.Incoming;
import dev.kula.wire.Introduction;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import dev.kula.wire.v1.Frame;
import dev.kula.wire.v1.Hello;
import dev.kula.wire.v1.Welcome;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One session of a device, at a gateway. Thread safe. */
final class Relay implements Attended {
  /** Of a result at the most: what a record has room for. */
  private static final long RESULT_BYTES = KafkaFile.RECORD_BYTES - (1 << 16);

  /** How long a device may take none of a job; it has been given up long before. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final DeviceId device;
  private final String session;
  private final Gateway gateway;
  private final Function<String, byte[]> models;
  private final BlockingQueue<Letter> letters = new LinkedBlockingQueue<>();
  private final Incoming incoming = new Incoming(RESULT_BYTES);
  private volatile @Nullable DeviceLine line;
  private volatile @Nullable Thread speaker;
  private Hello hello = Hello.getDefaultInstance();

  /** Until which job the device has been told what it trains for; and which cohort that is. */
  private volatile Task task = new Task(0, "");

  private record Task(long job, String cohort) {}

  /**
   * A session that has not begun.
   *
   * @param models finds a model by its name, and may wait
   */
  Relay(DeviceId device, String session, Gateway gateway, Function<String, byte[]> models) {
    this.device = device;
    this.session = session;
    this.gateway = gateway;
    this.models = models;
  }

  @Override
  public void attend(DeviceLine to, Hello said, Optional<Introduction> shown) {
    line = to;
    hello = said;
    gateway.open(session, this);
    speaker = Thread.ofVirtual().name("kula-" + device).start(() -> speak(to));
    gateway.send(
        Letter.of(
                Letter.Kind.HELLO,
                device.name(),
                session,
                said.toBuilder().clearPartial().build().toByteArray())
            .shown(shown.map(Introduction::chain).orElse(List.of())));
  }

  /** A letter from the orchestrator has come. Does not wait. */
  void hear(Letter letter) {
    letters.add(letter);
  }

  private void speak(DeviceLine to) {
    try {
      while (true) {
        speak(to, letters.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the session is over
    } catch (KulaException | InvalidProtocolBufferException broken) {
      again(String.valueOf(broken.getMessage()));
    }
  }

  private void speak(DeviceLine to, Letter letter) throws InvalidProtocolBufferException {
    switch (letter.kind()) {
      case WELCOME -> {
        Welcome welcome = Welcome.parseFrom(letter.body());
        if (!welcome.getServer().equals(hello.getServer())) {
          hello = Hello.getDefaultInstance(); // what it has is another server's
        }
        task = new Task(letter.number(), letter.cohort());
        to.welcome(welcome);
      }
      case JOB -> {
        task = new Task(letter.number(), letter.cohort());
        long from = letter.number() == hello.getJob() + 1 ? hello.getPartial() : 0;
        to.send(
            letter.number(),
            JobCodec.decodeJob(Spliced.join(letter.body(), models)),
            from,
            System.nanoTime() + PATIENCE.toNanos());
      }
      case END -> to.end();
      case REFUSED -> to.fail(Status.PERMISSION_DENIED.withDescription(letter.text()));
      case AGAIN -> again("the orchestrator does not know this session");
      default -> {}
    }
  }

  @Override
  public void take(DeviceLine from, Frame frame) {
    incoming.take(frame).ifPresent(whole -> take(frame.getJob(), whole));
  }

  /** An update goes to the aggregators, and is there before the orchestrator knows of it. */
  private void take(long job, byte[] whole) {
    Result result = JobCodec.decodeResult(whole);
    Letter letter = Letter.of(Letter.Kind.RESULT, device.name(), session, whole).numbered(job);
    Task now = task;
    if (result instanceof Result.Trained trained && trained.update().isPresent()) {
      if (now.job() != job || now.cohort().isEmpty()) {
        return; // of a job that nobody waits for any more
      }
      Letter update = letter.of(now.cohort());
      try {
        gateway.sendForGood(update.as(Letter.Kind.UPDATE));
      } catch (KulaException brokers) {
        again(String.valueOf(brokers.getMessage())); // it sends it again
        return;
      }
      letter = update.with(JobCodec.encode(new Result.Trained(Optional.empty(), trained.passes())));
    }
    gateway.send(letter);
  }

  @Override
  public void left(DeviceLine from) {
    Thread speaking = speaker;
    if (speaking != null) {
      gateway.over(session);
      speaking.interrupt();
      gateway.send(Letter.of(Letter.Kind.LEFT, device.name(), session, new byte[0]));
    }
  }

  /** The session ends, and the device is to come again. */
  void again(String why) {
    DeviceLine to = line;
    if (to != null) {
      to.fail(Gateway.again(why));
      left(to);
    }
  }
}
