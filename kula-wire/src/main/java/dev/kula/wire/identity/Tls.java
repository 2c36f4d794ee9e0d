package dev.kula.wire.identity;

import dev.kula.KulaException;
import dev.kula.data.DeviceKeys;
import dev.kula.peer.EnrolmentAnswer;
import dev.kula.peer.Fingerprint;
import dev.kula.peer.Peer;
import dev.kula.peer.Trust;
import dev.kula.peer.Trust.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStore.PasswordProtection;
import java.security.KeyStore.PrivateKeyEntry;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.crypto.spec.PBEParameterSpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS 1.3 with certificates on both sides. Who is let in is decided thrice: by the trust manager in
 * a full handshake; by {@link #peer} on every new connection, for TLS may resume a session without
 * asking the trust manager; and by {@link #recheck} on every call. A server that wants to say why
 * it lets somebody not in leaves most of that to the calls ({@link #issuedTrustManager}). Thread
 * safe.
 */
public final class Tls {
  /** The one version of TLS. */
  public static final String VERSION = "TLSv1.3";

  private static final int SALT_BYTES = 16;

  private final Supplier<Credentials> files;
  private final Trust trust;
  private volatile Credentials own;

  /**
   * @param own with what this process shows who it is, for as long as it runs
   * @param trust whom it believes
   */
  public Tls(Credentials own, Trust trust) {
    this(own, () -> own, trust);
  }

  private Tls(Credentials own, Supplier<Credentials> files, Trust trust) {
    this.own = own;
    this.files = files;
    this.trust = trust;
  }

  /**
   * Of a process whose certificate may be replaced in its file while it runs.
   *
   * @param identity the files of its certificate and keys without their endings, {@code .pem} and
   *     {@code .key}
   * @throws KulaException the user's mistake, if they do not belong together
   */
  public static Tls read(Path identity, Trust trust) {
    Supplier<Credentials> files =
        () -> Credentials.read(Path.of(identity + ".pem"), Path.of(identity + ".key"));
    return new Tls(files.get(), files, trust);
  }

  /**
   * Shows the certificate that is in its file now from the next {@link #context} on.
   *
   * @throws KulaException the user's mistake, if that names somebody else or another key to sign
   *     with, which only a new process can be; then all is as before
   */
  public void reread() {
    Credentials now = files.get();
    if (!now.peer().equals(own.peer())) {
      throw KulaException.user(
          "certificate in the file names the %s '%s' with another key, must name the same as before;"
                  .formatted(now.peer().role().word(), now.peer().name())
              + " have one for the keys that it had, or start the process again");
    }
    own = now;
  }

  /** Whom this process's own certificate names. */
  public Peer self() {
    return own.peer();
  }

  /**
   * The keys of this process, which is a device.
   *
   * @throws KulaException the user's mistake, if it has none to sign with
   */
  public DeviceKeys deviceKeys() {
    return own.keys().deviceKeys();
  }

  /** Whom this process believes. */
  public Trust trust() {
    return trust;
  }

  /** Of whoever opens connections to, or accepts them from, whom {@code expected} lets pass. */
  public SSLContext context(Expected expected) {
    return context(keyManagers().getKeyManagers(), trustManager(expected));
  }

  /**
   * Of a server that lets through the handshake whom {@link #issuedTrustManager} does.
   *
   * @param refusals is told why others are not, in a line; from any thread
   */
  public SSLContext issuedContext(Consumer<String> refusals) {
    return context(keyManagers().getKeyManagers(), issuedTrustManager(refusals));
  }

  /** Of a server that asks nobody for a certificate, such as one for browsers. */
  public SSLContext openContext() {
    return context(keyManagers().getKeyManagers());
  }

  private static SSLContext context(KeyManager[] keys, TrustManager... trust) {
    try {
      SSLContext context = SSLContext.getInstance(VERSION);
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw KulaException.resource("this Java lacks TLS 1.3: " + e.getMessage(), e);
    }
  }

  /** Shows this process's certificate. */
  public KeyManagerFactory keyManagers() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      char[] nothing = new char[0]; // the store never leaves memory, and one iteration is enough
      store.setEntry(
          "own",
          new PrivateKeyEntry(
              own.keys().connection().getPrivate(), own.chain().toArray(Certificate[]::new)),
          new PasswordProtection(
              nothing,
              "PBEWithHmacSHA256AndAES_256",
              new PBEParameterSpec(new byte[SALT_BYTES], 1)));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, nothing);
      return factory;
    } catch (GeneralSecurityException | IOException e) {
      throw KulaException.resource("keys cannot be used for TLS: " + e.getMessage(), e);
    }
  }

  /** Judges the other's certificate. */
  public X509ExtendedTrustManager trustManager(Expected expected) {
    return new PeerTrustManager(chain -> trust, expected);
  }

  /**
   * Of whoever has no certificate yet, and opens connections to a server of whose authority it
   * knows the fingerprint.
   */
  public static SSLContext firstContext(
      Fingerprint authority, Expected expected, InstantSource clock) {
    return context(
        new KeyManager[0],
        new PeerTrustManager(chain -> Trust.pinned(chain, authority, clock), expected));
  }

  /**
   * What came of a renewal of this process's certificate; it goes on with the old one until it is
   * told to {@link #reread} its file.
   *
   * @throws KulaException the other party's mistake, if it is for anybody else
   */
  public Credentials renewed(EnrolmentAnswer answer) {
    return Credentials.of(answer, own.peer(), own.keys(), trust);
  }

  /**
   * Lets every client through the handshake to whom the authority has issued a certificate, also
   * one that ran out or was revoked; whoever uses it asks {@link #peer} on every call.
   *
   * @param refusals is told why others are not, in a line; from any thread
   */
  public X509ExtendedTrustManager issuedTrustManager(Consumer<String> refusals) {
    return new IssuedTrustManager(trust, refusals);
  }

  /**
   * Looks at this process's own certificate as others will, so that it need not connect to be
   * refused.
   *
   * @param end this one
   * @param expected whom others let pass
   * @throws KulaException the user's mistake, if they will not
   */
  public void requireOwn(Side end, Expected expected) {
    try {
      expected.check(trust.peer(own.chain(), end));
    } catch (KulaException e) {
      throw KulaException.user("own certificate cannot be used: " + e.getMessage(), e);
    }
  }

  /**
   * What sockets and engines of this end have to be set to.
   *
   * @param end this one: a server asks for a certificate; a client checks that the server's names
   *     the host that it connects to
   */
  public static SSLParameters parameters(Side end) {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {VERSION});
    switch (end) {
      case SERVER -> parameters.setNeedClientAuth(true);
      case CLIENT -> parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    return parameters;
  }

  /**
   * Who is at the other end of a connection; to be asked of each, also of one that was resumed.
   *
   * @param other which end the other is
   * @throws KulaException the other party's mistake, if it is not to be let in
   */
  public Peer peer(SSLSession session, Side other, Expected expected) {
    Peer peer = trust.peer(chain(session), other);
    expected.check(peer);
    return peer;
  }

  /**
   * Whether the other end may still call.
   *
   * @throws KulaException the other party's mistake, if its certificate ran out or was revoked
   */
  public void recheck(SSLSession session) {
    trust.recheck(chain(session));
  }

  /** The certificates of the other end, its own first; for a renewal. */
  public static List<X509Certificate> chain(SSLSession session) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate certificate : session.getPeerCertificates()) {
        if (certificate instanceof X509Certificate one) {
          chain.add(one);
        }
      }
    } catch (SSLPeerUnverifiedException e) {
      throw KulaException.remote(
          "the other end has shown no certificate, must show one; enrol with kula pki token");
    }
    return chain;
  }
}
