package dev.kula.app.advice;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code kula advise} says.
 *
 * @param about data and runs, one line
 * @param answers in the order of the questions
 * @param methods one a method that was run
 * @param devices one a device
 * @param base what swaps are compared with
 * @param next the method to run next
 * @param why it is that one, a sentence
 * @param command that runs it
 */
public record Advice(
    String about,
    List<Answer> answers,
    List<Line> methods,
    List<Device> devices,
    String base,
    String next,
    String why,
    String command) {
  /** The file in the run directory that has it. */
  public static final String FILE_NAME = "advice.json";

  /** What must be said wherever this is shown. */
  public static final String NOT_PRIVATE =
      "This looked at all rows in one place and is not private: it is a simulation on your machine.";

  public Advice {
    answers = List.copyOf(answers);
    methods = List.copyOf(methods);
    devices = List.copyOf(devices);
  }

  /**
   * An answer.
   *
   * @param question a word or two
   * @param verdict as {@link Verdict#words()}
   * @param text one or two sentences with numbers
   */
  public record Answer(String question, Verdict verdict, String text) {}

  /**
   * A method and what it is worth.
   *
   * @param score mean over devices and seeds, a fraction of 1
   * @param overLocal gain over each device alone; null for that itself
   * @param overBase gain over the method that it builds on; null if it builds on none
   * @param bytes moved in a run, mean over seeds
   * @param epsilon largest that a device has spent; infinite if a release had no noise
   * @param aheadFrom round from which its mean is above that of what it builds on to the end; null
   *     if the interval does not show that it ends above
   */
  public record Line(
      String method,
      double score,
      @Nullable Interval overLocal,
      @Nullable Interval overBase,
      long bytes,
      double epsilon,
      @Nullable Integer aheadFrom) {}

  /** A gain between the ends of its interval. */
  public record Interval(double mean, double low, double high) {}

  /**
   * A device, means over seeds.
   *
   * @param rows that it trains on, in the first seed
   * @param federating gain over the device alone, lowest and highest of the seeds around the mean
   * @param grouping gain of groups over one model for all, likewise
   * @param swapping gain of the best swaps over what they build on, likewise
   */
  public record Device(
      String device, int rows, Interval federating, Interval grouping, Interval swapping) {}
}
