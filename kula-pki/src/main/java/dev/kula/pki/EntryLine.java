package dev.kula.pki;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.peer.Peer;
import dev.kula.peer.Role;
import java.math.BigInteger;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An entry as a line of JSON. Names are percent-encoded, so that no string needs an escape, and a
 * line has one form: what differs from it is refused, but for lines of before 0055, which lack the
 * role and hosts of a token, which was a device's, and the keys that it was spent on.
 */
final class EntryLine {
  private static final String SERIAL = "[0-9a-f]{1,40}";
  private static final String HASH = "[0-9a-f]{64}";
  private static final String TIME = "[0-9TZ:.-]{20,30}";
  private static final String NAME = "[A-Za-z0-9.*_%-]{1,1000}";

  private static final Pattern TOKEN =
      Pattern.compile(
          ("\\{\"token\":\"(%s)\",(?:\"role\":\"([a-z]+)\",)?\"name\":\"(%s)\","
                  + "(?:\"hosts\":\"([A-Za-z0-9.:,-]*)\",)?\"until\":\"(%s)\",\"at\":\"(%s)\"}")
              .formatted(HASH, NAME, TIME, TIME));
  private static final Pattern ISSUED =
      Pattern.compile(
          ("\\{\"issued\":\"(%s)\",\"role\":\"([a-z]+)\",\"name\":\"(%s)\",\"notAfter\":\"(%s)\","
                  + "\"spent\":\"(%s|)\",(?:\"keys\":\"(%s|)\",)?\"at\":\"(%s)\"}")
              .formatted(SERIAL, NAME, TIME, HASH, HASH, TIME));
  private static final Pattern REVOKED =
      Pattern.compile("\\{\"revoked\":\"(%s)\",\"at\":\"(%s)\"}".formatted(SERIAL, TIME));

  private EntryLine() {}

  /** The line, without its end. */
  static String of(Entry entry) {
    return switch (entry) {
      case Entry.Token token ->
          ("{\"token\":\"%s\",\"role\":\"%s\",\"name\":\"%s\",\"hosts\":\"%s\",\"until\":\"%s\","
                  + "\"at\":\"%s\"}")
              .formatted(
                  token.hash(),
                  token.role().word(),
                  encoded(token.name()),
                  String.join(",", token.hosts().stream().map(Host::text).toList()),
                  token.until(),
                  token.at());
      case Entry.Issued issued ->
          ("{\"issued\":\"%s\",\"role\":\"%s\",\"name\":\"%s\",\"notAfter\":\"%s\","
                  + "\"spent\":\"%s\",\"keys\":\"%s\",\"at\":\"%s\"}")
              .formatted(
                  issued.serial().toString(16),
                  issued.role().word(),
                  encoded(issued.name()),
                  issued.notAfter(),
                  issued.spent().map(Entry.Spent::token).orElse(""),
                  issued.spent().map(Entry.Spent::keys).orElse(""),
                  issued.at());
      case Entry.Revoked revoked ->
          "{\"revoked\":\"%s\",\"at\":\"%s\"}"
              .formatted(revoked.serial().toString(16), revoked.at());
    };
  }

  /** What {@code line} says; empty if that is nothing. */
  static Optional<Entry> read(String line) {
    try {
      Matcher token = TOKEN.matcher(line);
      if (token.matches()) {
        Optional<Role> role = Role.of(given(token.group(2), Role.DEVICE.word()));
        Optional<DeviceId> name = name(token.group(3));
        return role.isEmpty() || name.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Entry.Token(
                    Instant.parse(token.group(6)),
                    token.group(1),
                    role.get(),
                    name.get(),
                    hosts(given(token.group(4), "")),
                    Instant.parse(token.group(5))));
      }
      Matcher issued = ISSUED.matcher(line);
      if (issued.matches()) {
        Optional<Role> role = Role.of(issued.group(2));
        Optional<DeviceId> name = name(issued.group(3));
        return role.isEmpty() || name.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Entry.Issued(
                    Instant.parse(issued.group(7)),
                    new BigInteger(issued.group(1), 16),
                    role.get(),
                    name.get(),
                    Instant.parse(issued.group(4)),
                    Optional.of(issued.group(5))
                        .filter(hash -> !hash.isEmpty())
                        .map(hash -> new Entry.Spent(hash, given(issued.group(6), "")))));
      }
      Matcher revoked = REVOKED.matcher(line);
      return revoked.matches()
          ? Optional.of(
              new Entry.Revoked(
                  Instant.parse(revoked.group(2)), new BigInteger(revoked.group(1), 16)))
          : Optional.empty();
    } catch (DateTimeParseException | KulaException e) {
      return Optional.empty();
    }
  }

  private static String given(@Nullable String group, String otherwise) {
    return group == null ? otherwise : group;
  }

  private static List<Host> hosts(String joined) {
    return joined.isEmpty()
        ? List.of()
        : Arrays.stream(joined.split(",", -1)).map(Host::new).toList();
  }

  private static String encoded(DeviceId name) {
    return URLEncoder.encode(name.name(), StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static Optional<DeviceId> name(String encoded) {
    try {
      String name = URLDecoder.decode(encoded, StandardCharsets.UTF_8);
      return Peer.nameRule(name).isEmpty() ? Optional.of(new DeviceId(name)) : Optional.empty();
    } catch (IllegalArgumentException noEscape) {
      return Optional.empty();
    }
  }
}
