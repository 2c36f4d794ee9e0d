package dev.kula.pki;

import dev.kula.data.DeviceId;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a journal's entries add up to. Not thread safe. */
final class State {
  private final Map<String, Entry.Token> tokens = new HashMap<>();
  private final Map<String, Entry.Issued> spent = new HashMap<>();
  private final Map<BigInteger, Entry.Issued> issued = new LinkedHashMap<>();
  private final Map<DeviceId, List<Entry.Issued>> named = new HashMap<>();
  private final Map<BigInteger, Instant> revoked = new LinkedHashMap<>();

  void apply(Entry entry) {
    switch (entry) {
      case Entry.Token token -> tokens.put(token.hash(), token);
      case Entry.Issued one -> {
        issued.put(one.serial(), one);
        named.computeIfAbsent(one.name(), name -> new ArrayList<>()).add(one);
        one.spent().ifPresent(token -> spent.put(token.token(), one));
      }
      case Entry.Revoked one -> {
        revoked.putIfAbsent(one.serial(), one.at());
        // Who was turned out does not come back with a token that was printed before.
        issued(one.serial())
            .ifPresent(gone -> tokens.values().removeIf(token -> token.name().equals(gone.name())));
      }
    }
  }

  /**
   * The token of this hash. How long it takes may tell of hashes, which tells nobody a secret that
   * has one.
   */
  Optional<Entry.Token> token(String hash) {
    return Optional.ofNullable(tokens.get(hash));
  }

  /** On what the token of this hash was spent; empty if it was not. */
  Optional<Entry.Issued> spentOn(String hash) {
    return Optional.ofNullable(spent.get(hash));
  }

  Optional<Entry.Issued> issued(BigInteger serial) {
    return Optional.ofNullable(issued.get(serial));
  }

  /** All certificates, in the order in which they were issued. */
  List<Entry.Issued> issued() {
    return List.copyOf(issued.values());
  }

  /** Certificates of a name that were not revoked and have not run out. */
  List<Entry.Issued> live(DeviceId name, Instant now) {
    return named.getOrDefault(name, List.of()).stream()
        .filter(one -> !revoked.containsKey(one.serial()) && now.isBefore(one.notAfter()))
        .toList();
  }

  /** When a certificate was revoked, if it was. */
  Optional<Instant> revoked(BigInteger serial) {
    return Optional.ofNullable(revoked.get(serial));
  }

  /** What was revoked, and when, in that order. */
  Map<BigInteger, Instant> revoked() {
    return new LinkedHashMap<>(revoked);
  }
}
