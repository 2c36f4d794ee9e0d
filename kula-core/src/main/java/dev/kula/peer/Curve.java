package dev.kula.peer;

import dev.kula.KulaException;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;

/** EC P-256, of which keys for TLS are. */
public final class Curve {
  /** What the JDK calls it. */
  public static final String NAME = "secp256r1";

  private static final ECParameterSpec PARAMETERS = parameters();

  private Curve() {}

  /**
   * Checks that {@code key} is of EC P-256.
   *
   * @throws KulaException the other party's mistake, if it is not
   */
  public static void check(PublicKey key) {
    if (!(key instanceof ECPublicKey ec) || !isThis(ec.getParams())) {
      throw KulaException.remote(
          "connection key is of kind '%s', must be EC P-256; make new keys"
              .formatted(key.getAlgorithm()));
    }
  }

  private static boolean isThis(ECParameterSpec other) {
    BigInteger order = PARAMETERS.getOrder();
    return other.getOrder().equals(order)
        && other.getCurve().equals(PARAMETERS.getCurve())
        && other.getGenerator().equals(PARAMETERS.getGenerator());
  }

  private static ECParameterSpec parameters() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(NAME));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("this Java lacks EC P-256; use a JDK 25", e);
    }
  }
}
