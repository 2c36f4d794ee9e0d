package dev.kula.client;

import com.google.protobuf.ByteString;
import dev.kula.KulaException;
import dev.kula.wire.FleetSettings;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import dev.kula.wire.SettingsCodec;
import dev.kula.wire.v1.Welcome;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does the jobs of a device or a monitor, from whatever server they come. With a {@link JobLog},
 * each is written down before it is done, and a process that was killed does them all again when it
 * is started again: the same jobs in the same order bring it to the same state. So it can also go
 * back to what it kept, for a server that went back. Without a log it keeps nothing.
 *
 * <p>Not thread safe.
 *
 * @param <R> what does them
 */
public final class Worker<R extends JobRunner> implements AutoCloseable {
  private final Function<FleetSettings, R> maker;
  private final Optional<JobLog> log;
  private final Optional<DirectTalk> direct;

  private @Nullable R runner;
  private @Nullable KulaException leftAlone;
  private Welcome welcomed = Welcome.getDefaultInstance();
  private long job;
  private @Nullable Result result;

  /** Whether anything was done since the runner was made. */
  private boolean used;

  /** Whether no job of this server has come yet. */
  private boolean first = true;

  /** Does what stands in a log. */
  private final class Again implements JobLog.Reader {
    @Override
    public void welcome(Welcome welcome, long end) {
      if (runner == null) {
        make(welcome);
      }
      meet(welcome);
    }

    @Override
    public void job(long number, byte[] whole, long end) {
      done(number, decoded(whole));
    }
  }

  /**
   * Looks for the state after a round: where it was kept, or, where a device was left out of what
   * was asked last in a round, before the next round that it heard of.
   */
  private static final class Kept implements JobLog.Reader {
    private final int round;
    private long kept = -1;
    private long beforeNext = -1;
    private long last;
    private boolean begun;

    Kept(int round) {
      this.round = round;
    }

    /** Where its jobs end; below 0 if it took no part by then. */
    long end() {
      if (kept >= 0) {
        return kept;
      }
      return begun && beforeNext < 0 ? last : beforeNext;
    }

    @Override
    public void welcome(Welcome welcome, long at) {
      last = at;
    }

    @Override
    public void job(long number, byte[] whole, long at) {
      if (decoded(whole) instanceof Decoded.Sound sound) {
        if (sound.job() instanceof Job.Keep keep && keep.round() == round) {
          kept = at;
        } else if (sound.job() instanceof Job.Begin begin) {
          if (begin.round() > round && begun && beforeNext < 0) {
            beforeNext = last;
          }
          begun = begun || begin.round() <= round;
        }
      }
      last = at;
    }
  }

  /** What the bytes of a job are. */
  private sealed interface Decoded {
    record Sound(Job job) implements Decoded {}

    record Broken(String reason) implements Decoded {}
  }

  /**
   * A worker that goes on where its log ends, unless the maker takes it for the user's mistake to
   * make what the log begins with.
   *
   * @param maker makes what does the jobs when the server has said what is set for all
   * @param log of this process, closed with the worker; empty if nothing is to outlive the process
   * @param direct how the device and others hand things to each other, closed with the worker;
   *     empty if they do not. Needs a log
   * @throws KulaException RESOURCE if the log cannot be read
   */
  public Worker(
      Function<FleetSettings, R> maker, Optional<JobLog> log, Optional<DirectTalk> direct) {
    this.maker = maker;
    this.log = log;
    this.direct = direct;
    try {
      log.ifPresent(kept -> kept.read(new Again()));
    } catch (KulaException otherRun) {
      if (otherRun.blame() != KulaException.Blame.USER) {
        close();
        throw otherRun;
      }
      close(runner);
      runner = null;
      meet(Welcome.getDefaultInstance());
      leftAlone = otherRun;
    }
  }

  /** As above, of whom all is told through the server. */
  public Worker(Function<FleetSettings, R> maker, Optional<JobLog> log) {
    this(maker, log, Optional.empty());
  }

  /** How the device and others hand things to each other. */
  Optional<DirectTalk> direct() {
    return direct;
  }

  /**
   * Why what the log holds was not done again: it is of a run that the maker will not have. It
   * stays in the log until a server begins another run.
   */
  public Optional<KulaException> leftAlone() {
    return Optional.ofNullable(leftAlone);
  }

  /** What the server that the last job came from calls itself; empty for none. */
  ByteString server() {
    return welcomed.getServer();
  }

  /** Number of the last job of that server; 0 for none. */
  public long job() {
    return job;
  }

  /** What came of the last job; empty if there was none of that server. */
  Optional<Result> result() {
    return Optional.ofNullable(job == 0 ? null : result);
  }

  /** What does the jobs, once a server has said what is set for all. */
  public Optional<R> runner() {
    return Optional.ofNullable(runner);
  }

  /**
   * A server says who it is, and what is set for all. Comes before its jobs.
   *
   * @throws KulaException what the maker throws if it cannot make such a device; RESOURCE if the
   *     log cannot be written
   */
  public void welcome(Welcome welcome) {
    boolean same = welcome.getServer().equals(server());
    if (runner == null || (!same && !welcome.getSettings().equals(welcomed.getSettings()))) {
      anew(welcome);
    } else if (!same) {
      keep(welcome);
    }
  }

  private void keep(Welcome welcome) {
    meet(welcome.toBuilder().clearResult().clearPartial().build());
    log.ifPresent(kept -> kept.append(welcomed));
  }

  private void meet(Welcome welcome) {
    welcomed = welcome;
    job = 0;
    first = true;
  }

  private void anew(Welcome welcome) {
    make(welcome);
    log.ifPresent(kept -> kept.cut(0));
    keep(welcome);
  }

  private void make(Welcome welcome) {
    close(runner);
    runner = null;
    runner = maker.apply(SettingsCodec.decode(welcome.getSettings().toByteArray()));
    used = false;
  }

  /**
   * Does a job. A server that is new to this device begins anew, unless it first lets the device go
   * back to what it kept.
   *
   * @param number of the job, counted by the server
   * @param whole bytes of a {@link Job}
   * @return {@link Result.Failed} if they are none, or the device cannot do it
   * @throws KulaException RESOURCE if the log cannot be written; then nothing was done
   */
  public Result take(long number, byte[] whole) {
    Decoded decoded = decoded(whole);
    if (decoded instanceof Decoded.Sound sound && sound.job() instanceof Job.Restore back) {
      if (!goBack(back.round())) {
        // Not written down: done again, it would be as if it had been possible.
        String reason = "nothing is kept of round " + back.round();
        return done(number, new Decoded.Broken(reason));
      }
    } else if (first && used) {
      anew(welcomed);
    }
    byte[] kept = whole;
    if (direct.isPresent() && decoded instanceof Decoded.Sound sound) {
      if (sound.job() instanceof Job.Begin) {
        direct.get().begin();
      } else if (sound.job() instanceof Job.Deliver delivery) {
        Optional<Job.Deliver> complete = direct.get().complete(delivery);
        if (complete.isPresent()) { // written down with what was handed, which is then not needed
          decoded = new Decoded.Sound(complete.get());
          kept = JobCodec.encode(complete.get());
        }
      }
    }
    write(number, kept);
    return done(number, decoded);
  }

  private void write(long number, byte[] whole) {
    log.ifPresent(file -> file.append(number, whole));
  }

  /**
   * Does a job. Nothing is left to do of one that keeps or goes back once it stands in the log:
   * what it takes back is not there any more.
   */
  private Result done(long number, Decoded decoded) {
    first = false;
    used = true;
    job = number;
    if (decoded instanceof Decoded.Sound sound && sound.job() instanceof Job.Deliver delivery) {
      direct.ifPresent(others -> others.meet(delivery.introductions()));
    }
    result =
        switch (decoded) {
          case Decoded.Broken broken -> new Result.Failed(broken.reason());
          case Decoded.Sound sound ->
              switch (sound.job()) {
                case Job.Work work -> runner().orElseThrow().perform(work);
                case Job.Keep keep ->
                    log.isPresent()
                        ? new Result.Done()
                        : new Result.Failed("this device keeps nothing");
                case Job.Restore restore -> new Result.Done();
              };
        };
    return result;
  }

  /** Whether there was such a state to go back to. */
  private boolean goBack(int round) {
    Kept kept = new Kept(round);
    log.ifPresent(file -> file.read(kept));
    long end = kept.end();
    if (end < 0) {
      return false;
    }
    Welcome now = welcomed;
    close(runner);
    runner = null;
    log.ifPresent(
        file -> {
          file.cut(end);
          file.read(new Again());
        });
    keep(now);
    return true;
  }

  private static Decoded decoded(byte[] whole) {
    try {
      return new Decoded.Sound(JobCodec.decodeJob(whole));
    } catch (KulaException broken) {
      return new Decoded.Broken(String.valueOf(broken.getMessage()));
    }
  }

  private static void close(@Nullable JobRunner runner) {
    if (runner != null) {
      runner.close();
    }
  }

  @Override
  public void close() {
    direct.ifPresent(DirectTalk::close);
    close(runner);
    log.ifPresent(JobLog::close);
  }
}
