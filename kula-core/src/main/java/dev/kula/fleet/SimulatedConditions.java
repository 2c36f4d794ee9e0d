package dev.kula.fleet;

import dev.kula.data.DeviceId;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** As a simulation has it, so that a live fleet does what a simulation does, to the bit. */
public final class SimulatedConditions implements Conditions {
  private final Courses courses;
  private final CostModel costs;
  private Duration elapsed = Duration.ZERO;

  /** From the courses and costs of that simulation. */
  public SimulatedConditions(Courses courses, CostModel costs) {
    this.courses = courses;
    this.costs = costs;
  }

  @Override
  public int joins(DeviceId device) {
    return courses.joins(device);
  }

  @Override
  public boolean isAvailable(DeviceId device, int index, int round, int step) {
    return costs.isAvailable(device, index, round, step);
  }

  @Override
  public double inferenceSeconds(DeviceId device) {
    return costs.of(device).secondsPerPass();
  }

  @Override
  public void advance(List<Worked> worked) {
    double slowest =
        worked.stream()
            .mapToDouble(w -> costs.seconds(w.device(), w.bytesIn(), w.passes(), w.bytesOut()))
            .max()
            .orElse(0);
    elapsed = elapsed.plusNanos(Math.round(slowest * 1e9));
  }

  @Override
  public Duration elapsed() {
    return elapsed;
  }

  @Override
  public void restore(Duration before, Set<DeviceId> back) {
    elapsed = before;
  }
}
