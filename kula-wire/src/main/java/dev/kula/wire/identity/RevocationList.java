package dev.kula.wire.identity;

import dev.kula.KulaException;
import dev.kula.peer.Revocations;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An authority's list of revoked certificates (RFC 5280, section 5), in a file that is read again
 * when it changes. Whether it has changed is looked at once a second, on whichever call comes then,
 * and whenever the clock was set back; other calls look into a set in memory.
 *
 * <p>The list is signed, so it may come over any way. An older one, by its number, does not replace
 * a newer. While a file cannot be used, the last list goes on to hold, and {@link #trouble} says
 * why. Thread safe.
 */
public final class RevocationList implements Revocations {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final String NUMBER = "2.5.29.20";

  /** Before the integer: tag and length of a string of octets, tag and length of the integer. */
  private static final int NUMBER_HEADER = 4;

  private final Path file;
  private final X509Certificate authority;
  private final InstantSource clock;

  private volatile Loaded loaded;
  private volatile Instant lastLook;
  private volatile @Nullable String trouble;

  private record Version(FileTime modified, long size, @Nullable Object key) {}

  private record Loaded(Set<BigInteger> serials, BigInteger number, Version version) {}

  private RevocationList(Path file, X509Certificate authority, InstantSource clock, Loaded loaded) {
    this.file = file;
    this.authority = authority;
    this.clock = clock;
    this.loaded = loaded;
    this.lastLook = clock.instant();
  }

  /**
   * The list in {@code file}.
   *
   * @throws KulaException the user's mistake, if there is none of this authority: nobody is let in
   *     for lack of a list
   */
  public static RevocationList open(Path file, X509Certificate authority, InstantSource clock) {
    return new RevocationList(file, authority, clock, load(file, authority));
  }

  @Override
  public boolean isRevoked(BigInteger serial) {
    if (isDue()) {
      look();
    }
    return loaded.serials().contains(serial);
  }

  /** Why the file of today is not what is asked; empty if it is. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** A clock that was set back by hours must not keep what was revoked meanwhile from holding. */
  private boolean isDue() {
    Instant now = clock.instant();
    Instant last = lastLook;
    return now.isBefore(last) || !now.isBefore(last.plus(BETWEEN_LOOKS));
  }

  private synchronized void look() {
    if (!isDue()) {
      return; // another thread has
    }
    try {
      if (!version(file).equals(loaded.version())) {
        Loaded read = load(file, authority);
        if (read.number().compareTo(loaded.number()) < 0) {
          trouble =
              "'%s' is list %s, must not be older than %s, which holds on; put the newest there"
                  .formatted(file, read.number(), loaded.number());
        } else {
          loaded = read;
          trouble = null;
        }
      } else {
        trouble = null;
      }
    } catch (KulaException e) {
      trouble = e.getMessage();
    } finally {
      lastLook = clock.instant();
    }
  }

  private static Version version(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (IOException e) {
      throw missing(file);
    }
  }

  private static Loaded load(Path file, X509Certificate authority) {
    Version version = version(file); // before the content: what is written meanwhile is read later
    try (InputStream in = Files.newInputStream(file)) {
      X509CRL list = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(in);
      if (!list.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
        throw foreign(file);
      }
      list.verify(authority.getPublicKey());
      Set<BigInteger> serials = new HashSet<>();
      Set<? extends X509CRLEntry> entries = list.getRevokedCertificates();
      if (entries != null) {
        entries.forEach(entry -> serials.add(entry.getSerialNumber()));
      }
      return new Loaded(Set.copyOf(serials), number(list), version);
    } catch (IOException e) {
      throw missing(file);
    } catch (GeneralSecurityException e) {
      throw foreign(file);
    }
  }

  private static BigInteger number(X509CRL list) {
    byte[] value = list.getExtensionValue(NUMBER);
    return value == null || value.length <= NUMBER_HEADER
        ? BigInteger.ZERO
        : new BigInteger(value, NUMBER_HEADER, value.length - NUMBER_HEADER);
  }

  private static KulaException missing(Path file) {
    return KulaException.user(
        "list of revocations is '%s', must be a file that can be read; copy the authority's"
                .formatted(file)
            + " revoked.crl there");
  }

  private static KulaException foreign(Path file) {
    return KulaException.user(
        "list of revocations is '%s', must be whole and signed by this fleet's authority; copy its"
                .formatted(file)
            + " revoked.crl there");
  }
}
