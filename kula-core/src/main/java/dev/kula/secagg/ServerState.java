package dev.kula.secagg;

import java.util.Map;

/**
 * What a server is waiting for. A state that collects takes messages until it is closed, at
 * whatever deadline the caller has, and goes on with those who answered. A message that is refused
 * leaves it as it was; so does closing it too early, after which it still takes messages. Once
 * closed it takes none.
 *
 * <p>One thread at a time.
 */
public sealed interface ServerState
    permits CollectAdvertisements,
        CollectShares,
        CollectMaskedInputs,
        CollectEndorsements,
        CollectReveals,
        ServerState.Aggregated {

  /**
   * The end.
   *
   * @param sum of the contributors' vectors, from −2^(b − 1) to below 2^(b − 1) each
   * @param contributors whose vectors are in it
   */
  record Aggregated(int[] sum, Members contributors) implements ServerState {
    public Aggregated {
      sum = sum.clone();
    }

    @Override
    public int[] sum() {
      return sum.clone();
    }
  }

  /**
   * A transition.
   *
   * @param next what the server is now
   * @param messages by the number of the device that each is for
   */
  record Closed<S extends ServerState>(S next, Map<Integer, byte[]> messages) {
    public Closed {
      messages = Map.copyOf(messages);
    }
  }
}
