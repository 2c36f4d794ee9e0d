package dev.kula.kafka;

import dev.kula.data.DeviceId;
import dev.kula.server.DeviceLine;
import dev.kula.wire.Job;
import dev.kula.wire.v1.Welcome;
import io.grpc.Status;

/**
 * To a device that is connected to a gateway.
 *
 * @param session in which it is connected
 */
record KafkaLine(String session, DeviceId device, Outbox outbox) implements DeviceLine {
  @Override
  public void welcome(Welcome welcome) {
    outbox.say(outbox.atWork(letter(Letter.Kind.WELCOME, welcome.toByteArray())));
  }

  /** All of it: what the device has of it, the gateway knows. */
  @Override
  public void send(long number, Job job, long from, long end) {
    outbox.send(letter(Letter.Kind.JOB, new byte[0]).numbered(number), job);
  }

  @Override
  public void end() {
    outbox.say(letter(Letter.Kind.END, new byte[0]));
  }

  /**
   * Sessions are heard of out of order if a gateway was held up: what was replaced may be newer.
   */
  @Override
  public void replaced() {
    outbox.say(letter(Letter.Kind.AGAIN, new byte[0]));
  }

  @Override
  public void fail(Status why) {
    refuse(String.valueOf(why.getDescription()));
  }

  void refuse(String why) {
    outbox.say(letter(Letter.Kind.REFUSED, new byte[0]).saying(why));
  }

  private Letter letter(Letter.Kind kind, byte[] body) {
    return Letter.of(kind, device.name(), session, body);
  }
}
