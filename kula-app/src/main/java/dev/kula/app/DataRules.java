package dev.kula.app;

import dev.kula.app.Rule.Form;
import dev.kula.data.scenario.Course;
import dev.kula.data.scenario.Shift;
import java.util.Arrays;

/** What the flags may be that say how data are dealt. */
final class DataRules {
  static final Rule<String> PARTITION =
      Rule.forms(
          Form.word("natural"),
          Form.word("iid"),
          Form.number("dirichlet", "ALPHA", "above 0", Range::positive),
          Form.wholeNumber("classes", "K", 1, 1_000_000),
          Form.number("quantity", "ALPHA", "above 0", Range::positive));

  static final Rule<String> SPLIT =
      Rule.forms(
          Form.number("random", "SHARE", "above 0 and below 1", Range::inside),
          Form.number("time", "SHARE", "above 0 and below 1", Range::inside));

  static final Rule<String> TARGET =
      Rule.forms(
          Form.word("local"),
          Form.number("mixture", "W", "from 0 to 1", Range::share),
          Form.word("recent"));

  static final Rule<String> SHIFT =
      Rule.forms(
          Form.word("none"),
          Form.wholeNumber("features", "K", 2, Shift.MOST),
          Form.wholeNumber("labels", "K", 2, Shift.MOST));

  static final Rule<String> COURSE =
      Rule.words(Arrays.stream(Course.values()).map(Course::notation).toArray(String[]::new));

  private DataRules() {}
}
