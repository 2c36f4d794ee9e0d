package dev.kula.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A state that was read back.
 *
 * @param state as it was written
 * @param file where it came from
 * @param warning why the newest checkpoint could not be used, one line, if it could not
 */
public record Restored<T>(T state, Path file, Optional<String> warning) {}
