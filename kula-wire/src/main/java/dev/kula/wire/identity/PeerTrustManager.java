package dev.kula.wire.identity;

import dev.kula.KulaException;
import dev.kula.peer.Trust;
import dev.kula.peer.Trust.Side;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Lets {@link Trust} judge, and then the JDK, which also compares the host with the certificate
 * where the connection asks for it.
 */
final class PeerTrustManager extends X509ExtendedTrustManager {
  private final Function<List<X509Certificate>, Trust> trust;
  private final Expected expected;

  /**
   * @param trust what to believe of whoever shows a chain; throws if nothing
   */
  PeerTrustManager(Function<List<X509Certificate>, Trust> trust, Expected expected) {
    this.trust = trust;
    this.expected = expected;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    check(chain, Side.CLIENT).checkClientTrusted(chain, kind, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    check(chain, Side.SERVER).checkServerTrusted(chain, kind, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    check(chain, Side.CLIENT).checkClientTrusted(chain, kind, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    check(chain, Side.SERVER).checkServerTrusted(chain, kind, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    check(chain, Side.CLIENT);
  }

  /** Without a connection there is no host to compare with, so this trusts nobody. */
  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    throw new CertificateException("a server cannot be judged without its connection");
  }

  /** Clients show the one certificate that they have. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  /** Checks a chain; what looks at the rest. */
  private X509ExtendedTrustManager check(X509Certificate[] chain, Side other)
      throws CertificateException {
    try {
      Trust believed = trust.apply(List.of(chain));
      expected.check(believed.peer(List.of(chain), other));
      return usual(believed);
    } catch (KulaException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  /** The JDK's, at the time that it is. */
  private static X509ExtendedTrustManager usual(Trust trust) throws CertificateException {
    try {
      PKIXBuilderParameters parameters =
          new PKIXBuilderParameters(
              Set.of(new TrustAnchor(trust.authority(), null)), new X509CertSelector());
      parameters.setRevocationEnabled(false); // Trust has looked
      parameters.setDate(Date.from(trust.now()));
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(new CertPathTrustManagerParameters(parameters));
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager usual) {
          return usual;
        }
      }
      throw new CertificateException("this Java has no trust manager of its own");
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }
}
