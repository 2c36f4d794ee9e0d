package dev.kula.app;

import dev.kula.client.AuthorityLine;
import dev.kula.wire.identity.Credentials;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kula pki renew}. */
@Command(
    name = "renew",
    mixinStandardHelpOptions = true,
    description = {
      "Gets another certificate for the same name and keys from kula pki serve, in the second half"
          + " of the time of the one that is there, and writes it in its place.",
      "A process that runs goes on with the old one until it is started again."
    })
final class PkiRenewCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final InstantSource clock;
  @Mixin private IdentityOptions identity = new IdentityOptions();

  @Option(
      names = "--from",
      paramLabel = "HOST:PORT",
      required = true,
      description = "Where kula pki serve listens; the port is 7444 unless named.")
  private String from = "";

  PkiRenewCommand(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() {
    Address address = Address.read("--from", from, AuthorityLine.PORT);
    Credentials renewed =
        AuthorityLine.renew(address.host(), address.port(), identity.ofDevice(clock));
    renewed.replace(identity.certificate());
    terminal
        .out()
        .printf(
            "%s: the %s '%s' until %s.%n",
            identity.certificate(),
            renewed.peer().role().word(),
            renewed.peer().name(),
            renewed.chain().getFirst().getNotAfter().toInstant());
    return Kula.DONE;
  }
}
