package dev.kula.app;

import dev.kula.app.http.OperationsPort;
import dev.kula.app.http.Readings;
import dev.kula.server.FleetPort;
import dev.kula.server.TierProvider;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kula gateway}. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = {
      "Takes devices' connections for an orchestrator with --kafka, until it is stopped.",
      "It keeps nothing: a device whose gateway is gone comes to another, and goes on where it was."
    },
    footer = {
      "",
      "Example:",
      "  kula gateway --kafka kafka.properties --identity gateway --listen 10.0.0.7:7443",
      "",
      "Its certificate is of an orchestrator, with the host that devices connect to."
    })
final class GatewayCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final InstantSource clock;
  @Mixin private KafkaOptions kafka = new KafkaOptions();
  @Mixin private IdentityOptions identity = new IdentityOptions();
  @Mixin private OperationsOptions operations = new OperationsOptions();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_LISTEN:-0.0.0.0:7443}",
      description = "Where devices connect to. Default: ${DEFAULT-VALUE}")
  private String listen = "";

  GatewayCommand(Terminal terminal, InstantSource clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() {
    Path file = kafka.required();
    Address address = Address.read("--listen", listen);
    TierProvider provider = TierProvider.find();
    try (Readings readings = new Readings()) {
      Runnable refused = readings.counted("kula.refusals", "what devices could not do, or may not");
      Consumer<String> troubles =
          line -> {
            refused.run();
            say(line);
          };
      try (TierProvider.Gate gate = provider.gateway(file, troubles);
          FleetPort port =
              FleetPort.open(
                  address.socket(), identity.ofServer(clock), gate.service(), troubles)) {
        readings.gauge("kula.connected", "devices that are connected", gate::connected);
        say("listening on " + new Address(address.host(), port.port()));
        Optional<OperationsPort> asked =
            Operations.open(operations.address(), Optional::empty, () -> readings, terminal);
        try {
          gate.await();
        } finally {
          asked.ifPresent(OperationsPort::close);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // told to stop
    }
    return Kula.DONE;
  }

  private void say(String line) {
    terminal.err().println("kula: " + line);
  }
}
