package dev.kula.app;

import dev.kula.client.AuthorityLine;
import dev.kula.wire.identity.Credentials;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kula pki renew}. */
@Command(
    name = "renew",
    mixinStandardHelpOptions = true,
    description = {
      "Gets another certificate for the same name and keys from kula pki serve, in the second half"
          + " of the time of the one that is there, and writes it in its place.",
      "A device or monitor that runs takes it up by itself; an orchestrator has to be started"
          + " again."
    })
final class PkiRenewCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final InstantSource clock;
  @Mixin private AuthorityOptions asked = new AuthorityOptions();
  @Mixin private IdentityOptions identity = new IdentityOptions();

  PkiRenewCommand(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() {
    Address address = asked.address();
    Credentials renewed =
        AuthorityLine.renew(address.host(), address.port(), identity.ofDevice(clock));
    renewed.replace(identity.certificate());
    AuthorityOptions.tell(identity.certificate(), identity.key(), renewed, terminal);
    return Kula.DONE;
  }
}
