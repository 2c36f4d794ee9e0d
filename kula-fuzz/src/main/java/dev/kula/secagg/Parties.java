package dev.kula.secagg;

import dev.kula.Seed;
import java.security.SecureRandom;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A session and the keys and vectors of its devices, the same every time.
 *
 * @param session of the first few of the identities
 * @param identities of devices, more than the session has
 * @param vectors one a device
 */
record Parties(Session session, List<Identity> identities, int[][] vectors) {
  static final int MOST = 6;

  /** Making keys takes longer than a message. */
  private static final List<Identity> IDENTITIES =
      IntStream.range(0, MOST)
          .mapToObj(member -> Identity.create(new Repeated(new Seed(1).derive(member))))
          .toList();

  static Parties of(
      long nonce, int cohort, Neighbourhoods neighbourhoods, int length, Modulus modulus) {
    List<byte[]> keys = IDENTITIES.subList(0, cohort).stream().map(Identity::publicKey).toList();
    RandomGenerator random = new Seed(2).generator();
    int[][] vectors = new int[cohort][length];
    for (int[] vector : vectors) {
      for (int i = 0; i < length; i++) {
        vector[i] = random.nextInt();
      }
    }
    return new Parties(
        new Session(nonce, keys, length, modulus, neighbourhoods, new byte[32]),
        IDENTITIES,
        vectors);
  }

  Advertise device(int member) {
    SecureRandom random = new Repeated(new Seed(3).derive(member));
    return Advertise.create(session, member, identities.get(member), random);
  }

  /** The sum of some vectors as the protocol is to give it. */
  int[] sum(Members contributors) {
    int[] sum = new int[session.length()];
    contributors.stream()
        .forEach(
            member -> {
              for (int i = 0; i < sum.length; i++) {
                sum[i] = session.modulus().signed(sum[i] + vectors[member][i]);
              }
            });
    return sum;
  }

  /** The same secrets every time. */
  private static final class Repeated extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final transient RandomGenerator generator;

    Repeated(Seed seed) {
      generator = seed.generator();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      generator.nextBytes(bytes);
    }
  }
}
