package dev.kula.secagg;

import java.util.BitSet;
import java.util.Collection;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** A set of members of a cohort, by number. Immutable, thread safe. */
public final class Members {
  private final int cohort;
  private final BitSet bits;

  private Members(int cohort, BitSet bits) {
    this.cohort = cohort;
    this.bits = bits;
  }

  static Members of(int cohort, Collection<Integer> members) {
    BitSet bits = new BitSet(cohort);
    members.forEach(bits::set);
    return new Members(cohort, bits);
  }

  /** How many there are. */
  public int size() {
    return bits.cardinality();
  }

  /** Whether a member is among them. */
  public boolean contains(int member) {
    return bits.get(member);
  }

  /** In ascending order. */
  public IntStream stream() {
    return bits.stream();
  }

  Members keep(IntPredicate condition) {
    BitSet kept = new BitSet(cohort);
    bits.stream().filter(condition).forEach(kept::set);
    return new Members(cohort, kept);
  }

  Members without(Members others) {
    return keep(member -> !others.contains(member));
  }

  boolean overlaps(Members others) {
    return bits.intersects(others.bits);
  }

  static int encodedBytes(int cohort) {
    return Math.ceilDiv(cohort, 8);
  }

  /** A bit a member of the cohort, lowest first, in bytes. */
  byte[] encode() {
    byte[] bytes = new byte[encodedBytes(cohort)];
    byte[] used = bits.toByteArray();
    System.arraycopy(used, 0, bytes, 0, used.length);
    return bytes;
  }

  /** Empty if there is a bit of somebody who is not in the cohort. */
  static Optional<Members> decode(int cohort, byte[] bytes) {
    BitSet bits = BitSet.valueOf(bytes);
    return bits.length() > cohort ? Optional.empty() : Optional.of(new Members(cohort, bits));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Members members
        && cohort == members.cohort
        && bits.equals(members.bits);
  }

  @Override
  public int hashCode() {
    return 31 * cohort + bits.hashCode();
  }

  @Override
  public String toString() {
    return bits.toString();
  }
}
