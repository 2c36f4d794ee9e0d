package dev.kula.secagg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.sealing.Curve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code docs/formats.md} says what {@link Codec} writes. */
final class WireDocumentTest {
  private static String section = "";

  @BeforeAll
  static void read() throws IOException {
    String document = Files.readString(Path.of("..", "docs", "formats.md"));
    section = document.substring(document.indexOf("\n## Messages of secure aggregation\n"));
  }

  @Test
  void everyKindHasItsRow() {
    List<String> rows =
        Pattern.compile("^\\| (\\d+ \\| [a-z ]+ \\| (?:device|server)) \\|", Pattern.MULTILINE)
            .matcher(section)
            .results()
            .map(row -> row.group(1))
            .toList();
    List<String> kinds =
        Arrays.stream(Kind.values())
            .map(kind -> "%d | %s | %s".formatted(kind.code(), kind, sender(kind)))
            .toList();
    assertEquals(kinds, rows);
  }

  private static String sender(Kind kind) {
    return switch (kind) {
      case ADVERTISEMENT, SHARES_SENT, MASKED_VECTOR, ENDORSEMENT, REVEAL -> "device";
      case ROSTER, SHARES_DELIVERED, SURVIVORS, UNMASK_REQUEST -> "server";
    };
  }

  @Test
  void versionAndHeaderAreThoseThatAreWritten() {
    assertTrue(section.contains("| 0 | version, " + Codec.VERSION + " |"));
    assertTrue(section.contains("| 2–%d | number of the session".formatted(Session.ID_BYTES + 1)));
    assertTrue(section.contains("| %d– | body |".formatted(Codec.HEADER_BYTES)));
    assertTrue(section.contains("| last %d | of a device".formatted(Identity.SIGNATURE_BYTES)));
  }

  @ParameterizedTest
  @CsvSource({
    "advertisement, X25519 key to seal shares",
    "shares sent, sealed shares",
    "endorsement, SHA-256 of the set",
    "reveal, share"
  })
  void lengthsAreThoseThatAreWritten(String message, String field) {
    int bytes =
        switch (message) {
          case "advertisement" -> Curve.KEY_BYTES;
          case "shares sent" -> Message.SealedShares.BYTES;
          case "endorsement" -> Message.Endorsement.HASH_BYTES;
          default -> Shamir.SHARE_BYTES;
        };
    String row =
        section.lines().filter(line -> line.contains("| " + message + " |")).findFirst().orElse("");
    assertTrue(row.contains("%s (%d)".formatted(field, bytes)), row);
  }
}
