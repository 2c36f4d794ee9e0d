package dev.kula.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.kula.wire.v1.Wire;
import java.time.Instant;
import java.util.Optional;

/** Jobs and results as the bytes of {@code messages.proto}, and back, bit for bit. Thread safe. */
public final class JobCodec {
  /** Of the protocol. */
  public static final int VERSION = 1;

  private JobCodec() {}

  /** A job as bytes; the same bytes for the same job. */
  public static byte[] encode(Job job) {
    Wire.Job.Builder out = Wire.Job.newBuilder();
    Wire.Job.Builder whole =
        switch (job) {
          case Job.Begin begin -> out.setBegin(Wire.Begin.newBuilder().setRound(begin.round()));
          case Job.Train train -> out.setTrain(write(train));
          case Job.Deliver deliver ->
              out.setDeliver(
                  Wire.Deliver.newBuilder()
                      .addAllIntroductions(
                          deliver.introductions().stream().map(JobCodec::write).toList())
                      .addAllInbox(MessageWriter.envelopes(deliver.inbox()))
                      .setNow(Checks.instant(deliver.now()))
                      .setInferenceSeconds(deliver.inferenceSeconds()));
          case Job.Keep keep -> out.setKeep(Wire.Keep.newBuilder().setRound(keep.round()));
          case Job.Restore restore ->
              out.setRestore(
                  Wire.Restore.newBuilder()
                      .setRound(restore.round())
                      .setModel(Tensors.encode(restore.model()))
                      .addAllShown(Contents.encode(restore.shown())));
          case Job.Consult consult -> out.setConsult(Consultation.encode(consult.question()));
        };
    return whole.build().toByteArray();
  }

  private static Wire.Introduction write(Introduction introduction) {
    Wire.Introduction.Builder out =
        Wire.Introduction.newBuilder()
            .addAllChain(
                introduction.chain().stream().map(UnsafeByteOperations::unsafeWrap).toList());
    introduction.sealing().map(SealingKeys::encode).ifPresent(out::setSealing);
    introduction.address().map(PeerAddress::toString).ifPresent(out::setAddress);
    return out.build();
  }

  private static Introduction read(Wire.Introduction introduction, Checks checks) {
    return new Introduction(
        checks.list(introduction.getChainList(), "chain").stream()
            .map(ByteString::toByteArray)
            .toList(),
        SealingKeys.read(introduction.hasSealing(), introduction.getSealing()),
        PeerAddress.read(introduction.getAddress()));
  }

  private static Wire.Train write(Job.Train train) {
    Wire.Train.Builder out =
        Wire.Train.newBuilder()
            .setRound(train.round())
            .setGroup(train.group())
            .setPlan(Contents.encode(train.plan()))
            .setSent(train.sent())
            .setNow(Checks.instant(train.now()))
            .setInferenceSeconds(train.inferenceSeconds());
    train.model().map(Tensors::encode).ifPresent(out::setModel);
    return out.build();
  }

  /** A result as bytes; the same bytes for the same result. */
  public static byte[] encode(Result result) {
    Wire.Result.Builder out = Wire.Result.newBuilder();
    Wire.Result.Builder whole =
        switch (result) {
          case Result.Done done -> out.setDone(Wire.Done.getDefaultInstance());
          case Result.Trained trained -> {
            Wire.Trained.Builder body = Wire.Trained.newBuilder().setPasses(trained.passes());
            trained.update().map(Contents::encode).ifPresent(body::setUpdate);
            yield out.setTrained(body);
          }
          case Result.Said said ->
              out.setSaid(
                  Wire.Said.newBuilder()
                      .addAllEnvelopes(MessageWriter.envelopes(said.envelopes()))
                      .setPasses(said.passes()));
          case Result.Failed failed ->
              out.setFailed(Wire.Failed.newBuilder().setReason(failed.reason()));
          case Result.Advice advice -> out.setAdvice(Consultation.encode(advice.answer()));
        };
    return whole.build().toByteArray();
  }

  /**
   * Reads a job, within {@link Limits#defaults()}.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none
   */
  public static Job decodeJob(byte[] bytes) {
    return decodeJob(bytes, Limits.defaults());
  }

  /**
   * Reads a job.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none, or one beyond the limits
   */
  public static Job decodeJob(byte[] bytes, Limits limits) {
    Checks checks = new Checks(limits);
    return Decoding.decode(
        "a job",
        bytes,
        limits,
        Wire.Job.getDescriptor(),
        Wire.Job.parser(),
        job -> read(job, checks, new MessageReader(checks)));
  }

  private static Job read(Wire.Job job, Checks checks, MessageReader reader) {
    return switch (job.getWhatCase()) {
      case BEGIN -> new Job.Begin(job.getBegin().getRound());
      case TRAIN -> read(job.getTrain(), reader.contents());
      case DELIVER -> {
        Wire.Deliver deliver = job.getDeliver();
        yield new Job.Deliver(
            checks.list(deliver.getIntroductionsList(), "introductions").stream()
                .map(one -> read(one, checks))
                .toList(),
            reader.envelopes(deliver.getInboxList(), "inbox"),
            now(deliver.hasNow(), deliver.getNow()),
            deliver.getInferenceSeconds());
      }
      case KEEP -> new Job.Keep(job.getKeep().getRound());
      case RESTORE -> {
        Wire.Restore restore = job.getRestore();
        yield new Job.Restore(
            restore.getRound(),
            reader.contents().tensor(restore.hasModel(), restore.getModel(), "model"),
            reader.contents().groupModels(restore.getShownList(), "shown"));
      }
      case CONSULT -> new Job.Consult(new Consultation(checks, reader).question(job.getConsult()));
      case WHAT_NOT_SET -> throw Checks.refused("kind of a job", "left out", "there");
    };
  }

  private static Job read(Wire.Train train, Contents contents) {
    return new Job.Train(
        train.getRound(),
        train.getGroup(),
        train.hasModel()
            ? Optional.of(contents.tensor(true, train.getModel(), "model"))
            : Optional.empty(),
        contents.plan(train.hasPlan(), train.getPlan(), "plan"),
        train.getSent(),
        now(train.hasNow(), train.getNow()),
        train.getInferenceSeconds());
  }

  private static Instant now(boolean there, Timestamp now) {
    return Checks.instant(there, now, "now");
  }

  /**
   * Reads a result, within {@link Limits#defaults()}.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none
   */
  public static Result decodeResult(byte[] bytes) {
    return decodeResult(bytes, Limits.defaults());
  }

  /**
   * Reads a result.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none, or one beyond the limits
   */
  public static Result decodeResult(byte[] bytes, Limits limits) {
    Checks checks = new Checks(limits);
    return Decoding.decode(
        "a result",
        bytes,
        limits,
        Wire.Result.getDescriptor(),
        Wire.Result.parser(),
        result -> read(result, checks, new MessageReader(checks)));
  }

  private static Result read(Wire.Result result, Checks checks, MessageReader reader) {
    return switch (result.getWhatCase()) {
      case DONE -> new Result.Done();
      case TRAINED -> {
        Wire.Trained trained = result.getTrained();
        yield new Result.Trained(
            trained.hasUpdate()
                ? Optional.of(reader.contents().update(trained.getUpdate()))
                : Optional.empty(),
            trained.getPasses());
      }
      case SAID ->
          new Result.Said(
              reader.envelopes(result.getSaid().getEnvelopesList(), "envelopes"),
              result.getSaid().getPasses());
      case FAILED -> new Result.Failed(checks.text(result.getFailed().getReason(), "reason"));
      case ADVICE -> new Result.Advice(new Consultation(checks, reader).answer(result.getAdvice()));
      case WHAT_NOT_SET -> throw Checks.refused("kind of a result", "left out", "there");
    };
  }
}
