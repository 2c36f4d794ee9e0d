package dev.kula.server;

import com.google.protobuf.ByteString;
import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.wire.Incoming;
import dev.kula.wire.Introduction;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import dev.kula.wire.v1.Frame;
import dev.kula.wire.v1.Hello;
import dev.kula.wire.v1.Welcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A device as the server knows it, whether it is connected or not. It is given one job at a time;
 * the job outlives connections, and is given up when its time is over.
 *
 * <p>Thread safe.
 */
final class RemoteDevice implements Participant, Attended {
  /** In the place of a result that somebody has taken: that there was one. */
  private static final Result HANDED_ON = new Result.Done();

  private final DeviceId id;
  private final ByteString server;
  private final ByteString settings;
  private final Duration absence;
  private final long limit;
  private final boolean irreplaceable;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private long sessions;

  /** When its last session ended. */
  private long absentSince = System.nanoTime();

  /** Number of the last job. */
  private long job;

  /** What came of it; not kept longer than until it is handed on. */
  private @Nullable Result result;

  private Incoming incoming;
  private Optional<Introduction> introduction = Optional.empty();

  /**
   * The connection, and from which byte on the other side lacks the job; null while there is none.
   */
  private @Nullable Attendance attendance;

  /** A session, and what the device lacked of the job when it began. */
  private record Attendance(long session, DeviceLine line, long have, long partial) {
    long from(long number) {
      return have == number - 1 ? partial : 0;
    }
  }

  /**
   * A device that has not been heard of.
   *
   * @param server what the server calls itself
   * @param settings of all devices, encoded
   * @param absence how long to wait for it while it is not connected
   * @param limit bytes of a result at the most
   * @param irreplaceable whether nobody may go on in its place who has not done its jobs
   */
  RemoteDevice(
      DeviceId id,
      ByteString server,
      ByteString settings,
      Duration absence,
      long limit,
      boolean irreplaceable) {
    this.id = id;
    this.server = server;
    this.settings = settings;
    this.absence = absence;
    this.limit = limit;
    this.irreplaceable = irreplaceable;
    this.incoming = new Incoming(limit);
  }

  @Override
  public DeviceId id() {
    return id;
  }

  @Override
  public Optional<Introduction> introduction() {
    lock.lock();
    try {
      return introduction;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isPresent() {
    lock.lock();
    try {
      return attendance != null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * @throws KulaException blaming the device, if it lacks jobs that were done and is irreplaceable
   */
  @Override
  public void attend(DeviceLine line, Hello hello, Optional<Introduction> shown) {
    lock.lock();
    try {
      introduction = shown;
      boolean knows = hello.getServer().equals(server);
      long done = result == null ? job - 1 : job;
      if (irreplaceable && done > 0 && (!knows || hello.getJob() < done)) {
        throw KulaException.remote(
            "it has not done the %d jobs of '%s' in this run, must go on from the file of its jobs;"
                    .formatted(done, id)
                + " start it where that is, or the orchestrator again with --resume");
      }
      if (attendance != null) {
        attendance.line().replaced();
      }
      attendance =
          new Attendance(
              ++sessions, line, knows ? hello.getJob() : 0, knows ? hello.getPartial() : 0);
      boolean open = job > 0 && result == null;
      line.welcome(
          Welcome.newBuilder()
              .setServer(server)
              .setSettings(settings)
              .setResult(open ? job - 1 : job)
              .setPartial(open ? incoming.partial(job) : 0)
              .build());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void left(DeviceLine line) {
    lock.lock();
    try {
      if (attendance != null && attendance.line().equals(line)) {
        attendance = null;
        absentSince = System.nanoTime();
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void take(DeviceLine line, Frame frame) {
    lock.lock();
    try {
      boolean attends = attendance != null && attendance.line().equals(line);
      if (!attends || frame.getJob() != job || result != null) {
        return;
      }
      Optional<byte[]> whole = incoming.take(frame);
      if (whole.isPresent()) {
        result = JobCodec.decodeResult(whole.get());
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Result> perform(Job work, Duration within) {
    long end = System.nanoTime() + within.toNanos();
    lock.lock();
    try {
      job++;
      result = null;
      incoming = new Incoming(limit);
      long told = 0;
      while (result == null) {
        Attendance now = attendance;
        if (now != null && now.session() != told) {
          told = now.session();
          send(work, now, end);
        } else if (changed.awaitNanos(left(end)) <= 0) {
          return Optional.empty();
        }
      }
      Result came = result;
      result = HANDED_ON;
      return Optional.of(came);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Nanoseconds to wait for: those of the job, or fewer while nobody is there to do it. */
  private long left(long end) {
    long now = System.nanoTime();
    return attendance == null
        ? Math.min(end - now, absentSince + absence.toNanos() - now)
        : end - now;
  }

  /** Without the lock, for the device may answer meanwhile. */
  private void send(Job work, Attendance to, long end) {
    long number = job;
    if (to.have() >= number) {
      return; // it has the job, and sends the result by itself
    }
    lock.unlock();
    try {
      to.line().send(number, work, to.from(number), end);
    } finally {
      lock.lock();
    }
  }

  @Override
  public void end() {
    lock.lock();
    try {
      if (attendance != null) {
        attendance.line().end();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nothing: its connection is whoever's who opened it. */
  @Override
  public void close() {}
}
