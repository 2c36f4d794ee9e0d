package dev.kula.app;

import java.time.Duration;

/** What may befall a fleet. */
sealed interface Fault {
  /** What becomes of a connection in the middle. */
  sealed interface OfConnection extends Fault {}

  /** It ends, for both. */
  record Cut() implements OfConnection {}

  /** Nothing comes through either way for a while, and then all of it. */
  record Partition(Duration lasts) implements OfConnection {}

  /** What goes one way is lost, until both find out. */
  record Loss(boolean toServer, Duration lasts) implements OfConnection {}

  /** The device's end is closed; the server hears of it later. */
  record HalfOpen(Duration lasts) implements OfConnection {}

  /** What becomes of a process; the server has no number. */
  sealed interface OfProcess extends Fault {}

  /** A device or the monitor is stopped where it is, and started again. */
  record StopMember(int member) implements OfProcess {}

  /** The server is stopped where it is, and goes on after its last checkpoint. */
  record StopServer() implements OfProcess {}

  /** A device has no room to write for a while. */
  record FullDisk(int member, Duration lasts) implements OfProcess {}

  /** The server has none. */
  record FullServerDisk(Duration lasts) implements OfProcess {}

  /** A member's clock is wrong for a while. */
  record Clock(int member, Duration by, Duration lasts) implements OfProcess {}

  /** The server's is. */
  record ServerClock(Duration by, Duration lasts) implements OfProcess {}

  /** A member's certificate runs out; some time later there is another in its file. */
  record Expiry(int member, Duration after) implements OfProcess {}
}
