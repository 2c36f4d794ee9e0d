package dev.kula.app.report;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kula.KulaException;
import dev.kula.store.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Writes a page: one file with its charts, style, scripts and data in it, which loads nothing from
 * anywhere and says so to the browser.
 *
 * <p>The same data give the same bytes. Stateless and thread safe.
 */
public final class Page {
  private static final String CHARTS = "/META-INF/resources/webjars/echarts/5.3.1/";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .visibility(PropertyAccessor.GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .visibility(PropertyAccessor.FIELD, Visibility.ANY)
          .build();

  private Page() {}

  /**
   * Writes {@code file}, whole or not at all.
   *
   * @param title of the page
   * @param scripts sources, in order; {@link #script(String)} has those of this package
   * @param data what the scripts find as {@code DATA}
   * @throws KulaException RESOURCE if it cannot be written
   */
  public static void write(Path file, String title, List<String> scripts, Object data) {
    byte[] page = page(title, scripts, data).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(page));
  }

  /** A script of this package, such as {@code page.js}. */
  public static String script(String name) {
    return resource(name);
  }

  /** The library of charts, a script. */
  public static String charts() {
    return resource(CHARTS + "dist/echarts.min.js");
  }

  /** What all pages look like. */
  public static String style() {
    return resource("report.css");
  }

  /**
   * Fills in what is the same for every page: {@code notice} and {@code d3-licence}, what the
   * library of charts wants to be told.
   *
   * @param template with names of parts between double braces
   * @param own other parts by their names
   */
  public static String fill(String template, Map<String, Supplier<String>> own) {
    // One pass over the parts: data that happens to contain a placeholder is left alone.
    StringBuilder page = new StringBuilder(1 << 21);
    int from = 0;
    for (int open = template.indexOf("{{"); open >= 0; open = template.indexOf("{{", from)) {
      int close = template.indexOf("}}", open);
      page.append(template, from, open);
      String name = template.substring(open + 2, close);
      page.append(
          switch (name) {
            case "notice" -> escapeText(resource(CHARTS + "NOTICE"));
            case "d3-licence" -> escapeText(resource(CHARTS + "licenses/LICENSE-d3"));
            default -> {
              Supplier<String> part = own.get(name);
              if (part == null) {
                throw KulaException.internal("a page has an unknown part '%s'".formatted(name));
              }
              yield part.get();
            }
          });
      from = close + 2;
    }
    return page.append(template, from, template.length()).toString();
  }

  private static String page(String title, List<String> scripts, Object data) {
    return fill(
        resource("report.html"),
        Map.of(
            "title",
            () -> escapeText(title),
            "style",
            Page::style,
            "echarts",
            () -> harmless(charts()),
            "data",
            () -> json(data),
            "scripts",
            () -> harmless(String.join("\n", scripts) + "\n")));
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
  private static String harmless(String source) {
    if (source.contains("</script") || source.contains("<!--")) {
      throw KulaException.internal("a script of the report would end its own element");
    }
    return source;
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw KulaException.internal("the report's part '%s' is not packaged".formatted(name));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
