package dev.kula.kafka;

import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Question;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Waits for moments at which it hurts most if somebody is killed. */
final class Hitch {
  private static final Duration WAIT = Duration.ofMinutes(2);

  /** How long a device that was not held in time takes to show it. */
  private static final Duration SHOWS = Duration.ofSeconds(2);

  /** By cohort, whose updates came. */
  private final Map<String, Set<String>> cohorts = new HashMap<>();

  private final Set<String> closed = new HashSet<>();
  private final List<String> gateways = new ArrayList<>();
  private String open = "";
  private int plans;
  private boolean counting;
  private boolean waiting;
  private boolean planning;

  synchronized void hear(Letter letter) {
    switch (letter.kind()) {
      case BEGIN -> {
        open = letter.cohort();
        cohorts.putIfAbsent(open, new HashSet<>());
      }
      case UPDATE ->
          cohorts.computeIfAbsent(letter.cohort(), key -> new HashSet<>()).add(letter.about());
      case HELLO -> gateways.add(Gateway.gateway(letter.session()));
      case CLOSE -> closed.add(letter.cohort());
      case QUESTION -> {
        if (JobCodec.decodeJob(letter.body()) instanceof Job.Consult consult) {
          hear(consult.question());
        }
      }
      default -> {}
    }
    notifyAll();
  }

  /** Through which gateway each session of a device came, in the order in which they began. */
  synchronized List<String> gateways() {
    return List.copyOf(gateways);
  }

  private void hear(Question question) {
    switch (question) {
      case Question.Census census -> counting = true;
      case Question.Hear hear -> planning = planning || (waiting && counting && plans > 0);
      case Question.Plan plan -> {
        plans++;
        counting = false;
      }
      default -> {}
    }
  }

  private interface Condition {
    boolean holds();
  }

  private synchronized boolean await(Condition condition, Duration within)
      throws InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (!condition.holds()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  private static void require(boolean came, String what) {
    if (!came) {
      throw new AssertionError("it did not come to this: " + what);
    }
  }

  /** Holds a device that others of its cohort wait for, with their updates there. */
  void midRound(Child device) throws IOException, InterruptedException {
    String before = "";
    while (true) {
      String last = before;
      require(await(() -> !open.equals(last) && !open.isEmpty(), WAIT), "a cohort begins");
      device.signal("STOP");
      String cohort;
      synchronized (this) {
        cohort = open;
      }
      require(await(() -> closed.contains(cohort) || size(cohort) >= 1, WAIT), "an update comes");
      if (!await(() -> closed.contains(cohort), SHOWS)) {
        return;
      }
      device.signal("CONT"); // it was quicker
      before = cohort;
    }
  }

  private int size(String cohort) {
    Set<String> devices = cohorts.get(cohort);
    return devices == null ? 0 : devices.size();
  }

  void letGo(Child device) throws IOException, InterruptedException {
    device.signal("CONT");
  }

  /** When a monitor has heard profiles for its second plan, and has not made it. */
  void midPlan() throws InterruptedException {
    synchronized (this) {
      waiting = true;
    }
    require(await(() -> planning, WAIT), "another plan");
  }
}
