package dev.kula.peer;

import dev.kula.KulaException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an operator hands to whoever is to enrol: a secret that works once, and by what to know the
 * authority that it is for.
 *
 * @param secret 43 letters, of 256 bits
 * @param authority whose token it is; empty if that was left out
 */
public record EnrolmentToken(String secret, Optional<Fingerprint> authority) {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9_-]{43})(?:\\.([A-Za-z0-9_-]{43}))?");

  /**
   * Reads what {@link #text} gives.
   *
   * @throws KulaException the user's mistake, if it is none; the message does not show it
   */
  public static EnrolmentToken parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw KulaException.user(
          "token has %d characters, must be the 87 that kula pki token printed; copy the whole line"
              .formatted(text.strip().length()));
    }
    return new EnrolmentToken(
        matcher.group(1), Optional.ofNullable(matcher.group(2)).map(Fingerprint::new));
  }

  /** As it is printed and typed: one word. */
  public String text() {
    return authority.map(known -> secret + "." + known.text()).orElse(secret);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "token";
  }
}
