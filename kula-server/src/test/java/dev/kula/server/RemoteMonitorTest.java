package dev.kula.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kula.KulaException;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.LabelSpace;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.monitor.Similarity;
import dev.kula.round.LabelCounts;
import dev.kula.round.Monitor;
import dev.kula.round.RunEvent;
import dev.kula.swap.Admission;
import dev.kula.swap.PlannedSwap;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import dev.kula.wire.Answer;
import dev.kula.wire.Result;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A monitor that answers something else than it was asked, or not at all. */
final class RemoteMonitorTest {
  private static final DeviceId A = new DeviceId("a");
  private static final DeviceId B = new DeviceId("b");
  private static final LabelSpace LABELS = LabelSpace.classes(List.of("cat", "dog"));

  private @Nullable Result said;

  private final Participant parrot =
      new Answering(Envelope.MONITOR, job -> Optional.ofNullable(said));
  private final Monitor monitor =
      new RemoteMonitor(parrot, LABELS, Duration.ofSeconds(1), line -> {});

  private void assertBroken(Answer answer, String rule, Executable question) {
    said = new Result.Advice(answer);
    KulaException broken = assertThrows(KulaException.class, question);
    assertEquals(KulaException.Blame.REMOTE, broken.blame());
    assertEquals("the monitor cannot be worked with: " + rule, broken.getMessage());
  }

  @Test
  void itAsksNobodyElseAndNobodyTwice() {
    said = new Result.Advice(new Answer.Devices(List.of(B)));
    assertEquals(List.of(B), monitor.census(1, List.of(A, B), true));
    for (List<DeviceId> asked : List.of(List.of(new DeviceId("c")), List.of(A, A))) {
      assertBroken(
          new Answer.Devices(asked),
          "it asks '%s', must ask each of those it may, once".formatted(asked.getLast()),
          () -> monitor.census(1, List.of(A, B), true));
    }
  }

  @Test
  void itAnswersAsManyTimesAsItIsAsked() {
    assertBroken(
        new Answer.Heard(List.of(true, true)),
        "it has 2 verdicts, must have 1",
        () ->
            monitor.hear(
                List.of(new Envelope(A, Envelope.MONITOR, new Message.ProfileDeclined(1, 2)))));
    assertBroken(
        new Answer.Labels(new LabelCounts(3, new TreeMap<>())),
        "it has 3 labels, must have 2",
        monitor::labels);
    assertBroken(
        new Answer.Numbers(List.of(1.0)),
        "it has 1 numbers, must have 2",
        () -> monitor.joined(List.of(A)));
    assertBroken(
        new Answer.Numbers(List.of()),
        "it has 0 numbers, must have 1",
        () -> monitor.reputations(List.of(A)));
    for (double number : List.of(-1.0, Double.NaN, Double.POSITIVE_INFINITY)) {
      assertBroken(
          new Answer.Numbers(List.of(number)),
          "a number is %s, must be 0 or more".formatted(number),
          () -> monitor.reputations(List.of(A)));
    }
    assertBroken(
        new Answer.Labels(new LabelCounts(2, new TreeMap<>(Map.of(A, new double[2])))),
        "it counts 'a', must count who was asked",
        monitor::labels);
    assertBroken(
        new Answer.Heard(List.of()),
        "its answer to Close is of another kind, must be Standings",
        monitor::close);
  }

  private static Answer plan(DeviceId source, DeviceId receiver, int label) {
    SwapOrder order =
        new SwapOrder(
            1,
            1,
            source,
            receiver,
            5,
            List.of(label),
            Exchange.RAW,
            Admission.GATED_PERSONAL,
            Selection.DIVERSITY,
            0.5,
            false,
            Duration.ofHours(1),
            1);
    return new Answer.Planned(
        new Monitor.Plan(
            new RunEvent.Compared(1, 0.05, List.of(), List.of()),
            List.of(new PlannedSwap(order, 0.5, 0.5, new Similarity(0, 0, 0), 0.45, 1, "a test")),
            Set.of()));
  }

  @Test
  void itOrdersSwapsOfThisFleetAlone() {
    List<List<DeviceId>> fleet = List.of(List.of(A, B));
    said = new Result.Advice(plan(A, B, 1));
    assertEquals(A, monitor.plan(1, fleet).swaps().getFirst().order().source());
    assertBroken(
        plan(Envelope.BASE, B, 1),
        "a swap is from 'kula:base', must be from a device here",
        () -> monitor.plan(1, fleet));
    assertBroken(
        plan(A, new DeviceId("c"), 1),
        "a swap is to 'c', must be to a device of the same group",
        () -> monitor.plan(1, fleet));
    assertBroken(
        plan(A, B, 1),
        "a swap is to 'b', must be to a device of the same group",
        () -> monitor.plan(1, List.of(List.of(A), List.of(B))));
    assertBroken(
        plan(A, B, 1), "an order is of round 1, must be of 2", () -> monitor.plan(2, fleet));
    for (int label : List.of(-1, 2)) {
      assertBroken(
          plan(A, B, label),
          "a swap is of label %d, must be of one of the fleet's".formatted(label),
          () -> monitor.plan(1, fleet));
    }
  }

  @Test
  void whoDoesNotAnswerEndsTheRunAndItGoesOnWithResume() {
    said = null;
    KulaException away = assertThrows(KulaException.class, monitor::labels);
    assertEquals(
        "the monitor did not answer in time; start it again, and this with --resume",
        away.getMessage());
    said = new Result.Failed("nothing is kept of round 2");
    KulaException lost =
        assertThrows(KulaException.class, () -> monitor.restore(2, Monitor.State.ELSEWHERE));
    assertEquals(
        "the monitor cannot be worked with: nothing is kept of round 2", lost.getMessage());
  }
}
