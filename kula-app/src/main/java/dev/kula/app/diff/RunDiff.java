package dev.kula.app.diff;

import dev.kula.round.RoundRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In what two runs differ; {@code docs/formats.md} describes it. Differences are the second's
 * figure without the first's.
 *
 * @param schemaVersion of this record
 * @param first directory of one run
 * @param second of the other
 * @param same whether both came to the same results, all that was measured in real time left out
 * @param lacks what the runs lack, a sentence each
 * @param settings that differ
 * @param data what differs in what was trained on
 * @param methods that both ran
 * @param onlyFirst names of methods that the first alone ran
 * @param onlySecond likewise
 */
public record RunDiff(
    int schemaVersion,
    String first,
    String second,
    boolean same,
    List<String> lacks,
    List<Setting> settings,
    List<Setting> data,
    List<MethodDiff> methods,
    List<String> onlyFirst,
    List<String> onlySecond) {
  /** Version of the layout of this record; a change that breaks readers raises it. */
  public static final int SCHEMA_VERSION = 1;

  /**
   * A value that is not the same in both.
   *
   * @param key name of a flag, or of a field of {@code data}
   * @param first value there; null if it is not there
   * @param second likewise
   */
  public record Setting(String key, @Nullable Object first, @Nullable Object second) {}

  /**
   * A method in both runs.
   *
   * @param first its name in the first run
   * @param second in the second; another where each ran one method
   * @param seeds that both ran; figures are means over these, or if there are none over each's own
   * @param rounds how far the figures go: the last round, or null where each goes to its own end
   * @param parting where the results part; null if they do not
   * @param figures of both
   * @param gain in personal accuracy; null if it has no interval
   * @param verdict a sentence
   */
  public record MethodDiff(
      String first,
      String second,
      List<Long> seeds,
      @Nullable Integer rounds,
      @Nullable Parting parting,
      List<Figure> figures,
      @Nullable PairedGain gain,
      String verdict) {}

  /**
   * The first round in which results are not the same.
   *
   * @param seed of the earliest
   * @param round from 1; 0 for what happened before the first
   * @param fields of {@link RoundRecord} that differ, {@code events}, or {@code end} if one of the
   *     two has no such round
   */
  public record Parting(long seed, int round, List<String> fields) {}

  /**
   * A figure of both.
   *
   * @param name of the figure
   * @param first mean over seeds; null where it is not known
   * @param second likewise
   */
  public record Figure(String name, @Nullable Double first, @Nullable Double second) {}

  /**
   * The difference in personal accuracy, paired.
   *
   * @param mean second − first, as a fraction of 1
   * @param low lower end of the 95 % interval
   * @param high upper end
   * @param devices that are paired; 0 if only seeds are
   * @param seeds that are paired
   */
  public record PairedGain(double mean, double low, double high, int devices, int seeds) {}
}
