package dev.kula.spark;

import dev.kula.device.Envelope;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import java.io.Serializable;
import java.util.List;

/**
 * What one device says to another in one step.
 *
 * @param from who says it
 * @param to who is to read it
 * @param envelopes as the wire has them
 */
record Letter(String from, String to, byte[] envelopes) implements Serializable {
  static Letter of(String from, String to, List<Envelope> said) {
    return new Letter(from, to, encode(said));
  }

  List<Envelope> read() {
    return decode(envelopes);
  }

  static byte[] encode(List<Envelope> said) {
    return JobCodec.encode(new Result.Said(said, 0));
  }

  static List<Envelope> decode(byte[] bytes) {
    return ((Result.Said) JobCodec.decodeResult(bytes)).envelopes();
  }
}
