package dev.kula.app;

import dev.kula.app.advice.Advice;
import dev.kula.app.advice.Advice.Answer;
import dev.kula.app.advice.Advice.Interval;
import dev.kula.app.advice.Advice.Line;
import java.util.List;
import org.apache.commons.text.WordUtils;
import org.jspecify.annotations.Nullable;

/**
 * Advice for a terminal: answers, table, command.
 *
 * @param columns width of the terminal
 */
record AdviceText(Advice advice, int columns) {
  private static final String INDENT = "            ";

  /** With a line break at the end. */
  String text() {
    StringBuilder text = new StringBuilder();
    paragraph(text, "", advice.about() + " " + Advice.NOT_PRIVATE);
    text.append('\n');
    for (Answer answer : advice.answers()) {
      String head = answer.question() + " ".repeat(INDENT.length() - answer.question().length());
      paragraph(text, head, answer.verdict().words() + ": " + answer.text());
    }
    text.append('\n').append(table().text());
    text.append(
        "\nGains in points with 99 % intervals over devices and seeds; five hold together at 95 %.\n");
    paragraph(text, "\nRun next: ", advice.next() + ". " + advice.why());
    return text.append("\n  ").append(advice.command()).append('\n').toString();
  }

  private void paragraph(StringBuilder text, String head, String words) {
    String indent = head.isEmpty() || head.startsWith("\n") ? "" : INDENT;
    text.append(head)
        .append(WordUtils.wrap(words, columns - INDENT.length(), "\n" + indent, false))
        .append('\n');
  }

  private Grid table() {
    return new Grid(
        "What was run",
        List.of(
            "method",
            "personal, %",
            "over local only",
            "over its base",
            "ahead from",
            "MB",
            "max ε"),
        advice.methods().stream().map(AdviceText::row).toList());
  }

  private static List<String> row(Line line) {
    return List.of(
        line.method(),
        Figures.percent(line.score()),
        gain(line.overLocal()),
        gain(line.overBase()),
        Figures.count(line.aheadFrom() == null ? null : Double.valueOf(line.aheadFrom())),
        Figures.megabytes(line.bytes()),
        Figures.epsilon(line.epsilon()));
  }

  private static String gain(@Nullable Interval gain) {
    return gain == null ? "–" : Figures.points(gain.mean(), gain.low(), gain.high());
  }
}
