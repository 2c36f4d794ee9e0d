package dev.kula.app;

import dev.kula.app.dashboard.RunControl;
import dev.kula.app.dashboard.RunFeed;
import dev.kula.app.http.DashboardPort;
import java.nio.file.Path;

/**
 * The dashboard of the run that this process makes.
 *
 * @param port where it is
 * @param control what its operator wants of the run
 */
record Watch(DashboardPort port, RunControl control) implements AutoCloseable {
  /** Shows the run in this directory from now on. */
  void show(Path directory) {
    port.show(RunFeed.of(directory));
  }

  @Override
  public void close() {
    port.close();
  }
}
