package dev.kula.client;

import dev.kula.OneLine;
import dev.kula.wire.Job;
import dev.kula.wire.Result;

/**
 * Does jobs, one after another. The same jobs in the same order bring it to the same state, and
 * have the same results.
 *
 * <p>Not thread safe.
 */
public interface JobRunner extends AutoCloseable {
  /** Does a job. What cannot be done is a result, too. */
  Result perform(Job.Work job);

  /** What a job has come to that cannot be worked with; no reason for a process to end. */
  static Result.Failed failed(RuntimeException failure) {
    String line = OneLine.of(String.valueOf(failure.getMessage()).strip());
    return new Result.Failed(line.isEmpty() ? "the job cannot be worked with" : line);
  }

  @Override
  void close();
}
