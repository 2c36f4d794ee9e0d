package dev.kula.app.http;

import dev.kula.KulaException;
import dev.kula.app.http.HttpPort.Answer;
import dev.kula.app.report.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the dashboard's page is made of: files of this program, which load nothing from anywhere.
 * There are four paths, and what stands there is the same for everybody.
 */
final class DashboardPage {
  private static final String FOLDER = "/dev/kula/app/dashboard/";
  private static final List<String> SHARED = List.of("elements.js", "drawings.js");
  private static final List<String> OWN =
      List.of(
          "run.js", "curves.js", "fleet.js", "map.js", "orders.js", "advice.js", "dashboard.js");

  private DashboardPage() {}

  /** What stands at a path; empty if nothing of the page does. */
  static Optional<Answer> at(String path) {
    return switch (path) {
      case "/" -> Optional.of(answer("text/html", Page.fill(resource("dashboard.html"), Map.of())));
      case "/echarts.js" -> Optional.of(answer("text/javascript", Page.charts()));
      case "/dashboard.js" -> Optional.of(answer("text/javascript", scripts()));
      case "/dashboard.css" ->
          Optional.of(answer("text/css", Page.style() + resource("dashboard.css")));
      default -> Optional.empty();
    };
  }

  private static Answer answer(String type, String text) {
    return new Answer(200, type + "; charset=utf-8", text, Map.of());
  }

  private static String scripts() {
    StringBuilder all = new StringBuilder();
    SHARED.forEach(name -> all.append(Page.script(name)).append('\n'));
    OWN.forEach(name -> all.append(resource(name)).append('\n'));
    return all.toString();
  }

  private static String resource(String name) {
    try (InputStream in = DashboardPage.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw KulaException.internal("the dashboard's '%s' is not packaged".formatted(name));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
