package dev.kula.app;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A scenario: settings under one name. What the user sets otherwise goes before them. None has a
 * base set, which would give every device samples of every label.
 */
enum Preset {
  /** More of the labels that a device has. */
  OWN("partition=dirichlet:0.1"),
  /** Half of the labels that it has, half all labels alike. */
  MIXED("partition=dirichlet:0.1 target=mixture:0.5"),
  /** Four groups of devices to which the same things look different. */
  COVARIATES("shift=features:4"),
  /** Four groups of devices that call the same things by different names. */
  CONFLICT("shift=labels:4"),
  /** Devices with much data and devices with little. */
  QUANTITY("partition=quantity:0.5"),
  /** A quarter of the devices have wrong labels. */
  POISONED("partition=dirichlet:0.1 target=mixture:0.5 attack=label-flip attackers=0.25"),
  /** A quarter of the devices join late with 5 to 20 samples. */
  COLD_START("shift=features:4 course=join"),
  /** Devices move through four regimes, each at its own time. */
  DRIFT("shift=features:4 course=sudden rounds=60"),
  /** The same, little by little. */
  GRADUAL("shift=features:4 course=gradual rounds=60"),
  /** The same, to and fro between two regimes. */
  RECURRING("shift=features:4 course=recurring rounds=60"),
  /** All move at once, so that nobody is ahead. */
  TOGETHER("shift=features:4 course=together rounds=60"),
  /** Rows come in by their times: test, then train. */
  STREAM("course=stream split=time:0.2 partition=natural");

  private static final String COMMON = "partition=dirichlet:0.5 devices=40 target=local base=0 ";

  private final String settings;

  Preset(String settings) {
    this.settings = settings;
  }

  /** Its name on the command line, such as {@code cold-start}. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String[] keys() {
    return Arrays.stream(values()).map(Preset::key).toArray(String[]::new);
  }

  /**
   * @param key one of {@link #keys()}
   */
  static Preset of(String key) {
    return valueOf(key.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** What it sets, by key. */
  Map<String, String> asMap() {
    Map<String, String> values = new LinkedHashMap<>();
    for (String setting : (COMMON + settings).split(" ", -1)) {
      int equals = setting.indexOf('=');
      values.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return values;
  }
}
