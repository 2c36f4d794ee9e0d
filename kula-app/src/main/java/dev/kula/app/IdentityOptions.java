package dev.kula.app;

import dev.kula.peer.Revocations;
import dev.kula.peer.Trust;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.RevocationList;
import dev.kula.wire.identity.Tls;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who a process of a live fleet is, and whom it believes. */
final class IdentityOptions {
  @Option(
      names = "--identity",
      paramLabel = "PATH",
      required = true,
      description =
          "Certificate and keys of this process, PATH.pem and PATH.key, as kula pki issue makes"
              + " them.")
  private String identity = "";

  @Option(
      names = "--authority",
      paramLabel = "FILE",
      defaultValue = "authority/authority.pem",
      description = "Certificate of the fleet's authority. Default: ${DEFAULT-VALUE}")
  private String authority = "";

  @Option(
      names = "--revoked",
      paramLabel = "FILE",
      description =
          "The authority's list of revoked certificates, read again when it changes. By default a"
              + " server reads revoked.crl beside --authority, and a device none.")
  private @Nullable String revoked;

  /** Of a server, which must know who was revoked. */
  Tls ofServer(InstantSource clock) {
    Path certificate = PkiCommand.path("--authority", authority);
    return tls(
        revoked == null
            ? certificate.resolveSibling("revoked.crl")
            : PkiCommand.path("--revoked", revoked),
        clock);
  }

  /** Of a device. */
  Tls ofDevice(InstantSource clock) {
    return tls(revoked == null ? null : PkiCommand.path("--revoked", revoked), clock);
  }

  private Tls tls(@Nullable Path list, InstantSource clock) {
    X509Certificate root = Credentials.authority(PkiCommand.path("--authority", authority));
    Revocations revocations =
        list == null ? Revocations.none() : RevocationList.open(list, root, clock);
    return new Tls(credentials(), new Trust(root, clock, revocations));
  }

  /** Certificate and keys. */
  Credentials credentials() {
    return Credentials.read(
        PkiCommand.path("--identity", identity + ".pem"),
        PkiCommand.path("--identity", identity + ".key"));
  }
}
