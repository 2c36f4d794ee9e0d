package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.peer.Revocations;
import dev.kula.peer.Trust;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.RevocationList;
import dev.kula.wire.identity.Tls;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Who a process of a live fleet is, and whom it believes. */
final class IdentityOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--identity",
      paramLabel = "PATH",
      defaultValue = "${env:KULA_IDENTITY}",
      description =
          "Certificate and keys of this process, PATH.pem and PATH.key, as kula pki issue makes"
              + " them.")
  private @Nullable Path identity;

  @Option(
      names = "--authority",
      paramLabel = "FILE",
      defaultValue = "${env:KULA_AUTHORITY:-authority/authority.pem}",
      description = "Certificate of the fleet's authority. Default: ${DEFAULT-VALUE}")
  private Path authority = Path.of("");

  @Option(
      names = "--revoked",
      paramLabel = "FILE",
      defaultValue = "${env:KULA_REVOKED}",
      description =
          "The authority's list of revoked certificates, read again when it changes. By default a"
              + " server reads revoked.crl beside --authority, and a device none.")
  private @Nullable Path revoked;

  /** Of a server, which must know who was revoked. */
  Tls ofServer(InstantSource clock) {
    return tls(revoked == null ? authority.resolveSibling("revoked.crl") : revoked, clock);
  }

  /** Of a device or a monitor. */
  Tls ofDevice(InstantSource clock) {
    return tls(revoked, clock);
  }

  /** The file of the own certificate. */
  Path certificate() {
    return Path.of(own() + ".pem");
  }

  /** The file of the own keys. */
  Path key() {
    return Path.of(own() + ".key");
  }

  /** The mistake that an option is not there which a command needs in some cases. */
  static KulaException leftOut(String option, CommandSpec command) {
    return KulaException.user(
        "%s is left out, must be given; see %s --help".formatted(option, command.qualifiedName()));
  }

  /** The files of the own certificate and keys without their endings; empty if none are named. */
  Optional<Path> identity() {
    return Optional.ofNullable(identity);
  }

  /** The certificate of the authority. */
  Path authority() {
    return authority;
  }

  private Path own() {
    if (identity == null) {
      throw leftOut("--identity", command);
    }
    return identity;
  }

  private Tls tls(@Nullable Path list, InstantSource clock) {
    X509Certificate root = Credentials.authority(authority);
    Revocations revocations =
        list == null ? Revocations.none() : RevocationList.open(list, root, clock);
    return Tls.read(own(), new Trust(root, clock, revocations));
  }
}
