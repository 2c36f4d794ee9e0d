package dev.kula;

import java.util.Optional;

/**
 * Makes a thing that goes by a name, so that a class which Kula does not know can be named where
 * Kula's own can: {@code NAME} or {@code NAME:ARGUMENT}. Each seam that can be extended has an
 * interface of its own above this one; {@link java.util.ServiceLoader} finds the classes that
 * implement it and are listed in {@code META-INF/services}. Thread safe.
 *
 * @param <T> what it makes
 */
public interface Extension<T> {
  /** Lower-case letters, digits and hyphens, beginning with a letter; no name that Kula has. */
  String name();

  /**
   * What the name stands for.
   *
   * @param argument what follows the colon, if there is one
   * @throws IllegalArgumentException if the argument is not what it must be; the message, which
   *     says what it must be, is shown to whoever named it
   */
  T create(Optional<String> argument);
}
