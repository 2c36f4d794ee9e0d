package dev.kula.spark;

import dev.kula.data.DeviceId;
import dev.kula.fleet.Fleet.TrainingTask;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tasks of one training, with the models to start from: to each process once. Thread safe. */
final class Lessons implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Each a {@link Job.Train} without the model to start from. */
  private final List<byte[]> jobs = new ArrayList<>();

  /** The models; where tasks start from the same, it is one array, which is written once. */
  private final List<float[]> starts = new ArrayList<>();

  private final List<Map<String, Integer>> cohorts = new ArrayList<>();
  private final boolean sums;
  private transient @Nullable List<Job.Train> read;

  /**
   * Lessons.
   *
   * @param sums whether updates fold where they are made, and do not travel
   */
  Lessons(List<TrainingTask> tasks, boolean sums, Instant now) {
    this.sums = sums;
    for (TrainingTask task : tasks) {
      jobs.add(
          JobCodec.encode(
              new Job.Train(
                  task.round(), task.group(), Optional.empty(), task.plan(), task.sent(), now, 0)));
      boolean again = !starts.isEmpty() && Arrays.equals(starts.getLast(), task.global());
      starts.add(again ? starts.getLast() : task.global());
      Map<String, Integer> places = new HashMap<>();
      for (DeviceId device : task.cohort()) {
        places.put(device.name(), places.size());
      }
      cohorts.add(places);
    }
  }

  /** How many tasks there are. */
  int tasks() {
    return jobs.size();
  }

  /** Whether updates fold where they are made. */
  boolean sums() {
    return sums;
  }

  /** The model that a task starts from. */
  float[] start(int task) {
    return starts.get(task);
  }

  /** A task, without its model. */
  synchronized Job.Train task(int index) {
    List<Job.Train> known = read;
    if (known == null) {
      known = jobs.stream().map(JobCodec::decodeJob).map(Job.Train.class::cast).toList();
      read = known;
    }
    return known.get(index);
  }

  /** The place of a device in the cohort of a task; −1 if it is not in it. */
  int place(int task, String device) {
    return cohorts.get(task).getOrDefault(device, -1);
  }

  /** Whether a device is in any cohort. */
  boolean isFor(String device) {
    return cohorts.stream().anyMatch(places -> places.containsKey(device));
  }
}
