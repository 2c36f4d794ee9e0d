package dev.kula.fuzz;

import dev.kula.app.ConfigurationParser;
import dev.kula.app.StateParser;
import dev.kula.secagg.MessageParser;
import dev.kula.secagg.ProtocolScript;
import dev.kula.store.RunParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** What can be fuzzed; the folder of a target in the corpus bears its {@link #key}. */
enum Target {
  CSV(new CsvParser()),
  IDX(new IdxParser()),
  LEAF(new LeafParser()),
  SAFETENSORS(new ModelParser()),
  EXPORT(new ExportParser()),
  CONFIGURATION(new ConfigurationParser()),
  CHECKPOINT(new StateParser()),
  RUN(new RunParser()),
  JOURNAL(new JournalParser()),
  NOTATION(new NotationParser()),
  SECAGG(new MessageParser()),
  WIRE(new WireParser()),
  ENROLMENT(new EnrolmentParser()),
  PROTOCOL(new ProtocolScript()),
  SWAP(new SwapScript());

  @SuppressWarnings("ImmutableEnumChecker") // A parser has no state.
  private final Parser parser;

  Target(Parser parser) {
    this.parser = parser;
  }

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Runs the parser once, whatever it throws. */
  void parse(byte[] input, Path folder) throws IOException {
    parser.parse(input, folder);
  }

  /**
   * Runs the parser once within its bounds.
   *
   * @throws AssertionError if the property does not hold
   */
  void run(byte[] input, Path folder) {
    Bounds.hold(parser, input, folder);
  }
}
