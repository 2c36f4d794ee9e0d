package dev.kula.wire.identity;

import dev.kula.KulaException;
import dev.kula.peer.Trust;
import dev.kula.peer.Trust.Side;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Of a server that answers everybody to whom its authority has issued a certificate, be it only to
 * say on the first call why that does not let them in. A handshake that fails cannot say why.
 */
final class IssuedTrustManager extends X509ExtendedTrustManager {
  private final Trust trust;
  private final Consumer<String> refusals;

  IssuedTrustManager(Trust trust, Consumer<String> refusals) {
    this.trust = trust;
    this.refusals = refusals;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    try {
      trust.issued(List.of(chain), Side.CLIENT);
    } catch (KulaException e) {
      refusals.accept(String.valueOf(e.getMessage()));
      throw new CertificateException(e.getMessage(), e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, kind);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, kind);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    throw new CertificateException("this end is a server, and judges clients alone");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, kind);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, kind);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[] {trust.authority()};
  }
}
