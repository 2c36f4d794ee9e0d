package dev.kula.app;

import dev.kula.client.AuthorityLine;
import dev.kula.wire.identity.Credentials;
import java.nio.file.Path;
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

  /** Tells of a certificate that was given. */
  static void tell(Path certificate, Path key, Credentials given, Terminal terminal) {
    Document.Issued issued = Document.Issued.of(certificate, key, given);
    terminal.result(
        () -> issued,
        () ->
            "%s and %s: the %s '%s' until %s.\n"
                .formatted(certificate, key, issued.role(), issued.name(), issued.until()));
  }
}
