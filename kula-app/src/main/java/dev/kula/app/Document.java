package dev.kula.app;

import dev.kula.app.advice.Advice;
import dev.kula.audit.AuditReport;
import dev.kula.data.DataDescription;
import dev.kula.round.RunSummary;
import dev.kula.store.SqlitePointerTrail;
import dev.kula.store.database.RunDatabase;
import dev.kula.wire.identity.Credentials;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a command prints with {@code --json}: one of these, and nothing else. A command that is
 * added adds a record here and a section of its name to {@code docs/formats.md}, which a test
 * compares.
 */
sealed interface Document {
  /** It did not come to a result. */
  record Failed(String error, int exitCode) implements Document {}

  /** {@code simulate}, {@code compare} and {@code orchestrate}. */
  record Ended(String directory, String report, RunSummary summary) implements Document {
    static Ended of(Runner.Finished finished) {
      return new Ended(
          finished.directory().toString(),
          finished.directory().resolve("report.html").toString(),
          finished.summary());
    }
  }

  /** Advice on a data set. */
  record Advised(String directory, String page, Advice advice) implements Document {}

  /** {@code data}. */
  record Described(DataDescription data) implements Document {}

  /** {@code privacy}; no account where nothing has noise, and no cost unless it was measured. */
  record Planned(@Nullable Account account, @Nullable Cost cost, List<String> notes)
      implements Document {}

  /** A device's privacy account, as it is planned. */
  record Account(
      double epsilon, double delta, String protect, double tightEpsilon, List<Release> releases) {}

  /** A kind of release; without noise of its own if {@code noise} is null. */
  record Release(
      String release,
      int times,
      double share,
      double rho,
      String hides,
      @Nullable Double noise,
      @Nullable String noiseOf) {}

  /** Accuracy seed by seed. */
  record Cost(List<Double> withoutNoise, List<Double> withNoise) {}

  /** {@code audit}. */
  record Audited(List<Membership> memberships, List<Inversion> inversions, int violations)
      implements Document {
    static Audited of(AuditReport report) {
      return new Audited(
          report.memberships().stream().map(Membership::of).toList(),
          report.inversions().stream().map(Inversion::of).toList(),
          report.violations().size());
    }
  }

  /** An attack on membership. */
  record Membership(
      String release,
      String attack,
      double auc,
      double epsilonAtLeast,
      double epsilonIfGaussian,
      double epsilonAtMost,
      boolean violation) {
    private static Membership of(AuditReport.Membership attacked) {
      return new Membership(
          attacked.release().words(),
          attacked.attack().words(),
          attacked.scores().roc().area(),
          attacked.bound().epsilon(),
          attacked.bound().gaussianEpsilon(),
          attacked.accountedEpsilon(),
          attacked.isViolation());
    }
  }

  /** An attack on what records look like. */
  record Inversion(
      String release,
      String trainedOn,
      String recovered,
      double cosine,
      double control,
      double psnr,
      int found,
      int samples) {
    private static Inversion of(AuditReport.Inversion inverted) {
      return new Inversion(
          inverted.release().words(),
          inverted.setup().words(),
          inverted.embeddings() ? "embedding" : "record",
          inverted.recovery().cosine(),
          inverted.recovery().control(),
          inverted.recovery().psnr(),
          inverted.recovery().found(),
          inverted.recovery().samples());
    }
  }

  /** {@code audit-trail}. */
  record Trail(List<Pointer> pointers) implements Document {}

  /** What was done to a pointer. */
  record Pointer(
      String recorded,
      String run,
      long order,
      String what,
      String peer,
      @Nullable String exchange,
      @Nullable String block,
      int samples,
      String detail) {
    static Pointer of(SqlitePointerTrail.Entry entry) {
      return new Pointer(
          entry.recorded().toString(),
          entry.run(),
          entry.event().order(),
          lower(entry.event().what()),
          entry.event().peer().name(),
          entry.event().exchange().map(Pointer::lower).orElse(null),
          entry.event().block().orElse(null),
          entry.event().samples(),
          entry.event().detail());
    }

    private static String lower(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT);
    }
  }

  /** {@code store list}. */
  record Stored(String store, List<RunDatabase.StoredRun> runs) implements Document {}

  /** {@code store add}. */
  record Copied(String store, List<String> directories) implements Document {}

  /** {@code pki list} and {@code pki revoke}. */
  record Certificates(List<Certificate> certificates) implements Document {}

  /** A certificate that was issued; {@code revoked} is null if it was not. */
  record Certificate(
      String name,
      String role,
      String until,
      boolean holds,
      @Nullable String revoked,
      String serial) {}

  /** {@code pki init}. */
  record Founded(String authority, String certificate, String revoked, String key)
      implements Document {}

  /** {@code pki token}. */
  record Invited(String token) implements Document {}

  /** {@code pki issue}, {@code pki enrol} and {@code pki renew}. */
  record Issued(String certificate, String key, String role, String name, String until)
      implements Document {
    static Issued of(Path certificate, Path key, Credentials given) {
      return new Issued(
          certificate.toString(),
          key.toString(),
          given.peer().role().word(),
          given.peer().name().name(),
          given.chain().getFirst().getNotAfter().toInstant().toString());
    }
  }

  /** {@code device}; without a model where it took part in no run. */
  record Attended(@Nullable String model) implements Document {}

  /** {@code dashboard}, {@code pki serve}: where it listens, as soon as it does. */
  record Listening(String address) implements Document {}

  /** {@code export} and {@code tables}: the file or the directory that is new. */
  record Written(String path) implements Document {
    /** With its text. */
    static void tell(Path path, Terminal terminal) {
      terminal.result(() -> new Written(path.toString()), () -> path + System.lineSeparator());
    }
  }

  /** {@code doctor}. */
  record Diagnosis(boolean well, List<Finding> findings) implements Document {}

  /** {@code --version}. */
  record Version(String version, @Nullable String commit, String java, String system, String engine)
      implements Document {
    /** Of this process. */
    static Version here(String engine) {
      String version = Kula.class.getPackage().getImplementationVersion();
      String commit = System.getProperty("kula.commit", "");
      return new Version(
          Optional.ofNullable(version).orElse("development"),
          commit.isBlank() ? null : commit.strip(),
          "%s (%s)"
              .formatted(System.getProperty("java.version"), System.getProperty("java.vendor")),
          "%s %s".formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
          engine);
    }

    /** In a line. */
    String text() {
      return "kula %s%s (Java %s, %s, engine %s)"
          .formatted(version, commit == null ? "" : ", commit " + commit, java, system, engine);
    }
  }
}
