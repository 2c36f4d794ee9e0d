package dev.kula.server;

import dev.kula.KulaException;
import io.grpc.BindableService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * Lets the servers of a live fleet be many processes, with something between them. {@link
 * ServiceLoader} finds the one that is on the class path.
 */
public interface TierProvider {
  /** What an orchestrator gives to others. */
  interface Orchestrating extends Tier, AutoCloseable {
    /** Devices can come, from now on until it is closed. */
    void serve(FleetServer server);

    @Override
    void close();
  }

  /** Where devices connect to instead of the orchestrator. */
  interface Gate extends Part {
    /** What devices connect to. */
    BindableService service();

    /** How many devices are connected. */
    long connected();
  }

  /** A process that does its part until it is closed. */
  interface Part extends AutoCloseable {
    /**
     * Waits until it cannot go on.
     *
     * @throws KulaException RESOURCE, saying why
     */
    void await() throws InterruptedException;

    @Override
    void close();
  }

  /**
   * The orchestrator's part.
   *
   * @param file how to reach what is between
   * @param patience how long others may take for their parts
   * @param troubles is told in a line what did not go through; from any thread
   */
  Orchestrating orchestrator(Path file, Duration patience, Consumer<String> troubles);

  /** A gateway's part. */
  Gate gateway(Path file, Consumer<String> troubles);

  /** An aggregator's part. */
  Part aggregator(Path file);

  /** A monitor's part. */
  Part monitor(Path file, MonitorTerms terms);

  /**
   * The one that there is.
   *
   * @throws KulaException the user's mistake, if there is none
   */
  static TierProvider find() {
    return ServiceLoader.load(TierProvider.class)
        .findFirst()
        .orElseThrow(
            () ->
                KulaException.user(
                    "--kafka is given, and this program was built without kula-kafka; start it with"
                        + " ./kula and KULA_KAFKA=1"));
  }
}
