package dev.kula.wire;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.BlockId;
import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.Lease;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code docs/protocol.md} says is signed is what a receiver takes. */
final class SignedTextTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "protocol.md");

  @Test
  void aPointerSignedByTheDocumentIsGoodAfterTheWire() throws Exception {
    String document = Files.readString(DOCUMENT);
    String opening = "```text\n";
    int start = document.indexOf(opening) + opening.length();
    String text = document.substring(start, document.indexOf("\n```", start));
    KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    DataPointer sent = pointer(5, signed(keys, text));
    Message.Offered offered = new Message.Offered(17, sent, new Specimens(3).of(Lease.class));
    Envelope envelope = new Envelope(sent.source(), new DeviceId("a"), offered);
    Result.Said back =
        (Result.Said) JobCodec.decodeResult(JobCodec.encode(new Result.Said(List.of(envelope), 0)));
    DataPointer received = ((Message.Offered) back.envelopes().getFirst().message()).pointer();
    assertTrue(received.isSignedBy(keys.getPublic()));
    assertFalse(pointer(6, received.signature()).isSignedBy(keys.getPublic()));
  }

  private static byte[] signed(KeyPair keys, String text) throws Exception {
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(keys.getPrivate());
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    return signature.sign();
  }

  private static DataPointer pointer(int size, byte[] signature) {
    return new DataPointer(
        new BlockId("0".repeat(64)),
        new DeviceId("b"),
        "1x1x2, 8 bytes, 2 labels",
        size,
        List.of(1),
        Exchange.VISIT,
        "swap 17",
        signature);
  }
}
