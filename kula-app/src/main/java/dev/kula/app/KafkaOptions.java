package dev.kula.app;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the other processes are that servers of a live fleet consist of. */
final class KafkaOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--kafka",
      paramLabel = "FILE",
      defaultValue = "${env:KULA_KAFKA}",
      description =
          "Let the servers be many processes, with Kafka between them. The file has Kafka's own"
              + " properties of a client, such as bootstrap.servers.")
  private @Nullable Path kafka;

  /** The file; empty where one process is all. */
  Optional<Path> file() {
    return Optional.ofNullable(kafka);
  }

  /** The file, without which there is nothing to do. */
  Path required() {
    return file().orElseThrow(() -> IdentityOptions.leftOut("--kafka", command));
  }
}
