package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.data.LabelSpace;
import dev.kula.device.Envelope;
import dev.kula.round.LabelCounts;
import dev.kula.round.Monitor;
import dev.kula.round.RunEvent;
import dev.kula.swap.PlannedSwap;
import dev.kula.swap.SwapOrder;
import dev.kula.wire.Answer;
import dev.kula.wire.Job;
import dev.kula.wire.Question;
import dev.kula.wire.Result;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A monitor in a process of its own, which has its state and keeps it. The run cannot go on without
 * it: whoever asks waits for it, and gives up when it does not answer in time.
 *
 * <p>What it may do is plan. An answer that does not fit its question ends the run: numbers that
 * are no counts or shares, profiles of devices that were not asked, orders between devices that may
 * not swap or of labels that there are not. Whether a plan is a good one is up to the monitor, and
 * so are the names in what it reports for people.
 */
final class RemoteMonitor implements Monitor {
  private final Participant participant;
  private final LabelSpace labels;
  private final Duration patience;
  private final Onlooker onlooker;

  /** Who may have reported in this census. */
  private Set<DeviceId> asked = Set.of();

  /**
   * A monitor.
   *
   * @param participant that answers {@link Job.Consult}
   * @param labels of the fleet
   * @param patience how long it may take to answer
   * @param onlooker sees what it is asked
   */
  RemoteMonitor(Participant participant, LabelSpace labels, Duration patience, Onlooker onlooker) {
    this.participant = participant;
    this.labels = labels;
    this.patience = patience;
    this.onlooker = onlooker;
  }

  @Override
  public List<DeviceId> census(int round, List<DeviceId> devices, boolean fleet) {
    Question.Census question = new Question.Census(round, devices, fleet);
    List<DeviceId> named = ask(question, Answer.Devices.class).devices();
    Set<DeviceId> among = new HashSet<>(devices);
    for (DeviceId device : named) {
      require(among.remove(device), "it asks '%s', must ask each of those it may, once", device);
    }
    asked = Set.copyOf(named);
    return named;
  }

  @Override
  public List<Boolean> hear(List<Envelope> messages) {
    List<Boolean> counts = ask(new Question.Hear(messages), Answer.Heard.class).counts();
    requireCount(counts.size(), messages.size(), "verdicts");
    return counts;
  }

  @Override
  public LabelCounts labels() {
    LabelCounts counts = ask(new Question.Labels(), Answer.Labels.class).counts();
    requireCount(counts.bins(), labels.size(), "labels");
    counts
        .reported()
        .forEach(
            (device, own) -> {
              require(asked.contains(device), "it counts '%s', must count who was asked", device);
              Arrays.stream(own).forEach(RemoteMonitor::requireAmount);
            });
    return counts;
  }

  @Override
  public double[] joined(List<DeviceId> devices) {
    List<Double> shares = numbers(new Question.Joined(devices), labels.size());
    return shares.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public Plan plan(int round, List<List<DeviceId>> groups) {
    Plan plan = ask(new Question.Plan(round, groups), Answer.Planned.class).plan();
    Map<DeviceId, Integer> groupOf = new HashMap<>();
    for (int group = 0; group < groups.size(); group++) {
      for (DeviceId member : groups.get(group)) {
        groupOf.put(member, group);
      }
    }
    Set<Long> numbers = new HashSet<>();
    for (PlannedSwap planned : plan.swaps()) {
      check(planned.order(), round, groupOf);
      require(
          numbers.add(planned.order().number()),
          "number %s is of two orders, must be of one",
          planned.order().number());
    }
    return plan;
  }

  private void check(SwapOrder order, int round, Map<DeviceId, Integer> groupOf) {
    require(order.round() == round, "an order is of round %s, must be of " + round, order.round());
    Integer group = groupOf.get(order.source());
    require(group != null, "a swap is from '%s', must be from a device here", order.source());
    require(
        Objects.equals(group, groupOf.get(order.receiver())),
        "a swap is to '%s', must be to a device of the same group",
        order.receiver());
    for (int label : order.labels()) {
      require(
          label >= 0 && label < labels.size(),
          "a swap is of label %s, must be of one of the fleet's",
          label);
    }
  }

  @Override
  public List<RunEvent.Standing> close() {
    return ask(new Question.Close(), Answer.Standings.class).standings();
  }

  @Override
  public List<Double> reputations(List<DeviceId> devices) {
    return numbers(new Question.Reputations(devices), devices.size());
  }

  @Override
  public State state(int round) {
    perform(new Job.Keep(round));
    return State.ELSEWHERE;
  }

  @Override
  public void restore(int round, State state) {
    perform(new Job.Restore(round, new float[0], List.of()));
  }

  private List<Double> numbers(Question question, int count) {
    List<Double> numbers = ask(question, Answer.Numbers.class).numbers();
    requireCount(numbers.size(), count, "numbers");
    numbers.forEach(RemoteMonitor::requireAmount);
    return numbers;
  }

  private <A extends Answer> A ask(Question question, Class<A> kind) {
    Result result = perform(new Job.Consult(question));
    if (result instanceof Result.Advice advice && kind.isInstance(advice.answer())) {
      return kind.cast(advice.answer());
    }
    throw broken(
        "its answer to %s is of another kind, must be %s"
            .formatted(question.getClass().getSimpleName(), kind.getSimpleName()));
  }

  private Result perform(Job job) {
    Result result =
        participant
            .perform(job, patience, onlooker.asked(participant.id(), job))
            .orElseThrow(
                () ->
                    KulaException.remote(
                        "the monitor did not answer in time; start it again, and this with"
                            + " --resume"));
    if (result instanceof Result.Failed failed) {
      throw broken(failed.reason());
    }
    return result;
  }

  private static void requireAmount(double number) {
    require(
        number >= 0 && number < Double.POSITIVE_INFINITY,
        "a number is %s, must be 0 or more",
        number);
  }

  private static void requireCount(int count, int expected, String what) {
    require(count == expected, "it has %s " + what + ", must have " + expected, count);
  }

  private static void require(boolean holds, String rule, Object value) {
    if (!holds) {
      throw broken(rule.formatted(value));
    }
  }

  private static KulaException broken(String what) {
    return KulaException.remote("the monitor cannot be worked with: " + what);
  }
}
