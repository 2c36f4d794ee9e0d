package dev.kula.peer;

import dev.kula.KulaException;
import java.security.cert.X509Certificate;
import java.util.List;

/** Gives certificates to processes of a fleet. Thread safe. */
public interface Issuer {
  /**
   * The first certificate of a name, for a token.
   *
   * @throws KulaException the other party's mistake
   */
  EnrolmentAnswer enrol(EnrolmentRequest request);

  /**
   * Another certificate for the same name, role, hosts and keys.
   *
   * @param chain with which the asking party has authenticated itself on the connection that asks
   * @throws KulaException the other party's mistake
   */
  EnrolmentAnswer renew(List<X509Certificate> chain);
}
