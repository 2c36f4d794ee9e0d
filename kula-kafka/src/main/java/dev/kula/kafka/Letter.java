package dev.kula.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * What processes of a fleet say to each other in a record: a kind and who it is about, some words
 * in headers, and what only the end of the way reads. Immutable by contract: the bytes are not
 * copied.
 *
 * @param kind what is said
 * @param about the device, or another key by which it finds its partition
 * @param session in which the device is connected; empty if it is about none
 * @param number of a job or a question; 0 for none
 * @param cohort for which a device trains; empty for none
 * @param chain certificates of a device, in DER, its own first
 * @param body whatever the kind says
 */
record Letter(
    Kind kind,
    String about,
    String session,
    long number,
    String cohort,
    List<byte[]> chain,
    byte[] body) {
  private static final byte[] NOTHING = {};

  /** What there is to say. */
  enum Kind {
    /** Gateway to orchestrator: a device has come, and said hello. */
    HELLO,
    /** A device has done a job; without its update, which the cohort's sum has. */
    RESULT,
    /** A device is gone. */
    LEFT,
    /** A gateway is there, as it says now and then. */
    ALIVE,
    /** Orchestrator to gateway: the device is welcome. */
    WELCOME,
    /** The device has a job. */
    JOB,
    /** The session is over. */
    END,
    /** The device is refused; the body says why. */
    REFUSED,
    /** The session is of no use any more, and the device should come again. */
    AGAIN,
    /** Orchestrator to aggregators: a cohort begins; the body is an empty sum. */
    BEGIN,
    /** Gateway to aggregators: a result with an update. */
    UPDATE,
    /** Orchestrator to aggregators: the cohort is over, let its sum go. */
    CLOSE,
    /** Aggregators to orchestrator: the sum of a partition. */
    SUM,
    /** Nothing; it only makes what was before it old. */
    PADDING,
    /** Orchestrator to monitor: a job; the chain is what the monitor must have been told. */
    QUESTION,
    /** Monitor to orchestrator: its result. */
    ANSWER
  }

  /** About one session. */
  static Letter of(Kind kind, String about, String session, byte[] body) {
    return new Letter(kind, about, session, 0, "", List.of(), body);
  }

  /** Of a kind that says all. */
  static Letter of(Kind kind, String about) {
    return of(kind, about, "", NOTHING);
  }

  /** The same with a text as its body. */
  Letter saying(String text) {
    return with(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same with another body. */
  Letter with(byte[] other) {
    return new Letter(kind, about, session, number, cohort, chain, other);
  }

  /** The same, of another kind. */
  Letter as(Kind other) {
    return new Letter(other, about, session, number, cohort, chain, body);
  }

  /** The same with a number. */
  Letter numbered(long other) {
    return new Letter(kind, about, session, other, cohort, chain, body);
  }

  /** The same, about a cohort. */
  Letter of(String other) {
    return new Letter(kind, about, session, number, other, chain, body);
  }

  /** The same with certificates. */
  Letter shown(List<byte[]> other) {
    return new Letter(kind, about, session, number, cohort, List.copyOf(other), body);
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /**
   * As a record.
   *
   * @param partition null for that of the key
   */
  ProducerRecord<String, byte[]> to(String topic, @Nullable Integer partition) {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, partition, about, body);
    write(record.headers());
    return record;
  }

  void write(Headers headers) {
    add(headers, "kind", kind.name());
    add(headers, "session", session);
    add(headers, "cohort", cohort);
    headers.add("number", ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    chain.forEach(certificate -> headers.add("certificate", certificate));
  }

  private static void add(Headers headers, String name, String text) {
    headers.add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  static Letter from(ConsumerRecord<String, byte[]> record) {
    return from(record.key(), record.headers(), record.value());
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if it is none of this version
   */
  static Letter from(@Nullable String key, Headers headers, byte @Nullable [] body) {
    List<byte[]> chain = new ArrayList<>();
    headers.headers("certificate").forEach(header -> chain.add(header.value()));
    byte[] number = bytes(headers, "number");
    if (number.length != Long.BYTES) {
      throw new IllegalArgumentException("a record has no number, must be of this version of Kula");
    }
    return new Letter(
        Kind.valueOf(text(headers, "kind")),
        key == null ? "" : key,
        text(headers, "session"),
        ByteBuffer.wrap(number).getLong(),
        text(headers, "cohort"),
        chain,
        body == null ? NOTHING : body);
  }

  private static String text(Headers headers, String name) {
    return new String(bytes(headers, name), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null ? NOTHING : header.value();
  }
}
