package dev.kula.app;

import dev.kula.data.DeviceId;
import dev.kula.server.FleetService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;
import java.util.Objects;

/** Takes the caller's word for its name; a real server asks its certificate. */
final class Trusting implements ServerInterceptor {
  private static final Metadata.Key<String> NAME =
      Metadata.Key.of("name", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    DeviceId caller = new DeviceId(Objects.requireNonNull(headers.get(NAME)));
    return Contexts.interceptCall(
        Context.current().withValue(FleetService.CALLER, caller), call, headers, next);
  }

  /** Says who calls. */
  static ManagedChannel named(ManagedChannelBuilder<?> line, DeviceId device) {
    Metadata headers = new Metadata();
    headers.put(NAME, device.name());
    return line.intercept(MetadataUtils.newAttachHeadersInterceptor(headers)).build();
  }
}
