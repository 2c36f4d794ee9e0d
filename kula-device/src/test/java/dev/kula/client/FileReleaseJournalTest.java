package dev.kula.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.privacy.PrivacyLedger.Charge;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.accounting.RenyiFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a journal of lines makes of a file that is not as it left it. */
final class FileReleaseJournalTest {
  private static final RenyiFilter FILTER = new RenyiFilter(8, 1e-5, 12);
  private static final Charge CHARGE = new Charge(new Release(5, "profile"), 0.25);

  private record Content(float[] numbers) {}

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void write() {
    file = directory.resolve("releases.jsonl");
    try (FileReleaseJournal journal = open("a run")) {
      journal.paid(CHARGE, new Content(new float[] {1}));
    }
  }

  private FileReleaseJournal open(String run) {
    return FileReleaseJournal.open(file, run, FILTER);
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  /** A power cut in the middle of a line: the release had not left. */
  @Test
  void halfALineIsDroppedAndTheRestGoesOn() throws IOException {
    String whole = Files.readString(file);
    append("{\"paid\":{\"run\":\"a run\",\"release\":{\"round\":6");
    try (FileReleaseJournal journal = open("a run")) {
      assertEquals(List.of(CHARGE), journal.history().charges());
      assertEquals(whole, Files.readString(file));
      journal.paid(new Charge(new Release(6, "update"), 0.5), new Content(new float[0]));
    }
    try (FileReleaseJournal journal = open("a run")) {
      assertEquals(2, journal.history().charges().size());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no line\n",
        "\n",
        "{}\n",
        "null\n",
        "[1]\n",
        "{\"paid\":{\"run\":\"a run\",\"release\":{\"round\":5,\"purpose\":\"profile\"},\"rho\":0.25}}\n",
        "{\"paid\":{\"run\":\"of nobody\",\"release\":{\"round\":5,\"purpose\":\"x\"},\"rho\":0.25}}\n",
        "{\"paid\":{\"run\":\"a run\",\"release\":{\"round\":6,\"purpose\":\"x\"},\"rho\":-1}}\n",
        "{\"paid\":{\"run\":\"a run\",\"rho\":1}}\n",
        "{\"withoutNoise\":\"x\",\"limit\":{\"run\":\"b\",\"order\":3,\"delta\":0.1}}\n"
      })
  void whatIsNoLineIsRefusedAndLeftAlone(String line) throws IOException {
    append(line);
    String before = Files.readString(file);
    KulaException refusal = assertThrows(KulaException.class, () -> open("a run"));
    assertTrue(
        String.valueOf(refusal.getMessage()).contains("is damaged; what was paid must not be"),
        refusal.getMessage());
    assertEquals(before, Files.readString(file));
  }

  /** Contents of an earlier run are of no use to anybody, and are as large as models. */
  @Test
  void anEarlierRunKeepsItsPricesAlone() throws IOException {
    try (FileReleaseJournal journal = open("a run")) {
      journal.paid(new Charge(new Release(6, "update"), 0.5), new Content(new float[100_000]));
    }
    long before = Files.size(file);
    try (FileReleaseJournal journal = open("another run")) {
      assertEquals(FILTER.epsilonOf(0.75), journal.history().earlierEpsilon());
      journal.paid(CHARGE, new Content(new float[] {2}));
    }
    assertTrue(before > 500_000 && Files.size(file) < 1_000, before + ", " + Files.size(file));
    assertTrue(Files.readString(file, StandardCharsets.UTF_8).endsWith("\n"), "a line at a time");
  }
}
