package dev.kula.peer;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What an authority gives to who enrols or renews.
 *
 * @param chain the new certificate, then the authority's
 */
public record EnrolmentAnswer(List<X509Certificate> chain) {
  public EnrolmentAnswer {
    chain = List.copyOf(chain);
  }
}
