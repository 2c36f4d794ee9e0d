package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.dashboard.RunFeed;
import dev.kula.app.http.DashboardPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kula dashboard}. */
@Command(
    name = "dashboard",
    mixinStandardHelpOptions = true,
    description = {
      "Shows runs in a browser, as they go or when they have ended, until it is ended itself.",
      "Reads the directories of runs and changes nothing."
    },
    footer = {
      "",
      "Examples:",
      "  kula dashboard runs/20260101-120000",
      "  kula dashboard runs/* --listen 127.0.0.1:8080"
    })
final class DashboardCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "DIR", arity = "1..*", description = "Directories of runs.")
  private List<Path> runs = List.of();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7445",
      description = "Where a browser asks. Default: ${DEFAULT-VALUE}")
  private String listen = "";

  @Mixin private DashboardOptions options = new DashboardOptions();

  DashboardCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<RunFeed> feeds = runs.stream().map(RunFeed::of).toList();
    Address address = Address.read("--listen", listen, DashboardOptions.PORT);
    try (DashboardPort port =
        options.open("--listen", address, Optional.empty(), Optional.empty(), terminal)) {
      feeds.forEach(port::show);
      if (terminal.json()) {
        String bound = "http://%s/".formatted(new Address(address.host(), port.port()));
        terminal.result(() -> new Document.Listening(bound), () -> "");
      }
      new CountDownLatch(1).await(); // until the process is ended
      return Kula.DONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KulaException.resource("interrupted while showing runs", e);
    }
  }
}
