package dev.kula.kafka;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Jobs travel without the model that all are sent, and arrive with it. */
final class SplicedTest {
  @Test
  void aModelIsTakenOutAndPutBack() {
    float[] model = new float[5000];
    Random random = new Random(1);
    for (int i = 0; i < model.length; i++) {
      model[i] = (float) random.nextGaussian();
    }
    Envelope envelope =
        new Envelope(Envelope.ORCHESTRATOR, new DeviceId("d0"), new Message.GlobalModel(3, model));
    byte[] job = JobCodec.encode(new Job.Deliver(List.of(), List.of(envelope), Instant.EPOCH, 0.5));
    byte[] bytes = Spliced.bytes(model);
    String name = Spliced.name(bytes);
    byte[] body = Spliced.without(job, bytes, name);
    assertTrue(body.length < 200, "it has %d bytes".formatted(body.length));
    assertArrayEquals(
        job,
        Spliced.join(
            body,
            asked -> {
              assertEquals(name, asked);
              return bytes;
            }));
  }

  @Test
  void aJobWithoutThatModelStaysAsItIs() {
    byte[] job = JobCodec.encode(new Job.Begin(4));
    byte[] model = Spliced.bytes(new float[2000]);
    byte[] body = Spliced.without(job, model, Spliced.name(model));
    assertArrayEquals(
        job,
        Spliced.join(
            body,
            asked -> {
              throw new AssertionError("there is no model in it");
            }));
  }

  @Test
  void whatIsNoJobIsRefused() {
    assertThrows(KulaException.class, () -> Spliced.join(new byte[3], name -> new byte[0]));
    byte[] body = new byte[40];
    body[35] = 9; // a model at byte 9, of 4
    assertThrows(KulaException.class, () -> Spliced.join(body, name -> new byte[0]));
  }
}
