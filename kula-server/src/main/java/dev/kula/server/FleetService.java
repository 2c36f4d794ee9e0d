package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.wire.Introduction;
import dev.kula.wire.JobCodec;
import dev.kula.wire.PeerAddress;
import dev.kula.wire.Pipe;
import dev.kula.wire.SealingKeys;
import dev.kula.wire.v1.FleetGrpc;
import dev.kula.wire.v1.FromDevice;
import dev.kula.wire.v1.Hello;
import dev.kula.wire.v1.ToDevice;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What devices connect to, and a monitor if it is apart. Who calls is in {@link #CALLER}, put there
 * by whatever has authenticated the connection; a call without a caller is refused.
 */
public final class FleetService extends FleetGrpc.FleetImplBase {
  /** The device that a call comes from, or {@link dev.kula.device.Envelope#MONITOR}. */
  public static final Context.Key<DeviceId> CALLER = Context.key("kula-device");

  /** The certificates that the caller has shown, its own first; null where there was no TLS. */
  public static final Context.Key<List<X509Certificate>> CHAIN = Context.key("kula-chain");

  private final Function<DeviceId, Optional<Attended>> enrolled;

  /**
   * For devices that are looked up as they call.
   *
   * @param enrolled whoever is told of a caller's sessions; empty if it may not take part
   */
  public FleetService(Function<DeviceId, Optional<Attended>> enrolled) {
    this.enrolled = enrolled;
  }

  @Override
  public StreamObserver<FromDevice> attend(StreamObserver<ToDevice> answers) {
    ServerCallStreamObserver<ToDevice> stream = (ServerCallStreamObserver<ToDevice>) answers;
    DeviceId caller = CALLER.get();
    Optional<Attended> device = caller == null ? Optional.empty() : enrolled.apply(caller);
    if (device.isEmpty()) {
      String why = unknown(caller == null ? new DeviceId("nobody") : caller);
      stream.onError(Status.PERMISSION_DENIED.withDescription(why).asException());
      return new Ignored();
    }
    Session session =
        new Session(
            device.get(),
            new Pipe<>(stream),
            stream,
            Optional.ofNullable(CHAIN.get()).map(FleetService::encoded));
    stream.setOnCancelHandler(session::over);
    return session;
  }

  /** Why somebody may not attend. */
  public static String unknown(DeviceId caller) {
    return Envelope.MONITOR.equals(caller)
        ? "this run has no monitor apart; start its server with --monitor"
        : "'%s' is not a device of this fleet; enrol it, or use its own certificate"
            .formatted(caller.name());
  }

  /**
   * With what others may be introduced to a device.
   *
   * @param chain certificates that it has shown, in DER, its own first
   * @param hello what it said first
   * @throws KulaException blaming the device, if it shows what is no sealing key
   */
  public static Introduction introduction(List<byte[]> chain, Hello hello) {
    return new Introduction(chain, SealingKeys.shown(hello), PeerAddress.read(hello.getAddress()));
  }

  private static List<byte[]> encoded(List<X509Certificate> chain) {
    try {
      List<byte[]> encoded = new ArrayList<>();
      for (X509Certificate certificate : chain) {
        encoded.add(certificate.getEncoded());
      }
      return encoded;
    } catch (CertificateEncodingException e) {
      throw KulaException.resource("a certificate has no DER form", e);
    }
  }

  /** One connection of one device. Its events come one after another. */
  private static final class Session implements StreamObserver<FromDevice> {
    private final Attended device;
    private final Pipe<ToDevice> pipe;
    private final DeviceLine line;
    private final ServerCallStreamObserver<ToDevice> stream;
    private final Optional<List<byte[]>> chain;
    private boolean greeted;
    private boolean refused;

    Session(
        Attended device,
        Pipe<ToDevice> pipe,
        ServerCallStreamObserver<ToDevice> stream,
        Optional<List<byte[]>> chain) {
      this.device = device;
      this.pipe = pipe;
      this.line = new StreamLine(pipe);
      this.stream = stream;
      this.chain = chain;
    }

    @Override
    public void onNext(FromDevice said) {
      if (refused) {
        return; // what was on its way when the session ended
      }
      try {
        switch (said.getWhatCase()) {
          case HELLO -> greet(said.getHello());
          case RESULT -> {
            require(greeted, "a result came before the greeting; send hello first");
            device.take(line, said.getResult());
          }
          case WHAT_NOT_SET -> require(false, "a message is empty, must say something");
        }
      } catch (KulaException broken) {
        refused = true;
        over();
        stream.onError(Status.INVALID_ARGUMENT.withDescription(broken.getMessage()).asException());
      }
    }

    private void greet(Hello hello) {
      require(!greeted, "hello came twice, must come once a session");
      require(
          hello.getVersion() == JobCodec.VERSION,
          "the protocol is %d, must be %d; update the older of the two"
              .formatted(hello.getVersion(), JobCodec.VERSION));
      greeted = true;
      device.attend(line, hello, chain.map(shown -> introduction(shown, hello)));
    }

    private static void require(boolean holds, String rule) {
      if (!holds) {
        throw KulaException.remote(rule);
      }
    }

    void over() {
      pipe.broken();
      device.left(line);
    }

    @Override
    public void onError(Throwable broken) {
      over();
    }

    @Override
    public void onCompleted() {
      pipe.end();
      device.left(line);
    }
  }

  /** Of a call that has been refused. */
  private static final class Ignored implements StreamObserver<FromDevice> {
    @Override
    public void onNext(@Nullable FromDevice said) {}

    @Override
    public void onError(Throwable broken) {}

    @Override
    public void onCompleted() {}
  }
}
