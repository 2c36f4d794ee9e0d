package dev.kula.wire;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Specimens of all that the codecs take, as bytes and back. */
final class Wholes {
  private Wholes() {}

  /** All that the codecs take, one of each kind, by name. */
  static Map<String, Object> oneOfEach(long seed) {
    Map<String, Object> all = new TreeMap<>();
    for (Class<?> kind : Specimens.kinds(Message.class)) {
      Specimens specimens = new Specimens(seed + kind.getSimpleName().hashCode());
      Envelope envelope =
          new Envelope(
              specimens.of(DeviceId.class), Envelope.MONITOR, (Message) specimens.of(kind));
      all.put("Message." + kind.getSimpleName(), new Result.Said(List.of(envelope), 0.5));
    }
    for (Class<?> sealed : List.of(Job.class, Result.class)) {
      for (Class<?> kind : Specimens.kinds(sealed)) {
        Specimens specimens = new Specimens(seed + kind.getSimpleName().hashCode());
        all.put(sealed.getSimpleName() + "." + kind.getSimpleName(), specimens.of(kind));
      }
    }
    for (Class<?> kind : Specimens.kinds(Question.class)) {
      Specimens specimens = new Specimens(seed + kind.getSimpleName().hashCode());
      all.put(
          "Job.Consult." + kind.getSimpleName(), new Job.Consult((Question) specimens.of(kind)));
    }
    for (Class<?> kind : Specimens.kinds(Answer.class)) {
      Specimens specimens = new Specimens(seed + kind.getSimpleName().hashCode());
      all.put(
          "Result.Advice." + kind.getSimpleName(), new Result.Advice((Answer) specimens.of(kind)));
    }
    all.put("FleetSettings", new Specimens(seed).of(FleetSettings.class));
    return all;
  }

  /** Bytes of anything that a codec takes. */
  static byte[] encode(Object whole) {
    return switch (whole) {
      case Job job -> JobCodec.encode(job);
      case Result result -> JobCodec.encode(result);
      case FleetSettings settings -> SettingsCodec.encode(settings);
      default -> throw new AssertionError(whole.toString());
    };
  }

  /** Reads what {@link #encode} wrote of a specimen of this name. */
  static Object decode(String name, byte[] bytes) {
    if (name.startsWith("Job.")) {
      return JobCodec.decodeJob(bytes);
    }
    return name.equals("FleetSettings")
        ? SettingsCodec.decode(bytes)
        : JobCodec.decodeResult(bytes);
  }
}
