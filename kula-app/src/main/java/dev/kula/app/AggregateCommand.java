package dev.kula.app;

import dev.kula.server.TierProvider;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code kula aggregate}. */
@Command(
    name = "aggregate",
    mixinStandardHelpOptions = true,
    description = {
      "Folds the updates of devices for an orchestrator with --kafka, until it is stopped.",
      "Several processes share the work; when one is gone, another goes on where it was."
    },
    footer = {"", "Example:", "  kula aggregate --kafka kafka.properties"})
final class AggregateCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private KafkaOptions kafka = new KafkaOptions();

  AggregateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    terminal.err().println("kula: folding");
    return await(TierProvider.find().aggregator(kafka.required()));
  }

  /** Lets a process do its part until it is told to stop. */
  static int await(TierProvider.Part begun) {
    Thread hook = new Thread(begun::close, "kula-stop");
    Runtime.getRuntime().addShutdownHook(hook); // hands its work over, instead of being missed
    try {
      begun.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // told to stop
    }
    return Kula.DONE;
  }
}
