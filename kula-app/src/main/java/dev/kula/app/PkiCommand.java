package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.peer.Peer;
import dev.kula.peer.PrivateFile;
import dev.kula.peer.Role;
import dev.kula.pki.Authority;
import dev.kula.pki.Host;
import dev.kula.pki.Issued;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.PeerKeys;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kula pki}: the certificates of a live fleet. */
@Command(
    name = "pki",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Keeps the certificate authority of a live fleet.",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  kula pki init authority",
      "  kula pki issue --role orchestrator --name orchestrator --host fleet.example.org",
      "  kula pki serve --listen 0.0.0.0:7444",
      "  kula pki token --name gateway-7",
      "  kula pki enrol --from pki.example.org:7444 --name gateway-7 --token TOKEN",
      "  kula pki revoke --name gateway-7",
      "  kula pki list"
    })
final class PkiCommand {
  private static final Pattern SERIAL = Pattern.compile("[0-9a-fA-F]{1,40}");

  private final Terminal terminal;
  private final InstantSource clock;

  PkiCommand(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  /** For completion. */
  static final class Roles extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Roles() {
      super(Role.words());
    }
  }

  /** Where the authority is. */
  static final class Where {
    @Option(
        names = "--authority",
        paramLabel = "DIR",
        defaultValue = "authority",
        description = "The authority's directory. Default: ${DEFAULT-VALUE}")
    private String directory = "authority";

    Path path() {
      return PkiCommand.path("--authority", directory);
    }
  }

  @Command(
      name = "init",
      mixinStandardHelpOptions = true,
      description = "Makes an authority: a key, a certificate for ten years, an empty journal.")
  int init(
      @Parameters(paramLabel = "DIR", description = "Where to; empty or not there yet.")
          String directory) {
    Path path = path("DIR", directory);
    Authority.create(path, clock);
    Document.Founded founded =
        new Document.Founded(
            path.toString(),
            path.resolve("authority.pem").toString(),
            path.resolve("revoked.crl").toString(),
            path.resolve("authority.key").toString());
    terminal.result(
        () -> founded,
        () ->
            "%s is the authority. Give %s to all of the fleet, %s to its servers; who has %s can be anybody.\n"
                .formatted(
                    founded.authority(), founded.certificate(), founded.revoked(), founded.key()));
    return Kula.DONE;
  }

  @Command(
      name = "token",
      mixinStandardHelpOptions = true,
      description = {
        "Prints a token, with which kula pki enrol gets a certificate, once.",
        "It is for one role and name, and says by what to know this authority."
      })
  int token(
      @Mixin Where where,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              required = true,
              description = "The name, one for each in the fleet.")
          String name,
      @Option(
              names = "--role",
              paramLabel = "ROLE",
              defaultValue = "device",
              completionCandidates = Roles.class,
              description = "orchestrator, monitor, device or operator. Default: ${DEFAULT-VALUE}")
          String role,
      @Option(
              names = "--host",
              paramLabel = "HOST",
              description =
                  "What others connect to a server by: a DNS name or an IP address. May"
                      + " be given several times.")
          @Nullable List<String> hosts,
      @Option(
              names = "--valid",
              paramLabel = "TIME",
              defaultValue = "24h",
              description =
                  "How long it can be used, such as 30m, 24h or 7d. Default:" + " ${DEFAULT-VALUE}")
          String valid) {
    String token =
        open(where)
            .token(role(role), name(name), hosts(hosts), Durations.read("--valid", valid))
            .text();
    terminal.result(() -> new Document.Invited(token), () -> token + "\n");
    return Kula.DONE;
  }

  @Command(
      name = "issue",
      mixinStandardHelpOptions = true,
      description =
          "Makes keys and a certificate, as NAME.key and NAME.pem: for servers, and for who brings"
              + " no token.")
  int issue(
      @Mixin Where where,
      @Option(
              names = "--role",
              paramLabel = "ROLE",
              required = true,
              completionCandidates = Roles.class,
              description = "orchestrator, monitor, device or operator.")
          String role,
      @Option(
              names = "--name",
              paramLabel = "NAME",
              required = true,
              description = "The name, one for each in the fleet.")
          String name,
      @Option(
              names = "--host",
              paramLabel = "HOST",
              description =
                  "What others connect to a server by: a DNS name or an IP address. May"
                      + " be given several times.")
          @Nullable List<String> hosts,
      @Option(
              names = "--valid",
              paramLabel = "TIME",
              defaultValue = "90d",
              description = "How long the certificate holds. Default: ${DEFAULT-VALUE}")
          String valid,
      @Option(
              names = "--out",
              paramLabel = "DIR",
              defaultValue = ".",
              description =
                  "Where the two files go; nothing is overwritten. Default:" + " ${DEFAULT-VALUE}")
          String out)
      throws IOException {
    Role holder = role(role);
    DeviceId id = name(name);
    Duration validity = Durations.read("--valid", valid);
    List<Host> addresses = hosts(hosts);
    Authority authority = open(where);
    Path target = directory(out);
    PeerKeys keys = PeerKeys.create(holder);
    Peer peer = new Peer(holder, id, keys.signing().map(KeyPair::getPublic));
    Path key = target.resolve(peer.encodedName() + ".key");
    Path certificate = target.resolve(peer.encodedName() + ".pem");
    PrivateFile.refuseExisting(certificate);
    keys.write(key);
    List<X509Certificate> chain;
    try {
      chain = authority.issue(peer, keys.connection().getPublic(), addresses, validity);
    } catch (RuntimeException e) {
      Files.deleteIfExists(key); // just made, and of no use
      throw e;
    }
    Credentials.create(certificate, chain);
    AuthorityOptions.tell(certificate, key, new Credentials(peer, chain, keys), terminal);
    return Kula.DONE;
  }

  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description =
          "Revokes a certificate by its serial number, or all of a name with its tokens, for ever.")
  int revoke(
      @Mixin Where where,
      @Option(names = "--name", paramLabel = "NAME", description = "Whose certificates.")
          @Nullable String name,
      @Option(
              names = "--serial",
              paramLabel = "SERIAL",
              description = "Which certificate, as kula pki list shows it.")
          @Nullable String serial) {
    if ((name == null) == (serial == null)) {
      throw KulaException.user(
          "--name is %s and --serial is %s, must be one of the two; see kula pki revoke --help"
              .formatted(given(name), given(serial)));
    }
    Authority authority = open(where);
    List<Issued> revoked =
        name != null ? authority.revoke(name(name)) : authority.revoke(serial(given(serial)));
    terminal.result(
        () -> certificates(revoked),
        () ->
            revoked.stream()
                .map(
                    one ->
                        "Revoked %s of %s.\n".formatted(one.serial().toString(16), described(one)))
                .collect(Collectors.joining()));
    return Kula.DONE;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Shows all certificates that were issued.")
  int list(@Mixin Where where) {
    Path path = where.path();
    List<Issued> issued = open(where).issued();
    terminal.result(
        () -> certificates(issued),
        () ->
            issued.isEmpty() ? "%s has issued nothing yet.\n".formatted(path) : text(path, issued));
    return Kula.DONE;
  }

  private String text(Path path, List<Issued> issued) {
    Instant now = clock.instant();
    return new Grid(
            "Certificates of " + path,
            List.of("name", "role", "until", "state", "serial"),
            issued.stream().map(one -> row(one, now)).toList())
        .text();
  }

  private Document.Certificates certificates(List<Issued> issued) {
    Instant now = clock.instant();
    return new Document.Certificates(
        issued.stream()
            .map(
                one ->
                    new Document.Certificate(
                        one.name().name(),
                        one.role().word(),
                        one.notAfter().toString(),
                        one.revoked().isEmpty() && now.isBefore(one.notAfter()),
                        one.revoked().map(Instant::toString).orElse(null),
                        one.serial().toString(16)))
            .toList());
  }

  private static List<String> row(Issued one, Instant now) {
    String state =
        one.revoked()
            .map(at -> "revoked " + at.toString().substring(0, 10))
            .orElse(now.isBefore(one.notAfter()) ? "holds" : "ran out");
    return List.of(
        one.name().name(),
        one.role().word(),
        one.notAfter().toString(),
        state,
        one.serial().toString(16));
  }

  private static String described(Issued one) {
    return "the %s '%s'".formatted(one.role().word(), one.name());
  }

  private Authority open(Where where) {
    return Authority.open(where.path(), clock);
  }

  private static String given(@Nullable String value) {
    return value == null ? "not given" : value;
  }

  static Path path(String option, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw KulaException.user(
          "%s is '%s', must be a path; choose another".formatted(option, text));
    }
  }

  static Path directory(String out) {
    Path directory = path("--out", out);
    if (!Files.isDirectory(directory)) {
      throw KulaException.user("--out is '%s', must be a directory; make it first".formatted(out));
    }
    return directory;
  }

  static DeviceId name(String text) {
    Peer.nameRule(text)
        .ifPresent(
            rule -> {
              throw KulaException.user(
                  "--name is '%s', must %s; choose another".formatted(text, rule));
            });
    return new DeviceId(text);
  }

  private static List<Host> hosts(@Nullable List<String> texts) {
    return texts == null ? List.of() : texts.stream().map(Host::new).toList();
  }

  static Role role(String text) {
    return Role.of(text)
        .filter(Role::isForOthers)
        .orElseThrow(
            () ->
                KulaException.user(
                    "--role is '%s', must be one of %s; %s"
                        .formatted(
                            text,
                            String.join(", ", Role.words()),
                            Suggestion.closest(text, Role.words())
                                .map(near -> "did you mean " + near + "?")
                                .orElse("choose one"))));
  }

  private static BigInteger serial(String text) {
    if (!SERIAL.matcher(text).matches()) {
      throw KulaException.user(
          "--serial is '%s', must be hexadecimal digits; kula pki list shows them".formatted(text));
    }
    return new BigInteger(text, 16);
  }
}
