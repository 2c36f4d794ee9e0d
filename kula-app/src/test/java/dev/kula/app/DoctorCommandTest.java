package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  @TempDir private Path directory;
  private String authority = "";

  @BeforeEach
  void found() {
    authority = directory.resolve("authority").toString();
    Shell.done("pki", "init", authority);
    issue("orchestrator", "server", "--host", "localhost");
    issue("device", "pump");
  }

  private void issue(String role, String name, String... more) {
    String[] words = {
      "pki",
      "issue",
      "--authority",
      authority,
      "--out",
      directory.toString(),
      "--role",
      role,
      "--name",
      name
    };
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    Shell.done(all);
  }

  private Shell doctor(InstantSource clock, String identity, String... more) {
    String[] words = {
      "doctor",
      "--devices=3",
      "--identity=" + directory.resolve(identity),
      "--authority=" + authority + "/authority.pem",
    };
    String[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return Shell.run(clock, all);
  }

  @Test
  void allIsWell() {
    Shell shell = doctor(InstantSource.system(), "server");
    assertEquals(0, shell.exitCode(), shell.out());
    for (String subject : new String[] {"jdk", "engine", "cores", "memory", "directory", "chain"}) {
      assertTrue(
          Pattern.compile("(?m)^(ok|warn)  +" + subject + " ").matcher(shell.out()).find(),
          shell.out());
    }
    assertFalse(shell.out().contains("fail"), shell.out());
  }

  @Test
  void aCertificateThatRanOutOrIsNotYetValid() {
    Instant now = Instant.now();
    Shell late = doctor(InstantSource.fixed(now.plus(Duration.ofDays(91))), "pump");
    assertEquals(1, late.exitCode());
    assertTrue(late.out().contains("fail  certificate  holds from"), late.out());
    assertTrue(late.out().contains("→ have another issued"), late.out());
    Shell early = doctor(InstantSource.fixed(now.minus(Duration.ofDays(2))), "pump");
    assertTrue(early.out().contains("→ set the clock of this machine right"), early.out());
    Shell soon = doctor(InstantSource.fixed(now.plus(Duration.ofDays(80))), "pump");
    assertEquals(0, soon.exitCode(), soon.out());
    assertTrue(soon.out().contains("→ get the next one with kula pki renew"), soon.out());
  }

  @Test
  void keysThatOthersCanReadOrThatAreOfAnother() throws IOException {
    Path key = directory.resolve("pump.key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    Shell open = doctor(InstantSource.system(), "pump");
    assertEquals(1, open.exitCode());
    assertTrue(open.out().contains("→ run chmod 600 on it"), open.out());
    issue("device", "fan");
    Files.delete(key);
    Files.copy(directory.resolve("fan.key"), key);
    Shell other = doctor(InstantSource.system(), "pump");
    assertEquals(1, other.exitCode());
    assertTrue(other.out().contains("fail  identity"), other.out());
  }

  @Test
  void aRevokedCertificateAndOneOfAnotherAuthority() {
    Shell.done("pki", "revoke", "--authority", authority, "--name", "pump");
    Shell revoked = doctor(InstantSource.system(), "pump");
    assertEquals(1, revoked.exitCode());
    assertTrue(revoked.out().contains("was revoked"), revoked.out());
    String other = directory.resolve("other").toString();
    Shell.done("pki", "init", other);
    Shell foreign =
        doctor(InstantSource.system(), "server", "--authority=" + other + "/authority.pem");
    assertEquals(2, foreign.exitCode()); // given twice
    Shell chain =
        Shell.run(
            "doctor",
            "--devices=3",
            "--identity=" + directory.resolve("server"),
            "--authority=" + other + "/authority.pem");
    assertEquals(1, chain.exitCode());
    assertTrue(chain.out().contains("does not lead to the authority"), chain.out());
  }

  @Test
  void aPortInUseAndAServerThatIsNotThere() throws IOException {
    String address;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = "127.0.0.1:" + taken.getLocalPort();
      Shell shell = Shell.run("doctor", "--devices=3", "--listen", address);
      assertEquals(1, shell.exitCode());
      assertTrue(shell.out().contains("→ end what listens there"), shell.out());
    }
    Shell gone = Shell.run("doctor", "--devices=3", "--server", address);
    assertEquals(1, gone.exitCode());
    assertTrue(gone.out().contains("cannot be reached"), gone.out());
    assertEquals(0, Shell.run("doctor", "--devices=3", "--listen", address).exitCode());
  }

  @Test
  void aDirectoryThatCannotBeWrittenAndDataThatAreNotThere() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    Shell shell = Shell.run("doctor", "--devices=3", "--out", file.resolve("runs").toString());
    assertEquals(1, shell.exitCode());
    assertTrue(shell.out().contains("→ move it away"), shell.out());
    Shell data = Shell.run("doctor", "--data", "csv:" + directory.resolve("none.csv"));
    assertEquals(1, data.exitCode());
    assertTrue(data.out().contains("fail  data"), data.out());
  }

  @Test
  void aServerThatIsBelievedAndOneThatIsNot() throws InterruptedException {
    RunningCommand server =
        RunningCommand.of(
            "orchestrate --rehearse --devices 2 --model softmax --gather 20s --listen 127.0.0.1:0"
                + " --identity %s/server --authority %s/authority.pem --out %s/run"
                    .formatted(directory, authority, directory));
    String address = "localhost:" + server.port();
    Shell well = doctor(InstantSource.system(), "pump", "--server", address);
    assertEquals(0, well.exitCode(), well.out());
    assertTrue(well.out().contains("with the orchestrator 'server'"), well.out());
    Shell unknown =
        doctor(InstantSource.system(), "pump", "--server", "127.0.0.1:" + server.port());
    assertEquals(1, unknown.exitCode());
    assertTrue(unknown.out().contains("fail  handshake"), unknown.out());
  }

  @Test
  void aHeapThatIsTooSmall() {
    MemoryNeed need = new MemoryNeed(1L << 30, 1L << 28, 1L << 20);
    assertEquals(Finding.Grade.fail, need.beside(1L << 30).grade());
    assertEquals(Finding.Grade.warn, need.beside(2L << 30).grade());
    assertEquals(Finding.Grade.ok, need.beside(4L << 30).grade());
  }
}
