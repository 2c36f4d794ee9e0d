package dev.kula.secagg;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.crypto.KeyAgreement;
import javax.crypto.KeyAgreementSpi;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's Ed25519 and X25519, which remember what they worked out for the same keys and bytes:
 * two runs of the protocol have most of these in common. One thread at a time.
 */
final class Remembering extends Provider {
  private static final long serialVersionUID = 1L;
  private static final String INNER = "SunEC";
  private static final int MOST = 1 << 15;

  private static final Map<List<ByteBuffer>, byte[]> KNOWN =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<ByteBuffer>, byte[]> eldest) {
          return size() > MOST;
        }
      };

  private Remembering() {
    super("KulaFuzz", "1", "Ed25519 and X25519 that remember");
    offer("Signature", "Ed25519", Ed25519.class, Ed25519::new);
    offer("KeyAgreement", "X25519", X25519.class, X25519::new);
  }

  private <T> void offer(String type, String algorithm, Class<T> spi, Supplier<T> maker) {
    putService(
        new Service(this, type, algorithm, spi.getName(), null, null) {
          @Override
          public Object newInstance(@Nullable Object parameter) {
            return maker.get();
          }
        });
  }

  /** From now on, and for the whole process. */
  static void install() {
    Security.insertProviderAt(new Remembering(), 1);
  }

  private interface Work {
    byte[] result() throws GeneralSecurityException;
  }

  private static byte[] remembered(Work work, byte[]... inputs) throws GeneralSecurityException {
    List<ByteBuffer> key = List.of(inputs).stream().map(ByteBuffer::wrap).toList();
    byte[] known = KNOWN.get(key);
    if (known == null) {
      known = work.result();
      KNOWN.put(key, known);
    }
    return known.clone();
  }

  private static byte[] encoded(@Nullable Key key) {
    if (key == null) {
      throw new IllegalStateException("no key yet");
    }
    return key.getEncoded();
  }

  private static final class Ed25519 extends SignatureSpi {
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private @Nullable PublicKey verifying;
    private @Nullable PrivateKey signing;

    @Override
    protected void engineInitVerify(PublicKey key) {
      verifying = key;
    }

    @Override
    protected void engineInitSign(PrivateKey key) {
      signing = key;
    }

    @Override
    protected void engineUpdate(byte b) {
      message.write(b);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) {
      message.write(bytes, offset, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
      byte[] bytes = message.toByteArray();
      return worked(
          () -> {
            Signature inner = Signature.getInstance("Ed25519", INNER);
            inner.initSign(signing);
            inner.update(bytes);
            return inner.sign();
          },
          encoded(signing),
          bytes);
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
      byte[] bytes = message.toByteArray();
      byte[] holds =
          worked(
              () -> {
                Signature inner = Signature.getInstance("Ed25519", INNER);
                inner.initVerify(verifying);
                inner.update(bytes);
                return new byte[] {(byte) (inner.verify(signature) ? 1 : 0)};
              },
              encoded(verifying),
              bytes,
              signature.clone());
      return holds[0] == 1;
    }

    private static byte[] worked(Work work, byte[]... inputs) throws SignatureException {
      try {
        return remembered(work, inputs);
      } catch (SignatureException e) {
        throw e;
      } catch (GeneralSecurityException e) {
        throw new SignatureException(e);
      }
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class X25519 extends KeyAgreementSpi {
    private @Nullable Key mine;
    private byte[] agreed = {};

    @Override
    protected void engineInit(Key key, SecureRandom random) {
      mine = key;
    }

    @Override
    protected void engineInit(Key key, AlgorithmParameterSpec parameters, SecureRandom random) {
      mine = key;
    }

    @Override
    protected @Nullable Key engineDoPhase(Key theirs, boolean last) throws InvalidKeyException {
      try {
        agreed =
            remembered(
                () -> {
                  KeyAgreement inner = KeyAgreement.getInstance("X25519", INNER);
                  inner.init(mine);
                  inner.doPhase(theirs, last);
                  return inner.generateSecret();
                },
                encoded(mine),
                encoded(theirs));
      } catch (InvalidKeyException e) {
        throw e;
      } catch (GeneralSecurityException e) {
        throw new InvalidKeyException(e);
      }
      return null;
    }

    @Override
    protected byte[] engineGenerateSecret() {
      return agreed.clone();
    }

    @Override
    protected int engineGenerateSecret(byte[] into, int offset) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected SecretKey engineGenerateSecret(String algorithm) {
      throw new UnsupportedOperationException();
    }
  }
}
