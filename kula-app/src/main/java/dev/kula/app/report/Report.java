package dev.kula.app.report;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kula.KulaException;
import dev.kula.store.AtomicFile;
import dev.kula.store.RunReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes {@code report.html} of a run that has ended: one file with its charts, style and data in
 * it, which loads nothing from anywhere and says so to the browser.
 *
 * <p>The same run directory gives the same bytes. Stateless and thread safe.
 */
public final class Report {
  /** The report's name in the run directory. */
  public static final String FILE_NAME = "report.html";

  private static final String CHARTS = "/META-INF/resources/webjars/echarts/5.3.1/";
  private static final List<String> SCRIPTS =
      List.of("page.js", "charts.js", "devices.js", "swaps.js", "sections.js");

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .visibility(PropertyAccessor.GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .build();

  private Report() {}

  /**
   * Reads {@code summary.json}, {@code rounds.jsonl} and {@code events.jsonl} of {@code
   * runDirectory} and writes the report beside them, whole or not at all.
   *
   * @return the report's path
   * @throws KulaException USER if there is no run, it has not ended or a file of it is broken;
   *     RESOURCE if the report cannot be written
   */
  public static Path write(Path runDirectory) {
    byte[] page = page(ReportData.of(RunReader.of(runDirectory))).getBytes(StandardCharsets.UTF_8);
    Path report = runDirectory.resolve(FILE_NAME);
    AtomicFile.write(report, out -> out.write(page));
    return report;
  }

  private static String page(ReportData data) {
    StringBuilder scripts = new StringBuilder();
    for (String script : SCRIPTS) {
      scripts.append(resource(script)).append('\n');
    }
    // One pass over the parts: data that happens to contain a placeholder is left alone.
    StringBuilder page = new StringBuilder(1 << 21);
    String template = resource("report.html");
    int from = 0;
    for (int open = template.indexOf("{{"); open >= 0; open = template.indexOf("{{", from)) {
      int close = template.indexOf("}}", open);
      page.append(template, from, open);
      String name = template.substring(open + 2, close);
      page.append(
          switch (name) {
            case "title" -> escapeText(title(data));
            case "style" -> resource("report.css");
            case "echarts" -> script(resource(CHARTS + "dist/echarts.min.js"));
            case "notice" -> escapeText(resource(CHARTS + "NOTICE"));
            case "d3-licence" -> escapeText(resource(CHARTS + "licenses/LICENSE-d3"));
            case "data" -> json(data);
            case "scripts" -> script(scripts.toString());
            default -> throw KulaException.internal("report.html has a part '%s'".formatted(name));
          });
      from = close + 2;
    }
    return page.append(template, from, template.length()).toString();
  }

  private static String title(ReportData data) {
    return "Kula %s: %s".formatted(data.summary().command(), data.summary().data().name());
  }

  /**
   * JSON that cannot end the element it stands in, nor open a comment: every {@code <}, {@code >},
   * {@code &} and the two line ends that older scripts did not allow are escaped.
   */
  static String json(Object data) {
    String json;
    try {
      json = MAPPER.writeValueAsString(data);
    } catch (JsonProcessingException defect) {
      throw KulaException.internal("cannot write the report's data: " + defect.getMessage());
    }
    StringBuilder safe = new StringBuilder(json.length() + 1024);
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      switch (c) {
        case '<', '>', '&', '\u2028', '\u2029' -> safe.append(String.format("\\u%04x", (int) c));
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }

  static String escapeText(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /**
   * The scripts are ours or the library's; this holds them to what an inline script may contain.
   */
  private static String script(String source) {
    if (source.contains("</script") || source.contains("<!--")) {
      throw KulaException.internal("a script of the report would end its own element");
    }
    return source;
  }

  private static String resource(String name) {
    try (InputStream in = Report.class.getResourceAsStream(name)) {
      if (in == null) {
        throw KulaException.internal("the report's part '%s' is not packaged".formatted(name));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
