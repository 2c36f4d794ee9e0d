package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.secagg.Message.FromDevice;
import dev.kula.secagg.Message.Signed;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** The messages of one phase: one of each device that may send one. One thread at a time. */
final class Inbox<M extends FromDevice> {
  private final Session session;
  private final Codec codec;
  private final Class<M> type;
  private final Members expected;
  private final Map<Integer, Signed<M>> messages = new TreeMap<>();
  private boolean closed;

  Inbox(Session session, Class<M> type, Members expected) {
    this.session = session;
    this.codec = new Codec(session);
    this.type = type;
    this.expected = expected;
  }

  /** Reads a message without taking it. */
  Signed<M> read(byte[] bytes) {
    requireOpen();
    Signed<M> signed = codec.fromDevice(bytes, type);
    int sender = signed.message().sender();
    if (!expected.contains(sender)) {
      throw KulaException.remote(
          "sender is device %d, must be one that answered in the phase before".formatted(sender));
    }
    if (messages.containsKey(sender)) {
      throw KulaException.remote(
          "device %d has sent its %s already, must send it once".formatted(sender, Kind.of(type)));
    }
    return signed;
  }

  void take(Signed<M> signed) {
    messages.put(signed.message().sender(), signed);
  }

  void requireOpen() {
    if (closed) {
      throw KulaException.remote(
          "message is late, must come before the phase of each %s is closed"
              .formatted(Kind.of(type)));
    }
  }

  void close() {
    closed = true;
  }

  Session session() {
    return session;
  }

  Codec codec() {
    return codec;
  }

  Members senders() {
    return Members.of(session.cohort(), messages.keySet());
  }

  Signed<M> of(int sender) {
    Signed<M> signed = messages.get(sender);
    if (signed == null) {
      throw KulaException.internal("device " + sender + " has sent no " + Kind.of(type));
    }
    return signed;
  }

  Collection<Signed<M>> all() {
    return messages.values();
  }

  /** Those who can go on: of their neighbours at least as many as the threshold can too. */
  Members requireCore() {
    Members senders = senders();
    Members core = session.graph().core(senders, session.threshold());
    if (core.size() < session.fewestSurvivors()) {
      throw KulaException.remote(
          "%s came from %d of %d devices, of which %d have %d neighbours that can go on, must be %d:"
                  .formatted(
                      Kind.of(type),
                      senders.size(),
                      session.cohort(),
                      core.size(),
                      session.threshold(),
                      session.fewestSurvivors())
              + " wait longer, or start again with more devices");
    }
    return core;
  }
}
