package dev.kula.app;

import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a device or a monitor reaches its server, and what it takes part in. */
final class AttendanceOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Mixin private IdentityOptions identity = new IdentityOptions();
  @Mixin private OperationsOptions operations = new OperationsOptions();

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:KULA_SERVER}",
      description = "Where the orchestrator listens; the port is 7443 if left out.")
  private @Nullable String server;

  @Option(
      names = "--rehearse",
      defaultValue = "${env:KULA_REHEARSE:-false}",
      fallbackValue = "true",
      description =
          "Take the part of a simulation that the certificate names. Data are dealt from the seed,"
              + " as on the server.")
  private boolean rehearse;

  boolean rehearses() {
    return rehearse;
  }

  /**
   * How this process reaches its server.
   *
   * @param own on what terms it takes part with data of its own; empty if it rehearses
   * @param peers where other devices hand things to it
   */
  AttendancePlan plan(Optional<OwnTerms> own, Optional<PeerPlan> peers, InstantSource clock) {
    if (server == null) {
      throw IdentityOptions.leftOut("--server", command);
    }
    return new AttendancePlan(
        Address.read("--server", server),
        identity.ofDevice(clock),
        own,
        peers,
        operations.address());
  }
}
