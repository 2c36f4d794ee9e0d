package dev.kula.secagg;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.secagg.Message.Advertisement;
import dev.kula.secagg.Message.Endorsement;
import dev.kula.secagg.Message.MaskedVector;
import dev.kula.secagg.Message.Reveal;
import dev.kula.secagg.Message.Roster;
import dev.kula.secagg.Message.SharesDelivered;
import dev.kula.secagg.Message.SharesSent;
import dev.kula.secagg.Message.Survivors;
import dev.kula.secagg.Message.UnmaskRequest;
import dev.kula.secagg.ServerState.Aggregated;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code messages-1.txt} holds every message of a session of five, of which one falls silent before
 * its vector: the device that it is from or for, its kind and its bytes in hexadecimal. A change of
 * the wire format needs another version, and another file beside it.
 */
final class GoldenMessagesTest {
  /** One line of the file. */
  record Line(int party, Kind kind, byte[] bytes) {
    static Line parse(String line) {
      String[] parts = line.split(" ", 3);
      return new Line(
          Integer.parseInt(parts[0]), Kind.valueOf(parts[1]), HexFormat.of().parseHex(parts[2]));
    }

    @Override
    public String toString() {
      return party + " " + kind.name();
    }

    String text() {
      return this + " " + HexFormat.of().formatHex(bytes);
    }
  }

  private static Exchange exchange() {
    return Exchange.of(new Neighbourhoods.Complete(3), 5, 7, 1);
  }

  static List<Line> golden() throws IOException {
    String name = "messages-%d.txt".formatted(Codec.VERSION);
    try (InputStream in = GoldenMessagesTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .map(Line::parse)
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("golden")
  void whatIsReadIsWrittenAsTheSameBytes(Line line) {
    Exchange exchange = exchange();
    Codec codec = new Codec(exchange.session);
    byte[] bytes = line.bytes();
    Identity identity = exchange.identities.get(line.party());
    byte[] again =
        switch (line.kind()) {
          case ADVERTISEMENT ->
              codec.sign(codec.fromDevice(bytes, Advertisement.class).message(), identity);
          case ROSTER -> codec.encode(codec.fromServer(bytes, Roster.class, line.party()));
          case SHARES_SENT ->
              codec.sign(codec.fromDevice(bytes, SharesSent.class).message(), identity);
          case SHARES_DELIVERED ->
              codec.encode(codec.fromServer(bytes, SharesDelivered.class, line.party()));
          case MASKED_VECTOR ->
              codec.sign(codec.fromDevice(bytes, MaskedVector.class).message(), identity);
          case SURVIVORS -> codec.encode(codec.fromServer(bytes, Survivors.class, line.party()));
          case ENDORSEMENT ->
              codec.sign(codec.fromDevice(bytes, Endorsement.class).message(), identity);
          case UNMASK_REQUEST ->
              codec.encode(codec.fromServer(bytes, UnmaskRequest.class, line.party()));
          case REVEAL -> codec.sign(codec.fromDevice(bytes, Reveal.class).message(), identity);
        };
    assertArrayEquals(bytes, again);
  }

  /** Keys, shares, masks and signatures are those of the file too, and they give the sum. */
  @Test
  void theSameSecretsGiveTheFile() throws IOException {
    Exchange exchange = exchange();
    List<Line> lines = new ArrayList<>();
    Exchange.Stage<ShareKeys, CollectShares> sharing =
        exchange.toSharing(exchange.start(), Set.of());
    Exchange.Stage<MaskedInput, CollectMaskedInputs> masking =
        exchange.toMasking(sharing, Set.of());
    Exchange.Stage<ConsistencyCheck, CollectEndorsements> checking =
        exchange.toChecking(masking, Set.of(2));
    Exchange.Stage<Unmask, CollectReveals> unmasking = exchange.toUnmasking(checking, Set.of());
    Aggregated end = exchange.finish(unmasking, Set.of());
    assertArrayEquals(exchange.sum(end.contributors()), end.sum());

    List<Kind> said =
        List.of(
            Kind.ADVERTISEMENT,
            Kind.SHARES_SENT,
            Kind.MASKED_VECTOR,
            Kind.ENDORSEMENT,
            Kind.REVEAL);
    for (int phase = 0; phase < said.size(); phase++) {
      Kind kind = said.get(phase);
      exchange.sent.get(phase).forEach((from, bytes) -> lines.add(new Line(from, kind, bytes)));
    }
    Stream.<Mail>of(
            new Mail(Kind.ROSTER, sharing::mail, sharing.mail().keySet()),
            new Mail(Kind.SHARES_DELIVERED, masking::mail, masking.mail().keySet()),
            new Mail(Kind.SURVIVORS, checking::mail, checking.mail().keySet()),
            new Mail(Kind.UNMASK_REQUEST, unmasking::mail, unmasking.mail().keySet()))
        .forEach(
            mail ->
                mail.to().stream()
                    .sorted()
                    .forEach(to -> lines.add(new Line(to, mail.kind(), mail.of().apply(to)))));
    assertEquals(
        String.join("\n", golden().stream().map(Line::text).toList()),
        String.join("\n", lines.stream().map(Line::text).toList()));
  }

  private record Mail(Kind kind, Function<Integer, byte[]> of, Set<Integer> to) {}
}
