package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.KulaException.Blame;
import dev.kula.peer.EnrolmentAnswer;
import dev.kula.peer.Issuer;
import dev.kula.wire.EnrolmentCodec;
import dev.kula.wire.identity.Tls;
import dev.kula.wire.v1.Certified;
import dev.kula.wire.v1.EnrolRequest;
import dev.kula.wire.v1.EnrolmentGrpc;
import dev.kula.wire.v1.RenewRequest;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What asks an {@link Issuer} for those who call. Whoever is refused is told why in a line, as is
 * the operator; what goes wrong here, the operator alone. Thread safe.
 */
final class EnrolmentService extends EnrolmentGrpc.EnrolmentImplBase {
  /** Calls of all at once at the most. */
  static final int BURST = 100;

  /** Calls of all in a second in the long run. */
  static final int A_SECOND = 20;

  private static final Context.Key<SSLSession> SESSION = Context.key("kula-session");
  private static final Context.Key<String> WHENCE = Context.key("kula-whence");
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Issuer issuer;
  private final Consumer<String> refusals;
  private final LongSupplier nanos;

  /** Calls that may be made now. */
  private double left = BURST;

  private long looked;

  /** Whether the operator was told that there are too many, since the last that was let in. */
  private boolean told;

  /**
   * @param nanos a clock that only goes forward
   */
  EnrolmentService(Issuer issuer, Consumer<String> refusals, LongSupplier nanos) {
    this.issuer = issuer;
    this.refusals = refusals;
    this.nanos = nanos;
    this.looked = nanos.getAsLong();
  }

  /** Counts calls, before a byte of them is read, and tells the service where they come from. */
  ServerInterceptor interceptor() {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String whence =
            "%s from %s"
                .formatted(
                    call.getMethodDescriptor().getFullMethodName(),
                    call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        if (!admit()) {
          String why =
              "the authority is asked too often, must be at most %d times a second; try again"
                  .formatted(A_SECOND);
          if (isNews()) {
            tell(whence, why);
          }
          call.close(Status.RESOURCE_EXHAUSTED.withDescription(why), new Metadata());
          return new ServerCall.Listener<>() {};
        }
        Context context = Context.current().withValue(WHENCE, whence);
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        return Contexts.interceptCall(
            session == null ? context : context.withValue(SESSION, session), call, headers, next);
      }
    };
  }

  @Override
  public void enrol(EnrolRequest request, StreamObserver<Certified> out) {
    answer(out, () -> issuer.enrol(EnrolmentCodec.decode(request)));
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<Certified> out) {
    answer(out, () -> issuer.renew(Tls.chain(SESSION.get())));
  }

  private void answer(StreamObserver<Certified> out, Supplier<EnrolmentAnswer> ask) {
    // Who has gone meanwhile can ask again.
    ((ServerCallStreamObserver<Certified>) out).setOnCancelHandler(() -> {});
    Certified answer;
    try {
      answer = EnrolmentCodec.encode(ask.get());
    } catch (RuntimeException e) {
      tell(WHENCE.get(), String.valueOf(e.getMessage()));
      Status refused =
          e instanceof KulaException known && known.blame() == Blame.REMOTE
              ? Status.PERMISSION_DENIED.withDescription(known.getMessage())
              : Status.FAILED_PRECONDITION.withDescription(
                  "the authority cannot issue now; its operator sees why");
      out.onError(refused.asException());
      return;
    }
    out.onNext(answer);
    out.onCompleted();
  }

  /** Whether one more call may be made now; then it counts. */
  synchronized boolean admit() {
    long now = nanos.getAsLong();
    left = Math.min(BURST, left + (now - looked) / NANOS * A_SECOND);
    looked = now;
    if (left < 1) {
      return false;
    }
    left--;
    told = false;
    return true;
  }

  /** Whoever asks as fast as they can does not fill the log as fast. */
  private synchronized boolean isNews() {
    boolean news = !told;
    told = true;
    return news;
  }

  private void tell(@Nullable String whence, String why) {
    refusals.accept("%s: %s".formatted(whence, why));
  }
}
