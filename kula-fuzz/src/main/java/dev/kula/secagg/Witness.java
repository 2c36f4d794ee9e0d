package dev.kula.secagg;

import dev.kula.secagg.Message.Reveal;
import dev.kula.secagg.Message.RevealedShare;
import dev.kula.secagg.Message.Secret;
import dev.kula.secagg.Message.UnmaskRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** All that was said in a session, and what must be true of it whatever hostile parties did. */
final class Witness {
  private final Session session;
  private final Codec codec;
  private final Set<ByteBuffer> genuine = new HashSet<>();
  private final List<byte[]> seen = new ArrayList<>();
  private final Set<Integer> corrupt = new HashSet<>();
  private final Map<Integer, Reveal> reveals = new TreeMap<>();
  private boolean serverDeceived;
  private boolean devicesDeceived;

  Witness(Session session) {
    this.session = session;
    this.codec = new Codec(session);
  }

  /** Notes a message that was made by a state of the protocol. */
  void saidGenuinely(byte[] message) {
    genuine.add(ByteBuffer.wrap(message));
    seen.add(message);
  }

  /** Notes a message that was made up. */
  void madeUp(byte[] message) {
    seen.add(message);
  }

  /** Notes that a device's key signed what the device did not say. */
  void corrupted(int member) {
    corrupt.add(member);
  }

  boolean isCorrupt(int member) {
    return corrupt.contains(member);
  }

  boolean isAnybodyCorrupt() {
    return !corrupt.isEmpty();
  }

  /** Notes that the server took a message. */
  void takenByServer(byte[] message) {
    serverDeceived |= !isGenuine(message);
  }

  /** Notes that a device took a message. */
  void takenByDevice(byte[] message) {
    devicesDeceived |= !isGenuine(message);
  }

  private boolean isGenuine(byte[] message) {
    return genuine.contains(ByteBuffer.wrap(message));
  }

  /** Whether this was sent before. */
  boolean isKnown(byte[] message) {
    return seen.stream().anyMatch(sent -> Arrays.equals(sent, message));
  }

  /** Whether somebody took what no state of the protocol said. */
  boolean isAnybodyDeceived() {
    return serverDeceived || devicesDeceived;
  }

  /** Whether a device took what the server did not say. */
  boolean isADeviceDeceived() {
    return devicesDeceived;
  }

  /** All messages so far, in order. */
  List<byte[]> seen() {
    return seen;
  }

  /** What a request of the server must not be: one for both secrets of a device. */
  void asked(int member, byte[] message) {
    UnmaskRequest request = codec.fromServer(message, UnmaskRequest.class, member);
    if (request.survivors().overlaps(request.dropped())) {
      throw new AssertionError("device %d is asked for both secrets".formatted(member));
    }
  }

  /** What a device reveals: once, one share of each other device, never both secrets of one. */
  void revealed(int member, byte[] message) {
    Reveal reveal = codec.fromDevice(message, Reveal.class).message();
    long owners = reveal.shares().stream().map(RevealedShare::owner).distinct().count();
    if (reveals.put(member, reveal) != null || owners < reveal.shares().size()) {
      throw new AssertionError("device %d reveals twice".formatted(member));
    }
    if (reveal.shares().stream().anyMatch(share -> share.owner() == member)) {
      throw new AssertionError("device %d reveals its own secret".formatted(member));
    }
    requireNobodyUnmasked();
  }

  /** Nobody may gather enough shares of both secrets of an honest device. */
  private void requireNobodyUnmasked() {
    for (int owner = 0; owner < session.cohort(); owner++) {
      long corruptNeighbours = corruptNeighbours(owner);
      boolean bearable =
          corruptNeighbours <= session.neighbourhoods().mostCorrupt(session.cohort());
      if (!corrupt.contains(owner)
          && bearable
          && corruptNeighbours + shares(owner, Secret.SELF_MASK) >= session.threshold()
          && corruptNeighbours + shares(owner, Secret.MASK_KEY) >= session.threshold()) {
        throw new AssertionError("both secrets of device %d can be had".formatted(owner));
      }
    }
  }

  private long corruptNeighbours(int owner) {
    return corrupt.stream().filter(other -> session.graph().adjacent(owner, other)).count();
  }

  private long shares(int owner, Secret secret) {
    return reveals.entrySet().stream()
        .filter(entry -> !corrupt.contains(entry.getKey()))
        .flatMap(entry -> entry.getValue().shares().stream())
        .filter(share -> share.owner() == owner && share.secret() == secret)
        .count();
  }
}
