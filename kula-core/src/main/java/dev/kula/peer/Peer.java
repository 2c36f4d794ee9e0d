package dev.kula.peer;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Whom a certificate names. It stands there in URIs of the subject's alternative names: exactly one
 * {@code kula://ROLE/NAME}, the name percent-encoded, and for devices exactly one {@code
 * kula-key:BASE64URL} with the 32 bytes of the Ed25519 key that they sign pointers and leases with.
 * The subject itself says nothing that is read.
 *
 * <p>That a certificate names somebody does not make it true: see {@link Trust}.
 *
 * @param name at most {@value #LONGEST_NAME} characters, and none that is reserved
 * @param signing an Ed25519 key; devices always have one
 */
public record Peer(Role role, DeviceId name, Optional<PublicKey> signing) {
  /** Characters of a name. */
  public static final int LONGEST_NAME = 64;

  private static final String NAME_SCHEME = "kula://";
  private static final String KEY_SCHEME = "kula-key:";

  /** Of the kinds of alternative names, a URI (RFC 5280, 4.2.1.6). */
  private static final int URI = 6;

  public Peer {
    nameRule(name.name())
        .ifPresent(
            rule -> {
              throw KulaException.remote(
                  "name is '%s', must %s; choose another".formatted(name, rule));
            });
    signing.ifPresent(SigningKey::bytes);
    if (role == Role.DEVICE && signing.isEmpty()) {
      throw KulaException.remote(
          "device '%s' has no signing key, must have one; have a certificate issued with a URI %s"
              .formatted(name, KEY_SCHEME + "BASE64URL"));
    }
  }

  /** What {@code name} must be and is not; empty if a peer may have it. */
  public static Optional<String> nameRule(String name) {
    if (name.isBlank()) {
      return Optional.of("not be blank");
    }
    if (name.startsWith(Envelope.RESERVED)) {
      return Optional.of("not begin with " + Envelope.RESERVED + ", as Kula's own do");
    }
    if (name.length() > LONGEST_NAME) {
      return Optional.of("have at most %d characters".formatted(LONGEST_NAME));
    }
    return decoded(encoded(name)).equals(name)
        ? Optional.empty()
        : Optional.of("be text that UTF-8 can hold");
  }

  /** The URIs that name this peer in a certificate. */
  public List<String> uris() {
    List<String> uris = new ArrayList<>();
    uris.add(NAME_SCHEME + role.word() + "/" + encoded(name.name()));
    signing.ifPresent(
        key ->
            uris.add(
                KEY_SCHEME
                    + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(SigningKey.bytes(key))));
    return List.copyOf(uris);
  }

  /** The name as it stands in the certificate, in letters that files may have. */
  public String encodedName() {
    return encodedName(name);
  }

  /** A name as it stands in a certificate, in letters that files may have. */
  public static String encodedName(DeviceId name) {
    return encoded(name.name());
  }

  /**
   * Whom {@code certificate} names; whether that is so is not checked.
   *
   * @throws KulaException the other party's mistake
   */
  public static Peer named(X509Certificate certificate) {
    List<String> uris = uris(certificate);
    String name = one(uris, NAME_SCHEME + "ROLE/NAME", NAME_SCHEME);
    int slash = name.indexOf('/');
    Role role =
        Role.of(slash < 0 ? name : name.substring(0, slash))
            .orElseThrow(
                () ->
                    malformed(
                        NAME_SCHEME + name, "name one of " + String.join(", ", Role.words())));
    String encoded = slash < 0 ? "" : name.substring(slash + 1);
    String decoded = decoded(encoded);
    if (decoded.isBlank() || !encoded(decoded).equals(encoded)) {
      throw malformed(NAME_SCHEME + name, "end in a percent-encoded name");
    }
    boolean signs = uris.stream().anyMatch(uri -> uri.startsWith(KEY_SCHEME));
    Optional<PublicKey> signing =
        signs
            ? Optional.of(key(one(uris, KEY_SCHEME + "BASE64URL", KEY_SCHEME)))
            : Optional.empty();
    return new Peer(role, new DeviceId(decoded), signing);
  }

  private static List<String> uris(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> Integer.valueOf(URI).equals(name.get(0)))
              .map(name -> String.valueOf(name.get(1)))
              .toList();
    } catch (CertificateParsingException e) {
      throw KulaException.remote(
          "alternative names of certificate %s cannot be read, must be as RFC 5280 has them; have"
                  .formatted(Trust.serial(certificate))
              + " another issued");
    }
  }

  private static String one(List<String> uris, String form, String scheme) {
    List<String> found = uris.stream().filter(uri -> uri.startsWith(scheme)).toList();
    if (found.size() != 1) {
      throw KulaException.remote(
          "certificate has %d URIs %s among its alternative names %s, must have exactly one; have"
                  .formatted(found.size(), form, uris)
              + " another issued");
    }
    return found.getFirst().substring(scheme.length());
  }

  private static PublicKey key(String encoded) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(encoded);
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(encoded)) {
        return SigningKey.of(bytes);
      }
    } catch (IllegalArgumentException noBase64) {
      // told below, with what is no canonical Base64 either
    }
    throw malformed(KEY_SCHEME + encoded, "end in Base64 for URLs without padding");
  }

  private static KulaException malformed(String uri, String rule) {
    return KulaException.remote(
        "URI of a certificate is '%s', must %s; have another issued".formatted(uri, rule));
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** What {@code encoded} decodes to; nothing if it does not. */
  private static String decoded(String encoded) {
    try {
      return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException noEscape) {
      return "";
    }
  }
}
