package dev.kula.server;

import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Outgoing;
import dev.kula.wire.Pipe;
import dev.kula.wire.v1.ToDevice;
import dev.kula.wire.v1.Welcome;
import io.grpc.Status;

/** The line of a device that is connected to this process. */
record StreamLine(Pipe<ToDevice> pipe) implements DeviceLine {
  /**
   * Not OK, by which a device knows that the fleet has ended: of two greetings that are on the way
   * at once, that of the connection which broke may come last.
   */
  private static final Status REPLACED =
      Status.ABORTED.withDescription("another session of the same name has begun; try again");

  @Override
  public void welcome(Welcome welcome) {
    pipe.greet(ToDevice.newBuilder().setWelcome(welcome).build());
  }

  /**
   * Of many devices at once, bytes of a job would fill the memory, so they are made for as long as
   * they are sent, and again if a connection breaks.
   */
  @Override
  public void send(long number, Job job, long from, long end) {
    new Outgoing(number, JobCodec.encode(job))
        .send(from, frame -> pipe.write(ToDevice.newBuilder().setJob(frame).build(), end));
  }

  @Override
  public void end() {
    pipe.end();
  }

  @Override
  public void replaced() {
    fail(REPLACED);
  }

  @Override
  public void fail(Status why) {
    pipe.fail(why.asException());
  }
}
