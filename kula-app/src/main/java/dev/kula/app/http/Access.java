package dev.kula.app.http;

import dev.kula.KulaException;
import dev.kula.peer.PrivateFile;
import dev.kula.peer.PrivateFile.Readers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may see a dashboard, and who may also control what it shows: whoever has a token. Tokens are
 * told apart by their digests, in a time that does not depend on what was sent.
 */
public final class Access {
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{16,512}");
  private static final String SCHEME = "Bearer ";
  private static final int RANDOM_BYTES = 32;

  private final Optional<byte[]> viewer;
  private final Optional<byte[]> operator;

  private Access(Optional<byte[]> viewer, Optional<byte[]> operator) {
    this.viewer = viewer;
    this.operator = operator;
  }

  /** What somebody may do. */
  enum Role {
    /** Nothing. */
    NOBODY,
    /** See all. */
    VIEWER,
    /** See all, pause, resume and stop the run, and take leases back. */
    OPERATOR;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * By files that have a token in one line. One that is not there yet is made, for its owner alone.
   *
   * @param viewer empty if everybody who reaches the port may see
   * @param operator empty if nobody may control
   * @throws KulaException the user's mistake, if others can read a file or it has no token
   */
  public static Access of(Optional<Path> viewer, Optional<Path> operator) {
    Access access = new Access(viewer.map(Access::digest), operator.map(Access::digest));
    if (viewer.isPresent()
        && operator.isPresent()
        && MessageDigest.isEqual(access.viewer.get(), access.operator.get())) {
      throw KulaException.user(
          "'%s' and '%s' have the same token, must have two: viewers must not be operators; remove"
                  .formatted(viewer.get(), operator.get())
              + " one file, and a new one is made");
    }
    return access;
  }

  private static byte[] digest(Path file) {
    if (!Files.exists(file)) {
      byte[] random = new byte[RANDOM_BYTES];
      new SecureRandom().nextBytes(random);
      String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      PrivateFile.create(file, token + "\n", Readers.OWNER);
    }
    PrivateFile.requireOwnerOnly(file);
    String token = PrivateFile.read(file).strip();
    if (!TOKEN.matcher(token).matches()) {
      throw KulaException.user(
          "'%s' has no token, must have one line of 16 to 512 letters, digits and signs without"
                  .formatted(file)
              + " blanks; remove it, and a new one is made");
    }
    return digest(token);
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw KulaException.resource("this Java lacks SHA-256: " + e.getMessage(), e);
    }
  }

  /** Whether nobody sees anything without a token. */
  public boolean isGuarded() {
    return viewer.isPresent();
  }

  /** Whether somebody may control. */
  boolean hasOperator() {
    return operator.isPresent();
  }

  /**
   * What whoever sends this may do.
   *
   * @param authorization header of a request
   */
  Role role(Optional<String> authorization) {
    if (authorization.isEmpty()) {
      return isGuarded() ? Role.NOBODY : Role.VIEWER;
    }
    String sent = authorization.get();
    if (!sent.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Role.NOBODY;
    }
    byte[] digest = digest(sent.substring(SCHEME.length()).strip());
    boolean operates = operator.filter(one -> MessageDigest.isEqual(one, digest)).isPresent();
    boolean views = viewer.filter(one -> MessageDigest.isEqual(one, digest)).isPresent();
    return operates ? Role.OPERATOR : views ? Role.VIEWER : Role.NOBODY;
  }
}
