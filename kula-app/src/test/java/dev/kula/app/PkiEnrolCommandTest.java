package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.peer.Role;
import dev.kula.wire.identity.Credentials;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kula pki serve}, {@code enrol} and {@code renew}, over a socket, down to the files. */
final class PkiEnrolCommandTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Path root;
  private final String authority;
  private final Path log;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final Thread serving;
  private final String from;

  PkiEnrolCommandTest(@TempDir Path root) throws Exception {
    this.root = root;
    authority = root.resolve("authority").toString();
    log = root.resolve("serve.log");
    Shell.done("pki", "init", authority);
    PrintStream err = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8);
    Terminal terminal = Terminal.of(new PrintStream(OutputStream.nullOutputStream()), err);
    serving =
        Thread.ofPlatform()
            .start(
                () ->
                    new Kula(new LocalRunner(Interruption.Answer.NONE), terminal, now::get)
                        .run(
                            "pki",
                            "serve",
                            "--authority",
                            authority,
                            "--listen",
                            "127.0.0.1:0",
                            "--operations",
                            "127.0.0.1:0"));
    from = logged("enrolment on (.*)");
  }

  @AfterEach
  void stop() throws InterruptedException {
    serving.interrupt();
    serving.join(LONG);
    assertFalse(serving.isAlive(), "it does not stop");
  }

  @Test
  void aDeviceEnrolsAndRenews() throws Exception {
    String token = token("gateway 7");
    Shell done = enrol("gateway 7", token);
    assertEquals(0, done.exitCode(), done.err());
    assertTrue(done.out().contains("the device 'gateway 7' until "), done.out());
    assertEquals(
        Files.readString(Path.of(authority, "authority.pem")),
        Files.readString(root.resolve("authority.pem")));
    Credentials first = read("gateway%207");
    assertEquals(Role.DEVICE, first.peer().role());
    logged("enrolled the device 'gateway 7' until .*, certificate (.*)");

    now.updateAndGet(before -> before.plus(Duration.ofDays(60)));
    Shell renewed =
        Shell.run(
            now::get,
            "pki",
            "renew",
            "--from",
            from,
            "--identity",
            root.resolve("gateway%207").toString(),
            "--authority",
            root.resolve("authority.pem").toString());
    assertEquals(0, renewed.exitCode(), renewed.err());
    Credentials second = read("gateway%207");
    assertTrue(
        second
            .chain()
            .getFirst()
            .getNotAfter()
            .toInstant()
            .isAfter(first.chain().getFirst().getNotAfter().toInstant()));
    String metrics = metrics();
    assertTrue(metrics.contains("kula_certificates_total 2.0"), metrics);
    assertTrue(metrics.contains("kula_refusals_total 0.0"), metrics);
  }

  /** As after an answer that was lost: the keys are there, the certificate is not. */
  @Test
  void theSameCommandGoesOnWithTheKeysThatAreThere() throws Exception {
    String token = token("a");
    assertEquals(0, enrol("a", token).exitCode());
    String key = Files.readString(root.resolve("a.key"));
    assertFailure(2, "a.pem' exists, must not", enrol("a", token));
    Files.delete(root.resolve("a.pem"));
    assertEquals(0, enrol("a", token).exitCode());
    assertEquals(key, Files.readString(root.resolve("a.key")));
    Files.delete(root.resolve("a.pem"));
    Files.delete(root.resolve("a.key"));
    assertFailure(1, "the authority refuses: token for 'a' was used already", enrol("a", token));
    logged("kula.v1.Enrolment/Enrol from .*: (token for 'a' was used already)");
    assertTrue(metrics().contains("kula_refusals_total 1.0"));
  }

  @Test
  void keysOutliveACertificateThatRanOut() throws Exception {
    assertEquals(0, enrol("a", token("a")).exitCode());
    Credentials first = read("a");
    now.updateAndGet(before -> before.plus(Duration.ofDays(91)));
    Files.delete(root.resolve("a.pem"));
    assertEquals(0, enrol("a", token("a")).exitCode());
    Credentials second = read("a");
    assertEquals(first.peer(), second.peer());
    assertTrue(
        second.chain().getFirst().getNotAfter().toInstant().isAfter(now.get()), "it ran out, too");
  }

  @Test
  void mistakesAreOneLine() throws Exception {
    String token = token("a");
    assertFailure(2, "token has 3 characters", enrol("a", "abc"));
    String secret = token.substring(0, 43);
    assertFailure(2, "--token has no fingerprint of the authority", enrol("a", secret));
    assertFailure(2, "did you mean monitor?", enrol("a", token, "--role", "monitr"));
    assertFailure(2, "must be one of orchestrator", enrol("a", token, "--role", "authority"));
    assertFailure(2, "must be a directory", enrol("a", token, "--out", root + "/none"));
    assertFalse(Files.exists(root.resolve("a.key")));
    assertFailure(1, "fingerprint of the authority is", enrol("a", secret + "." + "A".repeat(43)));
    String own = Path.of(authority, "authority.pem").toString();
    assertEquals(0, enrol("a", secret, "--authority", own).exitCode());
    Shell.done("pki", "init", root.resolve("other").toString());
    String other = root.resolve("other/authority.pem").toString();
    assertFailure(2, "is of the authority ", enrol("b", token("b"), "--authority", other));
    assertFailure(
        2,
        "has a device's keys, must be of a monitor",
        withKeyOf(
            "a",
            "m",
            Shell.done("pki", "token", "--authority", authority, "--name", "m", "--role", "monitor")
                .out()
                .strip()));
  }

  private Shell withKeyOf(String name, String other, String token) throws IOException {
    Files.copy(root.resolve(name + ".key"), root.resolve(other + ".key"));
    return enrol(other, token, "--role", "monitor");
  }

  private String token(String name) {
    return Shell.run(now::get, "pki", "token", "--authority", authority, "--name", name)
        .out()
        .strip();
  }

  private Shell enrol(String name, String token, String... rest) {
    List<String> all =
        new ArrayList<>(List.of("pki", "enrol", "--from", from, "--name", name, "--token", token));
    all.addAll(List.of(rest));
    if (!all.contains("--out")) {
      all.addAll(List.of("--out", root.toString()));
    }
    InstantSource clock = now::get;
    return Shell.run(clock, all.toArray(String[]::new));
  }

  private Credentials read(String name) {
    return Credentials.read(root.resolve(name + ".pem"), root.resolve(name + ".key"));
  }

  private String metrics() throws Exception {
    String where = logged("operations on (.*)");
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + where + "/metrics")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** What the server has said, as soon as it has. */
  private String logged(String pattern) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (System.nanoTime() < end) {
      Matcher matcher = Pattern.compile(pattern).matcher(text());
      if (matcher.find() && matcher.end() < text().length()) {
        return matcher.group(1);
      }
      Thread.sleep(20);
    }
    throw new AssertionError(pattern + " is not in " + text());
  }

  private String text() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertFailure(int exitCode, String expected, Shell shell) {
    assertEquals(exitCode, shell.exitCode(), shell.err());
    assertEquals("", shell.out());
    assertEquals(1, shell.err().lines().count(), shell.err());
    assertTrue(shell.err().contains(expected), shell.err());
  }
}
