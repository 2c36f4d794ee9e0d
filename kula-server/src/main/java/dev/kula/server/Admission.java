package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.peer.Peer;
import dev.kula.peer.Role;
import dev.kula.peer.Trust.Side;
import dev.kula.wire.identity.Expected;
import dev.kula.wire.identity.Tls;
import dev.kula.wire.v1.FleetGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Who may call what. The certificate of the connection is looked at on every call, and its dates
 * and revocation again with every message either way, for a call may last for days. Thread safe.
 */
final class Admission implements ServerInterceptor {
  /** Calls of one name at a time: the one that it has, and those whose end is not known yet. */
  static final int CALLS = 4;

  /** What is not in here nobody may call. */
  private static final Map<String, Expected> CALLERS =
      Map.of(
          FleetGrpc.getAttendMethod().getFullMethodName(),
          Expected.role(Role.DEVICE, Role.MONITOR));

  private static final Expected ANYBODY =
      Expected.role(Role.ORCHESTRATOR, Role.MONITOR, Role.DEVICE, Role.OPERATOR);

  private final Tls tls;
  private final Consumer<String> refusals;
  private final Map<DeviceId, Integer> calls = new HashMap<>();

  /**
   * @param refusals is told who was refused, and why, in a line
   */
  Admission(Tls tls, Consumer<String> refusals) {
    this.tls = tls;
    this.refusals = refusals;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return refused(
          call, Status.UNAUTHENTICATED, "connection is without TLS, must have it; connect with it");
    }
    Peer peer;
    try {
      peer = tls.peer(session, Side.CLIENT, ANYBODY); // the authority calls nobody
    } catch (KulaException e) {
      return refused(call, Status.UNAUTHENTICATED, e.getMessage());
    }
    Expected expected = CALLERS.get(method);
    if (expected == null) {
      return refused(
          call,
          Status.PERMISSION_DENIED,
          "call is '%s', must be one that is open to somebody; update this server"
              .formatted(method));
    }
    try {
      expected.check(peer);
    } catch (KulaException e) {
      return refused(call, Status.PERMISSION_DENIED, e.getMessage());
    }
    if (!enter(peer.name())) {
      return refused(
          call,
          Status.RESOURCE_EXHAUSTED,
          "'%s' has %d calls at once, must have no more; end the others"
              .formatted(peer.name(), CALLS));
    }
    Admitted<Q, A> admitted = new Admitted<>(call, session, peer.name());
    try {
      return admitted.listener(
          Contexts.interceptCall(
              Context.current()
                  .withValue(FleetService.CALLER, caller(peer))
                  .withValue(FleetService.CHAIN, Tls.chain(session)),
              admitted,
              headers,
              next));
    } catch (RuntimeException e) {
      leave(peer.name());
      throw e;
    }
  }

  /** A fleet has one monitor, whatever its certificate calls it. */
  private static DeviceId caller(Peer peer) {
    return peer.role() == Role.MONITOR ? Envelope.MONITOR : peer.name();
  }

  private <Q, A> ServerCall.Listener<Q> refused(
      ServerCall<Q, A> call, Status status, @Nullable String why) {
    tell(call, why);
    call.close(status.withDescription(why), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private void tell(ServerCall<?, ?> call, @Nullable String why) {
    refusals.accept(
        "%s from %s: %s"
            .formatted(
                call.getMethodDescriptor().getFullMethodName(),
                call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
                why));
  }

  private synchronized boolean enter(DeviceId name) {
    int before = calls.getOrDefault(name, 0);
    if (before < CALLS) {
      calls.put(name, before + 1);
    }
    return before < CALLS;
  }

  private synchronized void leave(DeviceId name) {
    int after = calls.getOrDefault(name, 0) - 1;
    if (after > 0) {
      calls.put(name, after);
    } else {
      calls.remove(name);
    }
  }

  /** A call that was let in, until its certificate no longer holds. */
  private final class Admitted<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final SSLSession session;
    private final DeviceId name;

    /** A call is not thread safe, and its two directions may find out at the same moment. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean closed;
    private boolean refused;

    Admitted(ServerCall<Q, A> call, SSLSession session, DeviceId name) {
      super(call);
      this.session = session;
      this.name = name;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      lock.lock();
      try {
        if (!closed) {
          super.sendHeaders(headers);
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void sendMessage(A message) {
      lock.lock();
      try {
        if (holds()) {
          super.sendMessage(message);
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      lock.lock();
      try {
        if (!closed) {
          closed = true;
          super.close(status, trailers);
        }
      } finally {
        lock.unlock();
      }
    }

    /** Whether the call goes on; ends it if the certificate does not let it. */
    private boolean holds() {
      lock.lock();
      try {
        if (closed) {
          return !refused;
        }
        tls.recheck(session);
        return true;
      } catch (KulaException e) {
        refused = true;
        tell(delegate(), e.getMessage());
        close(Status.UNAUTHENTICATED.withDescription(e.getMessage()), new Metadata());
        return false;
      } finally {
        lock.unlock();
      }
    }

    private boolean wasRefused() {
      lock.lock();
      try {
        return refused;
      } finally {
        lock.unlock();
      }
    }

    /** Of one call; its events come one after another, the last of them once. */
    ServerCall.Listener<Q> listener(ServerCall.Listener<Q> service) {
      return new SimpleForwardingServerCallListener<>(service) {
        @Override
        public void onMessage(Q message) {
          if (holds()) {
            super.onMessage(message);
          }
        }

        @Override
        public void onCancel() {
          leave(name);
          super.onCancel();
        }

        // The service has not ended a call that was ended over its head.
        @Override
        public void onComplete() {
          leave(name);
          if (wasRefused()) {
            super.onCancel();
          } else {
            super.onComplete();
          }
        }
      };
    }
  }
}
