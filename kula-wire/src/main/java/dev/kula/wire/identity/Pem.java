package dev.kula.wire.identity;

import dev.kula.KulaException;
import dev.kula.peer.PrivateFile;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Blocks of text with a header and Base64 (RFC 7468). */
final class Pem {
  static final String CERTIFICATE = "CERTIFICATE";
  static final String PRIVATE = "PRIVATE KEY";
  static final String PUBLIC = "PUBLIC KEY";

  private static final int LINE = 64;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  /** Kinds of keys that may stand in a file, tried in this order. */
  private static final List<String> ALGORITHMS = List.of("EC", "Ed25519", "RSA");

  private Pem() {}

  /** One block. */
  record Block(String kind, byte[] content) {}

  static String text(String kind, byte[] content) {
    String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind);
  }

  /** All blocks of a file, of which there has to be one. */
  static List<Block> read(Path file) {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(PrivateFile.read(file));
    while (matcher.find()) {
      try {
        String body = matcher.group(2).replaceAll("\\s", "");
        blocks.add(new Block(matcher.group(1), Base64.getDecoder().decode(body)));
      } catch (IllegalArgumentException noBase64) {
        throw broken(file, "have Base64 between its lines BEGIN and END");
      }
    }
    if (blocks.isEmpty()) {
      throw broken(file, "be PEM, with lines BEGIN and END");
    }
    return blocks;
  }

  static List<X509Certificate> chain(Path file) {
    List<X509Certificate> chain = new ArrayList<>();
    for (Block block : read(file)) {
      if (block.kind().equals(CERTIFICATE)) {
        chain.add(certificate(file, block));
      }
    }
    if (chain.isEmpty()) {
      throw broken(file, "have a block CERTIFICATE");
    }
    return chain;
  }

  private static X509Certificate certificate(Path file, Block block) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(block.content()));
    } catch (CertificateException e) {
      throw broken(file, "have certificates as X.509 has them");
    }
  }

  /** Private keys, in their order. */
  static List<PrivateKey> privateKeys(Path file) {
    List<PrivateKey> keys = new ArrayList<>();
    for (Block block : read(file)) {
      if (block.kind().equals(PRIVATE)) {
        keys.add(
            key(block, (factory, bytes) -> factory.generatePrivate(new PKCS8EncodedKeySpec(bytes)))
                .orElseThrow(() -> broken(file, "have keys of EC, Ed25519 or RSA in PKCS #8")));
      }
    }
    if (keys.isEmpty()) {
      throw broken(
          file, "have a block PRIVATE KEY, unencrypted; openssl pkcs8 -topk8 -nocrypt makes one");
    }
    return keys;
  }

  /** Public keys, in their order. */
  static List<PublicKey> publicKeys(Path file) {
    List<PublicKey> keys = new ArrayList<>();
    for (Block block : read(file)) {
      if (block.kind().equals(PUBLIC)) {
        keys.add(
            key(block, (factory, bytes) -> factory.generatePublic(new X509EncodedKeySpec(bytes)))
                .orElseThrow(() -> broken(file, "have keys of EC, Ed25519 or RSA in X.509")));
      }
    }
    return keys;
  }

  @FunctionalInterface
  private interface Maker<K> {
    K make(KeyFactory factory, byte[] bytes) throws InvalidKeySpecException;
  }

  private static <K> Optional<K> key(Block block, Maker<K> maker) {
    for (String algorithm : ALGORITHMS) {
      try {
        return Optional.of(maker.make(KeyFactory.getInstance(algorithm), block.content()));
      } catch (InvalidKeySpecException other) {
        // of another kind, perhaps
      } catch (GeneralSecurityException e) {
        throw KulaException.resource("this Java lacks keys of " + algorithm, e);
      }
    }
    return Optional.empty();
  }

  static KulaException broken(Path file, String rule) {
    return KulaException.user(
        "'%s' cannot be used, must %s; put back a copy or have it made anew".formatted(file, rule));
  }
}
