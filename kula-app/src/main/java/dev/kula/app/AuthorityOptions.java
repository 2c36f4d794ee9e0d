package dev.kula.app;

import dev.kula.client.AuthorityLine;
import dev.kula.wire.identity.Credentials;
import picocli.CommandLine.Option;

/** What commands that ask an authority for a certificate have in common. */
final class AuthorityOptions {
  @Option(
      names = "--from",
      paramLabel = "HOST:PORT",
      required = true,
      description = "Where kula pki serve listens; the port is 7444 unless named.")
  private String from = "";

  Address address() {
    return Address.read("--from", from, AuthorityLine.PORT);
  }

  /**
   * What is told of a certificate that was given.
   *
   * @param files where it is
   */
  static String got(String files, Credentials given) {
    return "%s: the %s '%s' until %s."
        .formatted(
            files,
            given.peer().role().word(),
            given.peer().name(),
            given.chain().getFirst().getNotAfter().toInstant());
  }
}
