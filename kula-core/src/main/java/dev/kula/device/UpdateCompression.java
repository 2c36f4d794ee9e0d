package dev.kula.device;

import dev.kula.aggregate.BlockFloats;
import dev.kula.aggregate.Update;

/**
 * Rounds updates to fewer bits, and adds what was rounded off to the next: so that over rounds
 * nothing is lost (error feedback, Seide et al. 2014; Karimireddy et al. 2019, algorithm 2). What
 * is rounded has its noise already, and so has what is kept. An update of another model than the
 * last, such as an earlier group's, is rounded by itself.
 */
final class UpdateCompression {
  private final int bits;
  private State state = new State(new float[0], 0, 0);

  /**
   * What has to survive a restart.
   *
   * @param rest rounded off of the last update; empty if nothing was
   * @param group whose model that update was of
   * @param cluster likewise
   */
  record State(float[] rest, int group, int cluster) {}

  UpdateCompression(int bits) {
    this.bits = bits;
  }

  /**
   * An update as it is to be sent.
   *
   * @param group whose model it is of
   * @param present whether that is the device's own
   */
  Update compress(Update update, int group, boolean present) {
    if (bits == BlockFloats.WHOLE) {
      return update;
    }
    float[] whole = update.delta().clone();
    boolean goesOn =
        present
            && state.rest().length == whole.length
            && state.group() == group
            && state.cluster() == update.cluster();
    if (goesOn) {
      for (int i = 0; i < whole.length; i++) {
        whole[i] += state.rest()[i];
      }
    }
    float[] rounded = BlockFloats.rounded(whole, bits);
    if (present) {
      state = new State(rest(whole, rounded), group, update.cluster());
    }
    return update.withDelta(rounded);
  }

  private static float[] rest(float[] whole, float[] rounded) {
    float[] rest = new float[whole.length];
    for (int i = 0; i < rest.length; i++) {
      float left = whole[i] - rounded[i];
      rest[i] = Float.isFinite(left) ? left : 0; // training that diverged has nothing to go on with
    }
    return rest;
  }

  State state() {
    return state;
  }

  void restore(State saved) {
    state = saved;
  }
}
