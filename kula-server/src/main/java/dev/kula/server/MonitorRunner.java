package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.client.JobRunner;
import dev.kula.round.Monitor;
import dev.kula.wire.Answer;
import dev.kula.wire.Job;
import dev.kula.wire.Question;
import dev.kula.wire.Result;
import java.util.Arrays;

/**
 * Answers an orchestrator's questions to a monitor, in the monitor's process.
 *
 * <p>Not thread safe.
 */
public final class MonitorRunner implements JobRunner {
  private final Monitor monitor;

  /** Over a monitor that nobody else asks. */
  public MonitorRunner(Monitor monitor) {
    this.monitor = monitor;
  }

  @Override
  public Result perform(Job.Work job) {
    if (!(job instanceof Job.Consult consult)) {
      return new Result.Failed("this is a monitor, which answers questions and does not train");
    }
    try {
      return new Result.Advice(answer(consult.question()));
    } catch (KulaException | IllegalArgumentException failure) {
      return JobRunner.failed(failure);
    }
  }

  private Answer answer(Question question) {
    return switch (question) {
      case Question.Census census ->
          new Answer.Devices(monitor.census(census.round(), census.devices(), census.fleet()));
      case Question.Hear hear -> new Answer.Heard(monitor.hear(hear.messages()));
      case Question.Labels labels -> new Answer.Labels(monitor.labels());
      case Question.Joined joined -> numbers(monitor.joined(joined.devices()));
      case Question.Plan plan -> new Answer.Planned(monitor.plan(plan.round(), plan.groups()));
      case Question.Close close -> new Answer.Standings(monitor.close());
      case Question.Reputations reputations ->
          new Answer.Numbers(monitor.reputations(reputations.devices()));
    };
  }

  private static Answer numbers(double[] numbers) {
    return new Answer.Numbers(Arrays.stream(numbers).boxed().toList());
  }

  @Override
  public void close() {}
}
