package dev.kula.data.source;

import dev.kula.data.Decimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalDouble;

/** The two ways to write a time in a column, which is not to mix them. */
enum Moments {
  /** Any number, in a unit of the user's own. */
  NUMBER,
  /**
   * An ISO 8601 date, or date and time; without an offset it is read as UTC. Seconds since 1970.
   */
  ISO;

  /** How {@code text} is written, if it is a time at all. */
  static Optional<Moments> of(String text) {
    for (Moments kind : values()) {
      if (kind.parse(text).isPresent()) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** What a value of this kind must be, for messages. */
  String rule() {
    return switch (this) {
      case NUMBER -> "must be a number like the times above it";
      case ISO -> "must be an ISO 8601 date or time like the times above it";
    };
  }

  /** The time, if {@code text} is one of this kind. */
  OptionalDouble parse(String text) {
    return switch (this) {
      case NUMBER -> Decimal.parse(text);
      case ISO -> iso(text.replace(' ', 'T'));
    };
  }

  private static OptionalDouble iso(String text) {
    try {
      if (text.indexOf('T') < 0) {
        return seconds(LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC));
      }
      boolean offset = text.endsWith("Z") || text.lastIndexOf('+') > 0 || text.indexOf('-', 10) > 0;
      return seconds(
          offset
              ? OffsetDateTime.parse(text).toInstant()
              : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException notIso) {
      return OptionalDouble.empty();
    }
  }

  private static OptionalDouble seconds(Instant instant) {
    return OptionalDouble.of(instant.getEpochSecond() + instant.getNano() * 1e-9);
  }
}
