package dev.kula.data.source;

import dev.kula.KulaException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;

/** Text in UTF-8, gzipped or not, that is a user's mistake where it is neither. */
final class TextFile {
  private TextFile() {}

  /** Opens a file that is there. */
  static Reader open(Path file) {
    try {
      InputStream bytes = Files.newInputStream(file);
      try {
        return new InputStreamReader(
            Gzip.open(bytes),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
      } catch (IOException e) {
        bytes.close();
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(file, "", e);
    }
  }

  /**
   * The whole of a short file.
   *
   * @param longest in bytes
   * @throws KulaException (USER) if it is missing, longer, or not text
   */
  static String whole(Path file, int longest) {
    if (!Files.isRegularFile(file)) {
      throw KulaException.user(
          "'%s' %s; name a file"
              .formatted(file, Files.exists(file) ? "is not a file" : "does not exist"));
    }
    try {
      long size = Files.size(file);
      if (size > longest) {
        throw KulaException.user(
            "'%s' has %d bytes, must have at most %d; name another file"
                .formatted(file, size, longest));
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw unreadable(file, "", e);
    }
  }

  static void close(Path file, Reader text) {
    try {
      text.close();
    } catch (IOException e) {
      throw unreadable(file, "", e);
    }
  }

  /**
   * What is told of a file that cannot be read.
   *
   * @param where the fault lies in the text, with a blank behind it, or empty
   */
  static KulaException unreadable(Path file, String where, IOException cause) {
    String what =
        switch (cause) {
          case EOFException truncated ->
              "is gzip that ends too early, must be whole; copy it again";
          case ZipException corrupt -> "is corrupt gzip, must be whole; copy it again";
          case CharacterCodingException coding ->
              where + "has bytes that are not UTF-8; convert it to UTF-8";
          default -> "cannot be read (%s); check the file".formatted(cause);
        };
    return KulaException.user("'%s' %s".formatted(file, what), cause);
  }
}
