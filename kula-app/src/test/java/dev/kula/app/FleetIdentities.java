package dev.kula.app;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.peer.Peer;
import dev.kula.peer.Revocations;
import dev.kula.peer.Role;
import dev.kula.peer.Trust;
import dev.kula.pki.Authority;
import dev.kula.pki.Host;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.PeerKeys;
import dev.kula.wire.identity.Tls;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Certificates of a fleet on this machine, in files as processes have them. */
record FleetIdentities(Authority authority, Path directory) {
  static final String HOST = "127.0.0.1";
  static final DeviceId SERVER = new DeviceId("orchestrator");

  static FleetIdentities create(Path directory, InstantSource clock) {
    return new FleetIdentities(Authority.create(directory.resolve("authority"), clock), directory);
  }

  static Role role(DeviceId member) {
    return member.equals(Envelope.MONITOR)
        ? Role.MONITOR
        : member.equals(SERVER) ? Role.ORCHESTRATOR : Role.DEVICE;
  }

  private Path identity(DeviceId member) {
    return directory.resolve(member.equals(Envelope.MONITOR) ? "who-plans" : member.name());
  }

  private Path certificate(DeviceId member) {
    return Path.of(identity(member) + ".pem");
  }

  private Path key(DeviceId member) {
    return Path.of(identity(member) + ".key");
  }

  /** With keys of its own. */
  void issue(DeviceId member, Duration validity) {
    PeerKeys keys = PeerKeys.create(role(member));
    keys.write(key(member));
    Credentials.create(certificate(member), chain(member, keys, validity));
  }

  /** Another one for the same keys, once the one before has run out. */
  void renew(DeviceId member) {
    PeerKeys keys = PeerKeys.read(key(member));
    List<X509Certificate> chain = chain(member, keys, Authority.VALIDITY);
    Peer peer = Peer.named(chain.getFirst());
    new Credentials(peer, chain, keys).replace(certificate(member));
  }

  private List<X509Certificate> chain(DeviceId member, PeerKeys keys, Duration validity) {
    Role role = role(member);
    DeviceId name = new DeviceId(String.valueOf(identity(member).getFileName()));
    Peer peer = new Peer(role, name, keys.signing().map(KeyPair::getPublic));
    List<Host> hosts = role.isServer() ? List.of(new Host(HOST)) : List.of();
    return authority.issue(peer, keys.connection().getPublic(), hosts, validity);
  }

  /** As a process reads its files when it starts. */
  Tls tls(DeviceId member, InstantSource clock) {
    return Tls.read(
        identity(member), new Trust(authority.certificate(), clock, Revocations.none()));
  }
}
