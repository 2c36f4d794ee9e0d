package dev.kula.pki;

import dev.kula.KulaException;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.util.IPAddress;

/**
 * What others connect to a server by.
 *
 * @param text a DNS name, or an IP address in digits
 */
public record Host(String text) {
  private static final int LONGEST = 253;
  private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

  /** The last label is no number, so that a mistyped address is not taken for a name. */
  private static final Pattern NAME =
      Pattern.compile("(%s\\.)*(?![0-9]+$)%s".formatted(LABEL, LABEL));

  public Host {
    boolean name = text.length() <= LONGEST && NAME.matcher(text).matches();
    if (!name && !isAddress(text)) {
      throw KulaException.user(
          "host is '%s', must be a DNS name or an IP address; try node1.example.org or 192.0.2.1"
              .formatted(text));
    }
  }

  GeneralName alternativeName() {
    return new GeneralName(isAddress(text) ? GeneralName.iPAddress : GeneralName.dNSName, text);
  }

  private static boolean isAddress(String text) {
    return IPAddress.isValidIPv4(text) || IPAddress.isValidIPv6(text);
  }
}
