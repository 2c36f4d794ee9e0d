package dev.kula.app;

import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a device or a monitor reaches its server, and what it takes part in. */
final class AttendanceOptions {
  @Mixin private IdentityOptions identity = new IdentityOptions();
  @Mixin private OperationsOptions operations = new OperationsOptions();

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      required = true,
      defaultValue = "${env:KULA_SERVER}",
      description = "Where the orchestrator listens; the port is 7443 if left out.")
  private String server = "";

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
    return new AttendancePlan(
        Address.read("--server", server),
        identity.ofDevice(clock),
        own,
        peers,
        operations.address());
  }
}
