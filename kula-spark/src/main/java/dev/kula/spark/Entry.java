package dev.kula.spark;

import java.io.Serializable;
import java.util.List;

/**
 * What one device was told in one step.
 *
 * @param command to all
 * @param letters that other devices wrote to it, in the order in which it reads them
 */
record Entry(Command command, List<Letter> letters) implements Serializable {
  Entry {
    letters = List.copyOf(letters);
  }
}
