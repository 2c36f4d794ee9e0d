package dev.kula.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.kula.KulaException;
import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** What holds of every part of a message, whatever it is of; and the translation of plain parts. */
record Checks(Limits limits) {
  private static final int SIGNATURE_BYTES = 64;
  private static final int NANOS = 1_000_000_000;

  /** Years 1 and 9999, between which the protocol has times. */
  private static final long FIRST_SECOND = -62_135_596_800L;

  private static final long LAST_SECOND = 253_402_300_799L;

  /** Somebody else's mistake: name, value, rule. */
  static KulaException refused(String name, Object value, String rule) {
    return KulaException.remote("%s is %s, must be %s".formatted(name, value, rule));
  }

  /** A part that must not be left out. */
  static <T> T present(boolean there, T part, String name) {
    if (!there) {
      throw refused(name, "left out", "there");
    }
    return part;
  }

  /** Refuses a size above its limit. */
  static int atMost(int size, int most, String name) {
    if (size > most) {
      throw refused("length of " + name, size, "at most " + most);
    }
    return size;
  }

  String text(String text, String name) {
    atMost(text.length(), limits.text(), name);
    return text;
  }

  List<String> texts(List<String> texts, String name) {
    list(texts, name).forEach(text -> text(text, name));
    return List.copyOf(texts);
  }

  DeviceId device(String text, String name) {
    if (text.isBlank()) {
      throw refused(name, "'" + text + "'", "the name of a device or server");
    }
    return new DeviceId(text(text, name));
  }

  <T> List<T> list(List<T> list, String name) {
    atMost(list.size(), limits.entries(), name);
    return list;
  }

  List<Integer> integers(List<Integer> numbers, String name) {
    return List.copyOf(list(numbers, name));
  }

  int[] ints(List<Integer> numbers, String name) {
    return list(numbers, name).stream().mapToInt(Integer::intValue).toArray();
  }

  double[] doubles(List<Double> numbers, String name) {
    return list(numbers, name).stream().mapToDouble(Double::doubleValue).toArray();
  }

  static BlockId block(ByteString bytes, String name) {
    if (bytes.size() != BlockId.BYTES) {
      throw refused("length of " + name, bytes.size(), BlockId.BYTES + " bytes");
    }
    return new BlockId(HexFormat.of().formatHex(bytes.toByteArray()));
  }

  static ByteString block(BlockId block) {
    return ByteString.copyFrom(HexFormat.of().parseHex(block.hex()));
  }

  static byte[] signature(ByteString bytes, String name) {
    if (bytes.size() != SIGNATURE_BYTES) {
      throw refused("length of " + name, bytes.size(), SIGNATURE_BYTES + " bytes");
    }
    return bytes.toByteArray();
  }

  static Instant instant(boolean there, Timestamp time, String name) {
    present(there, time, name);
    if (time.getSeconds() < FIRST_SECOND || time.getSeconds() > LAST_SECOND) {
      throw refused("seconds of " + name, time.getSeconds(), "in the years 1 to 9999");
    }
    return Instant.ofEpochSecond(time.getSeconds(), nanos(time.getNanos(), name));
  }

  static Timestamp instant(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  static java.time.Duration duration(boolean there, Duration duration, String name) {
    present(there, duration, name);
    return java.time.Duration.ofSeconds(duration.getSeconds(), nanos(duration.getNanos(), name));
  }

  static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  private static int nanos(int nanos, String name) {
    if (nanos < 0 || nanos >= NANOS) {
      throw refused("nanos of " + name, nanos, "from 0 to 999999999");
    }
    return nanos;
  }
}
