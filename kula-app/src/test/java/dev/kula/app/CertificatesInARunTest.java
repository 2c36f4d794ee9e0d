package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.client.FleetClient;
import dev.kula.client.RenewedLine;
import dev.kula.data.DeviceId;
import dev.kula.pki.Authority;
import dev.kula.round.RoundRecord;
import dev.kula.round.RunEvent;
import dev.kula.round.RunListener;
import dev.kula.round.RunResult;
import dev.kula.round.RunState;
import dev.kula.server.FleetPort;
import dev.kula.server.LiveFleet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over real TLS: whoever is refused in the middle of a run goes on once that is put right. */
final class CertificatesInARunTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROUND = 2;

  @TempDir Path directory;
  private volatile Instant now = Instant.now();
  private volatile Instant serversNow = now;
  private final List<String> notAdmitted = new CopyOnWriteArrayList<>();

  @Test
  void aDeviceWhoseCertificateRunsOutGoesOnWithAnotherInItsFile() throws Exception {
    assertNothingChanges(
        time -> {
          now = time.plus(Duration.ofHours(2));
          serversNow = now;
        },
        (identities, device) -> identities.renew(device));
    assertTrue(
        notAdmitted.getFirst().contains(" held until ")
            && notAdmitted.getFirst().contains("have another issued"),
        notAdmitted::toString);
    assertTrue(notAdmitted.size() < 3, "it asks although it knows: " + notAdmitted);
  }

  @Test
  void aServersClockThatJumpsEndsNobody() throws Exception {
    assertNothingChanges(
        time -> serversNow = time.plus(Duration.ofDays(200)),
        (identities, device) -> serversNow = now);
  }

  @Test
  @Tag("slow")
  void norOneThatIsSetBack() throws Exception {
    assertNothingChanges(
        time -> serversNow = time.minus(Duration.ofDays(30)),
        (identities, device) -> serversNow = now);
    assertTrue(notAdmitted.getFirst().contains("set the clocks right"), notAdmitted::toString);
  }

  private interface Trouble {
    void happen(Instant before);
  }

  private interface Cure {
    void help(FleetIdentities identities, DeviceId device);
  }

  private void assertNothingChanges(Trouble trouble, Cure cure) throws Exception {
    SmallFleet fleet = SmallFleet.deal(directory);
    RunResult expected = fleet.alone();
    FleetIdentities identities = FleetIdentities.create(directory, () -> now);
    DeviceId first = fleet.devices().getFirst();
    identities.issue(FleetIdentities.SERVER, Authority.VALIDITY);
    for (DeviceId member : fleet.members()) {
      identities.issue(member, member.equals(first) ? Duration.ofHours(1) : Authority.VALIDITY);
    }
    List<RoundRecord> rounds = new ArrayList<>();
    List<String> refusals = new CopyOnWriteArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void round(RoundRecord round, List<RunEvent> events) {
            rounds.add(round);
            if (round.round() == ROUND) {
              trouble.happen(now);
            }
          }

          @Override
          public void checkpoint(Supplier<RunState> state) {}
        };
    List<FleetClient> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    List<RenewedLine> lines = new ArrayList<>();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    try (LiveFleet rehearsal = fleet.rehearsal(PATIENCE, refusals::add, listener);
        FleetPort port =
            FleetPort.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                identities.tls(FleetIdentities.SERVER, () -> serversNow),
                rehearsal.service(),
                notAdmitted::add)) {
      for (DeviceId member : fleet.members()) {
        RenewedLine line =
            RenewedLine.open(
                FleetIdentities.HOST,
                port.port(),
                identities.tls(member, () -> now),
                FleetIdentities.role(member));
        FleetClient client = new FleetClient(line, fleet.worker(member), 1 << 26, Optional.empty());
        lines.add(line);
        clients.add(client);
        threads.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                .start(() -> attend(client)));
      }
      Thread help =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (notAdmitted.isEmpty() && failures.isEmpty()) {
                      pause(Duration.ofMillis(20));
                    }
                    pause(Duration.ofSeconds(1));
                    cure.help(identities, first);
                  });
      assertTrue(rehearsal.server().await(clients.size(), PATIENCE), "nobody came");
      RunResult actual = rehearsal.run();
      rehearsal.dismiss();
      clients.forEach(FleetClient::stop);
      for (Thread thread : threads) {
        thread.join(PATIENCE);
      }
      help.join(PATIENCE);
      assertEquals(List.of(), failures);
      assertEquals(List.of(), refusals);
      SmallFleet.assertSame(expected, rounds, actual);
    } finally {
      lines.forEach(RenewedLine::close);
    }
  }

  private static void attend(FleetClient client) {
    try {
      client.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      client.worker().close();
    }
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
