package dev.kula.secagg;

import dev.kula.KulaException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** Reads what a {@link WireWriter} wrote, and believes no length. One thread at a time. */
final class WireReader {
  private final ByteBuffer in;
  private final int cohort;

  WireReader(byte[] bytes, int cohort) {
    this.in = ByteBuffer.wrap(bytes);
    this.cohort = cohort;
  }

  byte one() {
    requireLeft(1);
    return in.get();
  }

  byte[] bytes(int count) {
    requireLeft(count);
    byte[] bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }

  private int number() {
    requireLeft(Integer.BYTES);
    return in.getInt();
  }

  int member(String name) {
    int member = number();
    if (member < 0 || member >= cohort) {
      throw KulaException.remote(
          "%s is %d, must be from 0 to below the cohort, %d".formatted(name, member, cohort));
    }
    return member;
  }

  Members members(String name) {
    return Members.decode(cohort, bytes(Members.encodedBytes(cohort)))
        .orElseThrow(
            () ->
                KulaException.remote(
                    "%s have a bit above the cohort, %d, must have none".formatted(name, cohort)));
  }

  /** A list with its length before it, the keys of which ascend. */
  <T> List<T> list(ToIntFunction<T> key, Supplier<T> element) {
    int size = number();
    if (size < 0 || size > cohort) {
      throw KulaException.remote(
          "length of a list is %d, must be from 0 to the cohort, %d".formatted(size, cohort));
    }
    List<T> list = new ArrayList<>();
    int last = -1;
    for (int i = 0; i < size; i++) {
      T next = element.get();
      if (key.applyAsInt(next) <= last) {
        throw KulaException.remote(
            "list has %d after %d, must ascend: each device once"
                .formatted(key.applyAsInt(next), last));
      }
      last = key.applyAsInt(next);
      list.add(next);
    }
    return List.copyOf(list);
  }

  void requireEnd() {
    if (in.hasRemaining()) {
      throw KulaException.remote(
          "message has %d bytes after its end at %d, must have none"
              .formatted(in.remaining(), in.position()));
    }
  }

  private void requireLeft(int wanted) {
    if (in.remaining() < wanted) {
      throw KulaException.remote(
          "message ends at byte %d, must have %d more there: it was cut off"
              .formatted(in.limit(), wanted - in.remaining()));
    }
  }
}
