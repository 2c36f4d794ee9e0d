package dev.kula.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kula.KulaException.Blame;
import dev.kula.peer.EnrolmentRequest;
import dev.kula.peer.SigningKey;
import dev.kula.wire.EnrolmentCodec;
import dev.kula.wire.v1.Certified;
import dev.kula.wire.v1.EnrolRequest;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What strangers say to an authority, and what somebody in an authority's place may answer. The
 * first byte of the input says which. Of a request the keys are read, too, as they are before a
 * proof is looked at.
 */
final class EnrolmentParser implements Parser {
  @Override
  public Blame blames() {
    return Blame.REMOTE;
  }

  @Override
  public void parse(byte[] input, Path folder) {
    if (input.length == 0) {
      return;
    }
    byte[] message = Arrays.copyOfRange(input, 1, input.length);
    try {
      if (input[0] % 2 == 0) {
        request(EnrolRequest.parseFrom(message));
      } else {
        answer(Certified.parseFrom(message));
      }
    } catch (InvalidProtocolBufferException none) {
      return; // gRPC ends the call before Kula is asked
    }
  }

  private static void request(EnrolRequest sent) {
    EnrolmentRequest request = EnrolmentCodec.decode(sent);
    EnrolmentRequest again = EnrolmentCodec.decode(EnrolmentCodec.encode(request));
    if (!Arrays.equals(request.keysHash(), again.keysHash())) {
      throw new AssertionError("written again, it has other keys");
    }
    request.connectionKey();
    if (request.signing().length > 0) {
      SigningKey.of(request.signing());
    }
  }

  private static void answer(Certified sent) {
    Certified written = EnrolmentCodec.encode(EnrolmentCodec.decode(sent));
    if (!written.equals(EnrolmentCodec.encode(EnrolmentCodec.decode(written)))) {
      throw new AssertionError("written again, it is another one");
    }
  }
}
