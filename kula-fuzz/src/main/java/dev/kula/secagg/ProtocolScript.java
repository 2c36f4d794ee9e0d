package dev.kula.secagg;

import dev.kula.KulaException.Blame;
import dev.kula.fuzz.Parser;
import dev.kula.fuzz.Script;
import java.nio.file.Path;

/**
 * A whole secure aggregation of three to six devices, in which the input decides what goes wrong:
 * who falls silent, and which messages are replayed, changed, forged or made up, by the network, by
 * corrupt devices or by the server. Three bytes shape the session; then, whenever somebody is to
 * speak, one byte says how many things happen before, each of which takes a few bytes more.
 */
public final class ProtocolScript implements Parser {
  static {
    Remembering.install();
  }

  @Override
  public Blame blames() {
    return Blame.REMOTE;
  }

  @Override
  public void parse(byte[] input, Path folder) {
    Script script = new Script(input);
    int shape = script.next();
    int length = 1 + script.below(3);
    Modulus modulus = new Modulus(1 + script.below(32));
    Parties parties = parties(shape, length, modulus, 1);
    new Trial(parties, new Mischief(script, parties)).run();
  }

  static Parties parties(int shape, int length, Modulus modulus, long nonce) {
    return switch (shape % 5) {
      case 0 -> Parties.of(nonce, 3, new Neighbourhoods.Complete(2), length, modulus);
      case 1 -> Parties.of(nonce, 4, new Neighbourhoods.Complete(2), length, modulus);
      case 2 -> Parties.of(nonce, 5, new Neighbourhoods.Complete(3), length, modulus);
      case 3 -> Parties.of(nonce, 5, new Neighbourhoods.Sparse(2, 2), length, modulus);
      default -> Parties.of(nonce, 6, new Neighbourhoods.Sparse(4, 3), length, modulus);
    };
  }
}
