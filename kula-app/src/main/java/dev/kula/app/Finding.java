package dev.kula.app;

import org.jspecify.annotations.Nullable;

/**
 * What {@code kula doctor} found out about one thing.
 *
 * @param subject a word or two
 * @param grade how it is
 * @param found what was found
 * @param remedy what to do about it; null where all is well
 */
record Finding(String subject, Grade grade, String found, @Nullable String remedy) {
  /** How something is, named as it is printed. */
  enum Grade {
    ok,
    warn,
    fail
  }

  static Finding ok(String subject, String found) {
    return new Finding(subject, Grade.ok, found, null);
  }

  static Finding warn(String subject, String found, String remedy) {
    return new Finding(subject, Grade.warn, found, remedy);
  }

  static Finding fail(String subject, String found, String remedy) {
    return new Finding(subject, Grade.fail, found, remedy);
  }
}
