package dev.kula.app;

import dev.kula.app.http.OperationsPort;
import dev.kula.app.http.Readings;
import dev.kula.client.AuthorityLine;
import dev.kula.data.DeviceId;
import dev.kula.peer.EnrolmentAnswer;
import dev.kula.peer.EnrolmentRequest;
import dev.kula.peer.Issuer;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.pki.Authority;
import dev.kula.pki.Enrolment;
import dev.kula.server.EnrolmentPort;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.PeerKeys;
import dev.kula.wire.identity.Tls;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kula pki serve}. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Gives certificates over the network, until it is stopped: first ones for tokens, later ones"
          + " to whoever shows the one before.",
      "It holds the authority's key: let it run where nothing else does."
    })
final class PkiServeCommand implements Callable<Integer> {
  private static final DeviceId NAME = new DeviceId("authority");

  private final Terminal terminal;
  private final InstantSource clock;
  @Mixin private PkiCommand.Where where = new PkiCommand.Where();
  @Mixin private OperationsOptions operations = new OperationsOptions();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_LISTEN:-0.0.0.0:7444}",
      description = "Where others connect to. Default: ${DEFAULT-VALUE}")
  private String listen = "";

  @Option(
      names = "--valid",
      paramLabel = "TIME",
      defaultValue = "90d",
      description = "How long certificates hold. Default: ${DEFAULT-VALUE}")
  private String valid = "";

  PkiServeCommand(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() {
    Address address = Address.read("--listen", listen, AuthorityLine.PORT);
    Authority authority = Authority.open(where.path(), clock);
    try (Readings readings = new Readings()) {
      return serve(address, authority, readings);
    }
  }

  private int serve(Address address, Authority authority, Readings readings) {
    Runnable refused = readings.counted("kula.refusals", "requests that were refused");
    Issuer issuer =
        new Telling(
            new Enrolment(authority, Durations.read("--valid", valid)),
            readings.counted("kula.certificates", "certificates that were given"));
    try (EnrolmentPort port =
        EnrolmentPort.open(
            address.socket(),
            tls(authority),
            issuer,
            line -> {
              refused.run();
              say(line);
            })) {
      String bound = new Address(address.host(), port.port()).toString();
      say("enrolment on " + bound);
      if (terminal.json()) {
        terminal.result(() -> new Document.Listening(bound), () -> "");
      }
      Optional<OperationsPort> asked =
          Operations.open(operations.address(), Optional::empty, () -> readings, terminal);
      try {
        port.awaitEnd();
      } finally {
        asked.ifPresent(OperationsPort::close);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // told to stop
    }
    return Kula.DONE;
  }

  /** Who it is to those that connect, by a key that nobody else ever has. */
  private Tls tls(Authority authority) {
    PeerKeys keys = PeerKeys.create(Role.AUTHORITY);
    Peer self = new Peer(Role.AUTHORITY, NAME, Optional.empty());
    return new Tls(
        new Credentials(self, authority.own(self, keys.connection().getPublic()), keys),
        new Trust(authority.certificate(), clock, Revocations.none()));
  }

  private void say(String line) {
    terminal.err().println("kula: " + line);
  }

  /** Tells the operator what is given to whom. */
  private final class Telling implements Issuer {
    private final Issuer issuer;
    private final Runnable given;

    Telling(Issuer issuer, Runnable given) {
      this.issuer = issuer;
      this.given = given;
    }

    @Override
    public EnrolmentAnswer enrol(EnrolmentRequest request) {
      return told("enrolled", issuer.enrol(request));
    }

    @Override
    public EnrolmentAnswer renew(List<X509Certificate> chain) {
      return told("renewed", issuer.renew(chain));
    }

    private EnrolmentAnswer told(String what, EnrolmentAnswer answer) {
      given.run();
      X509Certificate own = answer.chain().getFirst();
      Peer peer = Peer.named(own);
      say(
          "%s the %s '%s' until %s, certificate %s"
              .formatted(
                  what,
                  peer.role().word(),
                  peer.name(),
                  own.getNotAfter().toInstant(),
                  Trust.serial(own)));
      return answer;
    }
  }
}
