package dev.kula.wire;

import dev.kula.data.DataSchema;

/** Where the devices of a fleet have their data from. */
public sealed interface FleetData {
  /**
   * Each deals the same data and takes its own part. Noise and keys come from the seed, too: a live
   * fleet does as a simulation does, bit for bit, and protects nobody.
   *
   * @param digest of the data
   */
  record Rehearsed(String digest) implements FleetData {
    public Rehearsed {
      requireText("digest", digest);
    }
  }

  /**
   * Each has data of its own, and noise and keys.
   *
   * @param run by which devices tell this run's releases from those of other runs; no other run of
   *     the fleet has it
   * @param schema by which they read their data
   */
  record Own(String run, DataSchema schema) implements FleetData {
    public Own {
      requireText("run", run);
    }
  }

  private static void requireText(String name, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(name + " is blank, must be text");
    }
  }
}
