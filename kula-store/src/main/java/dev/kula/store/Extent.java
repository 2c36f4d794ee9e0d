package dev.kula.store;

/**
 * How far the line files of a run had grown when a checkpoint was written. Keep it in the
 * checkpoint and give it to {@link RunDirectory#truncate} on resume: lines that a killed process
 * wrote after its last checkpoint, whole or partial, go, and the resumed run writes them again.
 *
 * @param roundsBytes length of {@code rounds.jsonl}, at least 0
 * @param eventsBytes length of {@code events.jsonl}, at least 0
 */
public record Extent(long roundsBytes, long eventsBytes) {
  /** Nothing written yet. */
  public static final Extent NONE = new Extent(0, 0);

  public Extent {
    if (roundsBytes < 0 || eventsBytes < 0) {
      throw new IllegalArgumentException(
          "lengths are %d and %d, must be at least 0".formatted(roundsBytes, eventsBytes));
    }
  }
}
