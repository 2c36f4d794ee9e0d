package dev.kula.app;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a process tells an operator's tools how it does. */
final class OperationsOptions {
  @Option(
      names = "--operations",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_OPERATIONS}",
      description =
          "Answer /health/live, /health/ready and /metrics (for Prometheus) there, over HTTP without"
              + " a password. By default nothing is answered.")
  private @Nullable String address;

  Optional<Address> address() {
    return Optional.ofNullable(address).map(text -> Address.read("--operations", text));
  }
}
