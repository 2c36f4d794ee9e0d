package dev.kula.fleet;

import dev.kula.data.DeviceId;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
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
  public boolean isVirtual() {
    return true;
  }

  @Override
  public OptionalDouble seconds(Worked worked) {
    return OptionalDouble.of(
        costs.seconds(worked.device(), worked.bytesIn(), worked.passes(), worked.bytesOut()));
  }

  @Override
  public void advanceTo(Duration time) {
    elapsed = time.compareTo(elapsed) > 0 ? time : elapsed;
  }

  @Override
  public void advance(List<Worked> worked) {
    double slowest = worked.stream().mapToDouble(one -> seconds(one).orElseThrow()).max().orElse(0);
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
