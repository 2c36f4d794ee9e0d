package dev.kula.secagg;

import dev.kula.KulaException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.List;

/**
 * What all parties of one aggregation must agree on before it starts. Its number is a hash of all
 * of it; every message carries that number, and every key and signature depends on it, so that
 * parties with different ideas of a session understand nothing of each other. Immutable, thread
 * safe.
 */
public final class Session {
  static final int ID_BYTES = 32;

  /** Cohorts may not be larger. */
  public static final int LARGEST_COHORT = 1 << 15;

  private final List<PublicKey> identities;
  private final int length;
  private final Modulus modulus;
  private final Neighbourhoods neighbourhoods;
  private final Graph graph;
  private final byte[] id;

  /**
   * A session.
   *
   * @param nonce never used before with the same identities
   * @param identities public keys of the cohort, distinct; a member's number is its place here
   * @param length numbers in a vector, at least 1
   * @param modulus in which they are summed
   * @param neighbourhoods of the cohort
   * @param graphSeed of a sparse graph, 32 bytes; must not be known, nor the server's to choose,
   *     before it is settled who is in the cohort
   */
  public Session(
      long nonce,
      List<byte[]> identities,
      int length,
      Modulus modulus,
      Neighbourhoods neighbourhoods,
      byte[] graphSeed) {
    int cohort = identities.size();
    if (cohort < 2 || cohort > LARGEST_COHORT) {
      throw new IllegalArgumentException(
          "cohort is %d, must be from 2 to %d".formatted(cohort, LARGEST_COHORT));
    }
    if (identities.stream().map(ByteBuffer::wrap).distinct().count() < cohort) {
      throw new IllegalArgumentException("two identities are the same, must be distinct");
    }
    if (length < 1) {
      throw new IllegalArgumentException("length is " + length + ", must be at least 1");
    }
    if (graphSeed.length != 32) {
      throw new IllegalArgumentException(
          "graphSeed has %d bytes, must have 32".formatted(graphSeed.length));
    }
    neighbourhoods.requireFits(cohort);
    this.identities = identities.stream().map(Identity::decode).toList();
    this.length = length;
    this.modulus = modulus;
    this.neighbourhoods = neighbourhoods;
    this.graph = Graph.of(neighbourhoods, cohort, graphSeed);
    this.id = hash(nonce, identities, graphSeed);
  }

  private byte[] hash(long nonce, List<byte[]> keys, byte[] graphSeed) {
    MessageDigest digest = sha256();
    digest.update("kula secagg session 1".getBytes(StandardCharsets.US_ASCII));
    int kind =
        switch (neighbourhoods) {
          case Neighbourhoods.Complete all -> 1;
          case Neighbourhoods.Sparse sparse -> 2;
        };
    digest.update(
        ByteBuffer.allocate(Long.BYTES + 6 * Integer.BYTES)
            .putLong(nonce)
            .putInt(cohort())
            .putInt(length)
            .putInt(modulus.bits())
            .putInt(kind)
            .putInt(neighbourhoods.degree(cohort()))
            .putInt(neighbourhoods.threshold())
            .array());
    digest.update(graphSeed);
    keys.forEach(digest::update);
    return digest.digest();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("this Java lacks SHA-256; use a JDK 25", e);
    }
  }

  /** Members of the cohort, numbered from 0. */
  public int cohort() {
    return identities.size();
  }

  /** Numbers in a vector. */
  public int length() {
    return length;
  }

  /** In which sums are taken. */
  public Modulus modulus() {
    return modulus;
  }

  /** Who masks with whom. */
  public Neighbourhoods neighbourhoods() {
    return neighbourhoods;
  }

  int threshold() {
    return neighbourhoods.threshold();
  }

  int fewestSurvivors() {
    return neighbourhoods.fewestSurvivors(cohort());
  }

  PublicKey identity(int member) {
    return identities.get(member);
  }

  Graph graph() {
    return graph;
  }

  /** Not to be changed. */
  byte[] id() {
    return id;
  }
}
