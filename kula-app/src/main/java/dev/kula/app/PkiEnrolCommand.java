package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.client.AuthorityLine;
import dev.kula.data.DeviceId;
import dev.kula.peer.EnrolmentToken;
import dev.kula.peer.Fingerprint;
import dev.kula.peer.Peer;
import dev.kula.peer.PrivateFile;
import dev.kula.peer.Role;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.PeerKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kula pki enrol}. */
@Command(
    name = "enrol",
    mixinStandardHelpOptions = true,
    description = {
      "Makes keys here and gets a certificate for them from kula pki serve, for a token: NAME.key,"
          + " NAME.pem and authority.pem.",
      "If the answer does not come, run the same command again: it goes on with NAME.key."
    })
final class PkiEnrolCommand implements Callable<Integer> {
  private static final String AUTHORITY = "authority.pem";

  private final Terminal terminal;
  private final InstantSource clock;

  @Mixin private AuthorityOptions asked = new AuthorityOptions();

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      required = true,
      defaultValue = "${env:KULA_TOKEN}",
      description =
          "What kula pki token printed. In the variable KULA_TOKEN, others on this machine do not"
              + " see it.")
  private String token = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      required = true,
      description = "The name that the token is for.")
  private String name = "";

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      defaultValue = "device",
      completionCandidates = PkiCommand.Roles.class,
      description = "The role that the token is for. Default: ${DEFAULT-VALUE}")
  private String role = "";

  @Option(
      names = "--authority",
      paramLabel = "FILE",
      description =
          "Certificate of the authority, if it is here already. By default the token says by what"
              + " to know it.")
  private @Nullable Path authority;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where the files go; nothing is overwritten. Default: ${DEFAULT-VALUE}")
  private String out = "";

  PkiEnrolCommand(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() {
    Address address = asked.address();
    EnrolmentToken invited = EnrolmentToken.parse(token);
    DeviceId id = PkiCommand.name(name);
    Role holder = PkiCommand.role(role);
    Path directory = PkiCommand.directory(out);
    Path root = directory.resolve(AUTHORITY);
    Fingerprint known = known(invited, root);
    String file = Peer.encodedName(id);
    Path certificate = directory.resolve(file + ".pem");
    PrivateFile.refuseExisting(certificate);
    Path key = directory.resolve(file + ".key");
    PeerKeys keys = keys(key, holder);
    Credentials own =
        AuthorityLine.enrol(
            address.host(), address.port(), invited.secret(), holder, id, keys, known, clock);
    if (!Files.exists(root)) {
      Credentials.create(root, List.of(own.chain().getLast()));
    }
    Credentials.create(certificate, own.chain());
    AuthorityOptions.tell(certificate, key, own, terminal);
    return Kula.DONE;
  }

  /** By what to know the authority; all that say something of it must say the same. */
  private Fingerprint known(EnrolmentToken invited, Path root) {
    Optional<Fingerprint> known = invited.authority();
    for (Path file : authority == null ? List.of(root) : List.of(authority, root)) {
      if (file.equals(root) && !Files.exists(file)) {
        continue;
      }
      X509Certificate certificate = Credentials.authority(file);
      Fingerprint found = Fingerprint.of(certificate);
      if (known.isPresent() && !known.get().equals(found)) {
        throw KulaException.user(
            "'%s' is of the authority %s, must be of %s, as the token or --authority says; move it away"
                    .formatted(file, found.text(), known.get().text())
                + " or take another --out");
      }
      known = Optional.of(found);
    }
    return known.orElseThrow(
        () ->
            KulaException.user(
                "--token has no fingerprint of the authority, must have one; copy the whole line,"
                    + " or add --authority FILE"));
  }

  /** Of this name: what an earlier attempt has left, or new ones, written before they are used. */
  private static PeerKeys keys(Path file, Role role) {
    if (!Files.exists(file)) {
      PeerKeys keys = PeerKeys.create(role);
      keys.write(file);
      return keys;
    }
    PeerKeys keys = PeerKeys.read(file);
    Optional<KeyPair> signing = keys.signing();
    if (signing.isPresent() != (role == Role.DEVICE)) {
      throw KulaException.user(
          "'%s' has %s, must be of a %s; move it away"
              .formatted(
                  file, signing.isPresent() ? "a device's keys" : "no device's keys", role.word()));
    }
    return keys;
  }
}
