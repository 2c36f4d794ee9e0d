package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.peer.Role;
import dev.kula.wire.identity.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kula pki}, down to the files that it writes. */
final class PkiCommandTest {
  private final Path root;
  private final String authority;

  PkiCommandTest(@TempDir Path root) {
    this.root = root;
    authority = root.resolve("authority").toString();
  }

  @Test
  void whatIsIssuedCanBeRead() {
    init();
    Shell issued = issue("orchestrator", "node 1/a", "--host", "fleet.example.org", "--host=::1");
    assertTrue(issued.out().contains("the orchestrator 'node 1/a' until "), issued.out());
    Credentials read =
        Credentials.read(root.resolve("node%201%2Fa.pem"), root.resolve("node%201%2Fa.key"));
    assertEquals(Role.ORCHESTRATOR, read.peer().role());
    assertEquals("node 1/a", read.peer().name().name());
    issue("device", "gateway");
    assertTrue(
        Credentials.read(root.resolve("gateway.pem"), root.resolve("gateway.key"))
            .peer()
            .signing()
            .isPresent());
  }

  @Test
  void aTokenIsOneLineAndNothingElse() {
    init();
    Shell shell = Shell.done("pki", "token", "--authority", authority, "--name", "a");
    assertTrue(shell.out().matches("[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{43}\n"), shell.out());
    assertEquals("", shell.err());
  }

  @Test
  void theListLinesUp() {
    init();
    assertTrue(list().contains("has issued nothing yet"), list());
    issue("device", "a");
    issue("operator", "a-much-longer-name");
    Shell.done("pki", "revoke", "--authority", authority, "--name", "a");
    List<String> lines = list().lines().filter(line -> !line.isEmpty()).toList();
    assertEquals(5, lines.size(), list());
    assertTrue(lines.get(3).contains("revoked 2"), list());
    assertTrue(lines.get(4).contains(" holds "), list());
    assertEquals(lines.get(3).length(), lines.get(4).length(), list());
    assertEquals(lines.get(3).indexOf("Z "), lines.get(4).indexOf("Z "), list());
  }

  @Test
  void theListKnowsWhatTimeItIs() {
    init();
    issue("device", "a");
    Instant later = Instant.now().plus(Duration.ofDays(91));
    Shell shell = Shell.run(() -> later, "pki", "list", "--authority", authority);
    assertTrue(shell.out().contains(" ran out "), shell.out() + shell.err());
  }

  @Test
  void mistakesAreOneLineAndLeaveNothing() throws IOException {
    assertMistake(
        "no command is given, must be one of init, issue, list, revoke, token, serve, enrol, renew",
        "pki");
    assertMistake("DIR is left out", "pki", "init");
    assertMistake("which has no authority.pem", "pki", "list", "--authority", root.toString());
    init();
    assertMistake("nothing is overwritten", "pki", "init", authority);
    String[] device = {"pki", "issue", "--authority", authority, "--out", root.toString()};
    assertMistake("--role is left out", with(device, "--name", "a"));
    assertMistake("did you mean device?", with(device, "--name", "a", "--role", "devcie"));
    assertMistake("must be one of orchestrator", with(device, "--name", "a", "--role", "x"));
    assertMistake(
        "--name is 'kula:a', must not begin with kula:",
        with(device, "--name", "kula:a", "--role", "device"));
    assertMistake("--name is ' '", with(device, "--name", " ", "--role", "device"));
    assertMistake("must be at least one", with(device, "--name", "a", "--role", "orchestrator"));
    assertMistake(
        "host is '1.2.3'",
        with(device, "--name", "a", "--role", "orchestrator", "--host", "1.2.3"));
    assertMistake(
        "--valid is '3'", with(device, "--name", "a", "--role", "device", "--valid", "3"));
    assertMistake(
        "must be a directory",
        "pki",
        "issue",
        "--authority",
        authority,
        "--out",
        root.resolve("none").toString(),
        "--name",
        "a",
        "--role",
        "device");
    assertMistake("must be one of the two", "pki", "revoke", "--authority", authority);
    assertMistake(
        "must be of a certificate that holds",
        "pki",
        "revoke",
        "--authority",
        authority,
        "--name",
        "a");
    assertMistake(
        "must be hexadecimal", "pki", "revoke", "--authority", authority, "--serial", "xyz");
    assertMistake(
        "must be of a certificate that this authority issued",
        "pki",
        "revoke",
        "--authority",
        authority,
        "--serial",
        "12");
    try (var files = Files.list(root)) {
      assertEquals(List.of(Path.of(authority)), files.toList());
    }
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    init();
    issue("device", "a");
    String key = Files.readString(root.resolve("a.key"));
    String[] again = {
      "pki", "issue", "--authority", authority, "--out", root.toString(), "--role", "device"
    };
    assertMistake("a.pem' exists, must not", with(again, "--name", "a"));
    Files.delete(root.resolve("a.pem"));
    assertMistake("a.key' exists, must not", with(again, "--name", "a"));
    assertEquals(key, Files.readString(root.resolve("a.key")));
    Files.delete(root.resolve("a.key"));
    assertMistake("must be one without", with(again, "--name", "a"));
    assertFalse(Files.exists(root.resolve("a.key")));
  }

  private static String[] with(String[] first, String... rest) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(rest));
    return all.toArray(String[]::new);
  }

  private void init() {
    Shell.done("pki", "init", authority);
  }

  private Shell issue(String role, String name, String... rest) {
    return Shell.done(
        with(
            new String[] {
              "pki",
              "issue",
              "--authority",
              authority,
              "--out",
              root.toString(),
              "--role",
              role,
              "--name",
              name
            },
            rest));
  }

  private String list() {
    return Shell.done("pki", "list", "--authority", authority).out();
  }

  private static void assertMistake(String expected, String... arguments) {
    Shell shell = Shell.run(arguments);
    assertEquals(2, shell.exitCode(), shell.err());
    assertEquals("", shell.out());
    assertEquals(1, shell.err().lines().count(), shell.err());
    assertTrue(shell.err().contains(expected), shell.err());
  }
}
