package dev.kula.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.data.BlockId;
import dev.kula.data.DeviceId;
import dev.kula.device.Message;
import dev.kula.device.Rating;
import dev.kula.monitor.FeatureSketch;
import dev.kula.monitor.Noise;
import dev.kula.monitor.Profile;
import dev.kula.privacy.PrivacyLedger.Charge;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.store.SqliteReleaseJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every journal on a disk does, whatever it is written with. */
final class ReleaseJournalContractTest {
  private static final RenyiFilter FILTER = new RenyiFilter(8, 1e-5, 12);
  private static final Release PROFILE = new Release(5, "profile");
  private static final Release UPDATE = new Release(6, "update");

  private record Content(float[] numbers, double[] others, String text) {}

  @TempDir Path directory;

  /** The journals that there are. */
  enum Kind {
    FILE {
      @Override
      void use(Path directory, String run, RenyiFilter filter, Consumer<ReleaseJournal> use) {
        try (FileReleaseJournal journal =
            FileReleaseJournal.open(directory.resolve("releases.jsonl"), run, filter)) {
          use.accept(journal);
        }
      }
    },
    SQLITE {
      @Override
      void use(Path directory, String run, RenyiFilter filter, Consumer<ReleaseJournal> use) {
        try (SqliteReleaseJournal journal =
            SqliteReleaseJournal.open(directory.resolve("releases.db"), run, filter)) {
          use.accept(journal);
        }
      }
    };

    abstract void use(Path directory, String run, RenyiFilter filter, Consumer<ReleaseJournal> use);
  }

  private static Content content(String text) {
    return new Content(
        new float[] {1.5f, Float.MIN_VALUE, -0f},
        new double[] {0.1, Double.NEGATIVE_INFINITY},
        text);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aRestartForgetsNothing(Kind kind) {
    kind.use(
        directory,
        "a run",
        FILTER,
        journal -> {
          assertEquals(List.of(), journal.history().charges());
          assertNull(journal.history().firstRefusal());
          journal.paid(new Charge(PROFILE, 0.25), content("ö\n\"1\""));
          journal.paid(new Charge(UPDATE, 0.125), content(""));
          journal.withoutNoise("visits");
          journal.withoutNoise("raw samples");
          journal.withoutNoise("visits");
          journal.refused(new Release(7, "update"));
          journal.refused(new Release(8, "update"));
        });
    kind.use(
        directory,
        "a run",
        FILTER,
        journal -> {
          assertEquals(
              List.of(new Charge(PROFILE, 0.25), new Charge(UPDATE, 0.125)),
              journal.history().charges());
          assertEquals(List.of("raw samples", "visits"), journal.history().withoutNoise());
          assertEquals(new Release(7, "update"), journal.history().firstRefusal());
          Content again = journal.content(PROFILE, Content.class).orElseThrow();
          assertArrayEquals(content("").numbers(), again.numbers());
          assertArrayEquals(content("").others(), again.others());
          assertEquals("ö\n\"1\"", again.text());
          assertEquals(Optional.empty(), journal.content(new Release(5, "update"), Content.class));
          assertFalse(journal.worksOutAgain());
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void messagesAreContents(Kind kind) {
    Profile profile =
        new Profile(
            new DeviceId("a"),
            5,
            new double[] {3.25, -1},
            new double[2 * FeatureSketch.DIMENSIONS],
            2,
            0.5,
            0.01,
            Noise.NONE);
    Rating rating = new Rating(new DeviceId("b"), 1.5, -0.25, 0, true, 2, 3);
    Message.Outcomes outcomes = new Message.Outcomes(5, List.of(rating), 6.3);
    Message.Visited visited =
        new Message.Visited(7, new BlockId("0a".repeat(32)), new float[] {1e-3f, -2});
    Release outcome = new Release(5, "outcomes");
    Release visit = new Release(5, "visit under lease 1");
    kind.use(
        directory,
        "a run",
        FILTER,
        journal -> {
          journal.paid(new Charge(PROFILE, 0.1), new Message.ProfileReport(profile));
          journal.paid(new Charge(outcome, 0.1), outcomes);
          journal.paid(new Charge(visit, 0.1), visited);
        });
    kind.use(
        directory,
        "a run",
        FILTER,
        journal -> {
          Profile again =
              journal.content(PROFILE, Message.ProfileReport.class).orElseThrow().profile();
          assertEquals(profile.device(), again.device());
          assertArrayEquals(profile.labelCounts(), again.labelCounts());
          assertEquals(profile.noise(), again.noise());
          assertEquals(Optional.of(outcomes), journal.content(outcome, Message.Outcomes.class));
          Message.Visited came = journal.content(visit, Message.Visited.class).orElseThrow();
          assertEquals(visited.block(), came.block());
          assertArrayEquals(visited.delta(), came.delta());
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aReleaseHasOneEntry(Kind kind) {
    kind.use(
        directory,
        "a run",
        FILTER,
        journal -> {
          journal.paid(new Charge(PROFILE, 0.25), content("first"));
          assertThrows(
              IllegalStateException.class,
              () -> journal.paid(new Charge(PROFILE, 0.25), content("second")));
          assertEquals(
              "first", journal.content(PROFILE, Content.class).map(Content::text).orElseThrow());
          assertEquals(1, journal.history().charges().size());
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anotherRunIsPaidFromTheSameAccount(Kind kind) {
    RenyiFilter other = new RenyiFilter(1, 1e-5, 30);
    kind.use(
        directory,
        "run-1",
        FILTER,
        journal -> {
          journal.paid(new Charge(PROFILE, 0.25), content("first"));
          journal.withoutNoise("visits");
          journal.refused(UPDATE);
        });
    kind.use(
        directory,
        "run-2",
        other,
        journal -> {
          assertEquals(Optional.empty(), journal.content(PROFILE, Content.class));
          assertNull(journal.history().firstRefusal());
          journal.paid(new Charge(PROFILE, 0.125), content("second"));
          assertEquals(List.of(new Charge(PROFILE, 0.125)), journal.history().charges());
          assertEquals(FILTER.epsilonOf(0.25), journal.history().earlierEpsilon());
          assertEquals(List.of("visits"), journal.history().withoutNoise(), "of any run");
        });
    kind.use(
        directory,
        "run-1",
        FILTER,
        journal -> {
          assertEquals(Optional.empty(), journal.content(PROFILE, Content.class), "has gone");
          assertEquals(List.of(new Charge(PROFILE, 0.25)), journal.history().charges());
          assertEquals(UPDATE, journal.history().firstRefusal());
          assertEquals(other.epsilonOf(0.125), journal.history().earlierEpsilon());
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void twoProcessesCannotSpendOneAccount(Kind kind) {
    kind.use(
        directory,
        "a run",
        FILTER,
        journal -> {
          KulaException refusal =
              assertThrows(
                  KulaException.class, () -> kind.use(directory, "a run", FILTER, other -> {}));
          assertTrue(String.valueOf(refusal.getMessage()).contains("another process"));
          journal.paid(new Charge(PROFILE, 0.25), content(""));
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aRunKeepsTheOrderOfItsPrices(Kind kind) {
    kind.use(directory, "a run", FILTER, journal -> {});
    KulaException refusal =
        assertThrows(
            KulaException.class,
            () -> kind.use(directory, "a run", new RenyiFilter(8, 1e-5, 13), journal -> {}));
    assertTrue(
        String.valueOf(refusal.getMessage()).contains("order 13, must be 12 as before"),
        refusal.getMessage());
  }

  /** It may be refused, and the one before goes on. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void aRunThatReleasesNothingDropsNothing(Kind kind) {
    kind.use(
        directory,
        "run-1",
        FILTER,
        journal -> journal.paid(new Charge(PROFILE, 0.25), content("first")));
    kind.use(directory, "run-2", FILTER, journal -> {});
    kind.use(
        directory,
        "run-1",
        FILTER,
        journal -> {
          journal.paid(new Charge(UPDATE, 0.5), content("second"));
          assertEquals(
              "first", journal.content(PROFILE, Content.class).map(Content::text).orElseThrow());
        });
  }

  /** A lock of one process says nothing to itself, and ends with any descriptor of the file. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void anotherJavaCannotOpenIt(Kind kind) {
    kind.use(
        directory,
        "a run",
        FILTER,
        journal -> {
          journal.paid(new Charge(PROFILE, 0.25), content(""));
          assertThrows(
              KulaException.class, () -> kind.use(directory, "a run", FILTER, other -> {}));
          assertEquals(Opening.REFUSED, opening(kind));
        });
    assertEquals(0, opening(kind));
  }

  private int opening(Kind kind) {
    try {
      return new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--enable-native-access=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              Opening.class.getName(),
              directory.toString(),
              kind.name())
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Opens a journal, in a process of its own. */
  static final class Opening {
    static final int REFUSED = 3;

    private Opening() {}

    public static void main(String[] arguments) {
      int code = 0;
      try {
        Kind.valueOf(arguments[1]).use(Path.of(arguments[0]), "a run", FILTER, journal -> {});
      } catch (KulaException refusal) {
        code = REFUSED;
      }
      System.exit(code);
    }
  }
}
