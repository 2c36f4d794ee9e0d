package dev.kula.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kula.data.DeviceId;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Outgoing;
import dev.kula.wire.Pipe;
import dev.kula.wire.Result;
import dev.kula.wire.v1.FleetGrpc;
import dev.kula.wire.v1.Frame;
import dev.kula.wire.v1.FromDevice;
import dev.kula.wire.v1.Hello;
import dev.kula.wire.v1.ToDevice;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that is slow, away, or up to something. */
final class RemoteDeviceTest {
  private static final DeviceId NAME = new DeviceId("d0");
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int LIMIT = 1000;

  private RemoteDevice device = device();
  private DeviceId caller = NAME;
  private Server server;
  private ManagedChannel channel;

  private static RemoteDevice device() {
    return device(false);
  }

  private static RemoteDevice device(boolean irreplaceable) {
    return new RemoteDevice(
        NAME, ByteString.copyFromUtf8("server"), ByteString.EMPTY, SHORT, LIMIT, irreplaceable);
  }

  /** Whoever is said to call. */
  private final class Saying implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return Contexts.interceptCall(
          Context.current().withValue(FleetService.CALLER, caller), call, headers, next);
    }
  }

  /** The device's end of a session. */
  private final class Session implements StreamObserver<ToDevice> {
    final BlockingQueue<ToDevice> heard = new LinkedBlockingQueue<>();
    final BlockingQueue<Status> over = new LinkedBlockingQueue<>();
    final StreamObserver<FromDevice> out = FleetGrpc.newStub(channel).attend(this);

    @Override
    public void onNext(ToDevice said) {
      heard.add(said);
    }

    @Override
    public void onError(Throwable broken) {
      over.add(Status.fromThrowable(broken));
    }

    @Override
    public void onCompleted() {
      over.add(Status.OK);
    }

    Session greet(Hello hello) throws InterruptedException {
      out.onNext(FromDevice.newBuilder().setHello(hello).build());
      assertEquals(ToDevice.WhatCase.WELCOME, next().getWhatCase());
      return this;
    }

    ToDevice next() throws InterruptedException {
      ToDevice said = heard.poll(LONG.toSeconds(), TimeUnit.SECONDS);
      return Optional.ofNullable(said).orElseThrow();
    }

    Session say(Frame frame) {
      out.onNext(FromDevice.newBuilder().setResult(frame).build());
      return this;
    }

    Session answer(long job, Result result) {
      new Outgoing(job, JobCodec.encode(result))
          .send(
              0,
              frame -> {
                say(frame);
                return true;
              });
      return this;
    }

    /** Once the server has taken all that was said. */
    void end() throws InterruptedException {
      out.onCompleted();
      assertEquals(Status.OK, over.poll(LONG.toSeconds(), TimeUnit.SECONDS));
    }

    String refusal(Status.Code code) throws InterruptedException {
      Status why = Optional.ofNullable(over.poll(LONG.toSeconds(), TimeUnit.SECONDS)).orElseThrow();
      assertEquals(code, why.getCode(), why.toString());
      return String.valueOf(why.getDescription());
    }
  }

  /** A connection on which nothing is heard. */
  private static final class Silent extends CallStreamObserver<ToDevice> {
    private final CountDownLatch said;

    Silent(CountDownLatch said) {
      this.said = said;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void onNext(ToDevice what) {
      said.countDown();
    }

    @Override
    public void onError(Throwable broken) {}

    @Override
    public void onCompleted() {}
  }

  private static Hello hello() {
    return Hello.newBuilder().setVersion(1).build();
  }

  private Future<Optional<Result>> asked(Job job) {
    return CompletableFuture.supplyAsync(() -> device.perform(job, LONG));
  }

  @BeforeEach
  void listen() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .addService(
                new FleetService(id -> id.equals(NAME) ? Optional.of(device) : Optional.empty()))
            .intercept(new Saying())
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void whoTakesTooLongIsGivenUpAndItsAnswerIsLetLie() throws Exception {
    Session session = new Session().greet(hello());
    assertEquals(Optional.empty(), device.perform(new Job.Begin(1), SHORT));
    assertEquals(1, session.next().getJob().getJob());
    session.answer(1, new Result.Failed("too late"));
    Future<Optional<Result>> asking = asked(new Job.Begin(2));
    session.answer(session.next().getJob().getJob(), new Result.Done());
    assertEquals(Optional.of(new Result.Done()), asking.get());
  }

  @Test
  void whoIsAwayIsWaitedForNoLongerThanForOneWhoIs() throws Exception {
    long start = System.nanoTime();
    assertEquals(Optional.empty(), device.perform(new Job.Begin(1), LONG));
    assertTrue(System.nanoTime() - start < LONG.toNanos() / 2, "it waited for the whole job");
    assertFalse(device.isPresent());
  }

  /** The greeting of a connection that broke may be late: whoever is in its way must come again. */
  @Test
  void anotherSessionIsNotTheEndOfTheFleet() throws Exception {
    Session first = new Session().greet(hello());
    new Session().greet(hello());
    assertTrue(first.refusal(Status.Code.ABORTED).contains("another session"));
  }

  @Test
  void aJobGoesOnInTheNextSessionWhereTheLastBrokeOff() throws Exception {
    Session first = new Session().greet(hello());
    Future<Optional<Result>> asking = asked(new Job.Begin(1));
    Frame job = first.next().getJob();
    byte[] whole = JobCodec.encode(new Result.Failed("x".repeat(500)));
    first.say(
        Frame.newBuilder()
            .setJob(1)
            .setSize(whole.length)
            .setPiece(ByteString.copyFrom(whole, 0, 200))
            .build());
    first.end();

    Session second = new Session();
    second.out.onNext(
        FromDevice.newBuilder()
            .setHello(
                hello().toBuilder()
                    .setServer(ByteString.copyFromUtf8("server"))
                    .setJob(job.getJob()))
            .build());
    assertEquals(200, second.next().getWelcome().getPartial(), "what has come is kept");
    new Outgoing(1, whole)
        .send(
            200,
            frame -> {
              second.say(frame);
              return true;
            });
    assertEquals(Optional.of(new Result.Failed("x".repeat(500))), asking.get());
    assertTrue(second.heard.isEmpty(), "it has the job");
  }

  @Test
  void whatWasHandedOnIsNotKept() throws Exception {
    Session session = new Session().greet(hello());
    WeakReference<Result> result = answered(session);
    long end = System.nanoTime() + LONG.toNanos();
    while (result.get() != null) {
      assertTrue(System.nanoTime() < end, "somebody keeps it");
      System.gc();
      Thread.sleep(10);
    }
    assertTrue(device.isPresent());
    session.end();

    Session next = new Session();
    next.out.onNext(FromDevice.newBuilder().setHello(hello()).build());
    assertEquals(1, next.next().getWelcome().getResult(), "that it came is known");
  }

  private WeakReference<Result> answered(Session session) throws Exception {
    Future<Optional<Result>> asking = asked(new Job.Begin(1));
    session.answer(session.next().getJob().getJob(), new Result.Failed("a model"));
    return new WeakReference<>(asking.get().orElseThrow());
  }

  @Test
  void whatASessionSaysAfterTheNextHasBegunIsLetLie() throws Exception {
    CountDownLatch begun = new CountDownLatch(2); // the welcome, and the job
    DeviceLine first = new StreamLine(new Pipe<>(new Silent(begun)));
    DeviceLine second = new StreamLine(new Pipe<>(new Silent(begun)));
    device.attend(first, hello(), Optional.empty());
    Future<Optional<Result>> asking = asked(new Job.Begin(1));
    byte[] whole = JobCodec.encode(new Result.Failed("x".repeat(500)));
    Frame.Builder piece = Frame.newBuilder().setJob(1).setSize(whole.length);
    begun.await();
    device.attend(second, hello(), Optional.empty());
    device.take(second, piece.setPiece(ByteString.copyFrom(whole, 0, 100)).build());
    device.take(first, piece.setPiece(ByteString.copyFrom(whole, 0, 200)).build());
    new Outgoing(1, whole)
        .send(
            100,
            frame -> {
              device.take(second, frame);
              return true;
            });
    assertEquals(Optional.of(new Result.Failed("x".repeat(500))), asking.get());
  }

  @Test
  void nobodyGoesOnInThePlaceOfTheIrreplaceable() throws Exception {
    device = device(true);
    Session first = new Session().greet(hello());
    Future<Optional<Result>> asking = asked(new Job.Begin(1));
    first.answer(first.next().getJob().getJob(), new Result.Done());
    assertEquals(Optional.of(new Result.Done()), asking.get());

    Session blank = new Session();
    blank.out.onNext(FromDevice.newBuilder().setHello(hello()).build());
    assertEquals(
        "it has not done the 1 jobs of 'd0' in this run, must go on from the file of its jobs; start"
            + " it where that is, or the orchestrator again with --resume",
        blank.refusal(Status.Code.INVALID_ARGUMENT));
    assertTrue(device.isPresent(), "the first goes on");

    first.end();
    Session same = new Session();
    same.out.onNext(
        FromDevice.newBuilder()
            .setHello(hello().toBuilder().setServer(ByteString.copyFromUtf8("server")).setJob(1))
            .build());
    assertEquals(1, same.next().getWelcome().getResult());
  }

  @Test
  void whoBreaksTheProtocolIsToldWhy() throws Exception {
    assertEquals(
        "a result came before the greeting; send hello first",
        new Session().say(Frame.getDefaultInstance()).refusal(Status.Code.INVALID_ARGUMENT));
    Session twice = new Session().greet(hello());
    twice.out.onNext(FromDevice.newBuilder().setHello(hello()).build());
    assertEquals(
        "hello came twice, must come once a session", twice.refusal(Status.Code.INVALID_ARGUMENT));
    Session later = new Session();
    later.out.onNext(FromDevice.newBuilder().setHello(Hello.newBuilder().setVersion(9)).build());
    assertEquals(
        "the protocol is 9, must be 1; update the older of the two",
        later.refusal(Status.Code.INVALID_ARGUMENT));
    caller = new DeviceId("stranger");
    assertEquals(
        "'stranger' is not a device of this fleet; enrol it, or use its own certificate",
        new Session().refusal(Status.Code.PERMISSION_DENIED));
  }

  @Test
  void whatIsTooLargeOrOutOfOrderOrNoResultEndsTheSession() throws Exception {
    Session large = new Session().greet(hello());
    Future<Optional<Result>> asking = asked(new Job.Begin(1));
    large.next();
    Frame.Builder piece = Frame.newBuilder().setJob(1).setPiece(ByteString.copyFrom(new byte[10]));
    large.say(piece.setSize(1L << 40).build());
    assertEquals(
        "job 1 has 1099511627776 bytes, must have at most 1000; use a smaller model, or raise the"
            + " limit",
        large.refusal(Status.Code.INVALID_ARGUMENT));

    Session disorderly = new Session().greet(hello());
    disorderly.say(piece.setSize(100).setOffset(50).build());
    assertTrue(disorderly.refusal(Status.Code.INVALID_ARGUMENT).startsWith("a piece came"));

    Session forged = new Session().greet(hello());
    forged.say(piece.setSize(10).setOffset(0).build());
    assertTrue(forged.refusal(Status.Code.INVALID_ARGUMENT).startsWith("the digest of job 1"));

    new Session().greet(hello()).answer(1, new Result.Done());
    assertEquals(Optional.of(new Result.Done()), asking.get(), "it is done all the same");
  }
}
