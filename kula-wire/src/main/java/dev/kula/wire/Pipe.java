package dev.kula.wire;

import io.grpc.stub.CallStreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The outgoing half of a session: whoever writes waits until the connection can take more, so that
 * no more is in memory than that. For any number of threads; what one of them writes in one call
 * stays whole.
 *
 * @param <T> messages
 */
public final class Pipe<T> {
  private final CallStreamObserver<T> stream;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean open = true;

  /** Over a stream that has not been written to; no other handler of its readiness is set. */
  public Pipe(CallStreamObserver<T> stream) {
    this.stream = stream;
    stream.setOnReadyHandler(this::signal);
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes a message when there is room. Never called by the thread that delivers the stream's
   * events.
   *
   * @param end moment of {@link System#nanoTime} until which to wait for room
   * @return whether it was written; not if the connection has ended, or there was no room in time
   */
  public boolean write(T message, long end) {
    lock.lock();
    try {
      while (open && !stream.isReady()) {
        if (changed.awaitNanos(end - System.nanoTime()) <= 0) {
          return false;
        }
      }
      if (open) {
        stream.onNext(message);
      }
      return open;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Writes a small message at once, whether there is room or not. */
  public void greet(T message) {
    lock.lock();
    try {
      if (open) {
        stream.onNext(message);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The connection has ended; writers give up. */
  public void broken() {
    lock.lock();
    try {
      open = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends this side of the session. */
  public void end() {
    over(stream::onCompleted);
  }

  /** Ends the session because something is wrong. */
  public void fail(Exception why) {
    over(() -> stream.onError(why));
  }

  private void over(Runnable last) {
    lock.lock();
    try {
      if (open) {
        open = false;
        last.run();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
