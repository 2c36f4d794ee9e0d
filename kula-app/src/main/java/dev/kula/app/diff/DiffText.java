package dev.kula.app.diff;

import dev.kula.app.Figures;
import dev.kula.app.Grid;
import dev.kula.app.diff.RunDiff.Figure;
import dev.kula.app.diff.RunDiff.MethodDiff;
import dev.kula.app.diff.RunDiff.Parting;
import dev.kula.app.diff.RunDiff.Setting;
import dev.kula.data.Decimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** In what two runs differ, for a terminal. */
public final class DiffText {
  private static final String NONE = "–";

  private DiffText() {}

  /** With a line break at the end. */
  public static String of(RunDiff diff) {
    List<String> parts = new ArrayList<>();
    diff.lacks().forEach(lack -> parts.add(lack + ".\n"));
    parts.add(
        settings("Settings that differ", "setting", diff.settings(), "Settings: the same.\n"));
    if (!diff.data().isEmpty()) {
      parts.add(settings("Data that differ", "data", diff.data(), ""));
    }
    diff.methods().forEach(method -> parts.add(method(method)));
    only(diff.first(), diff.onlyFirst(), parts);
    only(diff.second(), diff.onlySecond(), parts);
    String soFar = diff.lacks().isEmpty() ? "" : " so far";
    parts.add("The results %s%s.%n".formatted(diff.same() ? "are the same" : "differ", soFar));
    return "first:  %s%nsecond: %s%n%n".formatted(diff.first(), diff.second())
        + String.join("\n", parts);
  }

  private static void only(String run, List<String> methods, List<String> parts) {
    if (!methods.isEmpty()) {
      parts.add("Only in %s: %s.%n".formatted(run, String.join(", ", methods)));
    }
  }

  private static String settings(String title, String what, List<Setting> differ, String none) {
    return differ.isEmpty()
        ? none
        : new Grid(
                title,
                List.of(what, "first", "second"),
                differ.stream()
                    .map(each -> List.of(each.key(), text(each.first()), text(each.second())))
                    .toList())
            .text();
  }

  private static String text(@Nullable Object value) {
    return value == null
        ? NONE
        : value instanceof Double number ? Decimal.text(number) : value.toString();
  }

  private static String method(MethodDiff method) {
    String name =
        method.first().equals(method.second())
            ? method.first()
            : "%s beside %s".formatted(method.first(), method.second());
    String seeds =
        method.seeds().isEmpty()
            ? "no seed in common"
            : (method.seeds().size() == 1 ? "seed " : "seeds ")
                + method.seeds().stream().map(String::valueOf).collect(Collectors.joining(", "));
    String title = "%s, %s".formatted(name, seeds);
    if (method.rounds() != null) {
      title += ", after round %d, the last that both have".formatted(method.rounds());
    }
    List<List<String>> rows = method.figures().stream().map(DiffText::row).toList();
    return new Grid(title, List.of("", "first", "second", "difference"), rows).text()
        + parting(method)
        + "Verdict: %s.%n".formatted(method.verdict());
  }

  private static String parting(MethodDiff method) {
    Parting parting = method.parting();
    if (method.seeds().isEmpty()) {
      return "";
    }
    if (parting == null) {
      return "The same in every round, to the last bit.\n";
    }
    String where =
        method.seeds().size() == 1
            ? "round " + parting.round()
            : "round %d of seed %d".formatted(parting.round(), parting.seed());
    return parting.fields().equals(List.of("end"))
        ? "The same up to %s, which one of the two has not.%n".formatted(where)
        : "They part in %s: %s.%n".formatted(where, String.join(", ", parting.fields()));
  }

  private static List<String> row(Figure figure) {
    String name = figure.name();
    return List.of(
        label(name),
        value(name, figure.first()),
        value(name, figure.second()),
        difference(name, figure.first(), figure.second()));
  }

  private static String label(String name) {
    return switch (name) {
      case "round" -> "rounds";
      case "personalAccuracy" -> "personal accuracy, %";
      case "worstDecile" -> "  worst decile of devices, %";
      case "globalAccuracy" -> "global accuracy, %";
      case "bytesMoved" -> "moved, MB";
      case "epsilonMax" -> "largest epsilon";
      case "swapsOrdered" -> "swaps ordered";
      case "swapsAccepted" -> "  accepted";
      case "simulatedSeconds" -> "simulated time, s";
      default -> "real time, s";
    };
  }

  private static String value(String name, @Nullable Double value) {
    if (value == null) {
      return NONE;
    }
    return switch (name) {
      case "personalAccuracy", "worstDecile", "globalAccuracy" -> Figures.percent(value);
      case "bytesMoved" -> Figures.megabytes(Math.round(value));
      case "epsilonMax" -> Figures.epsilon(value);
      case "round", "swapsOrdered", "swapsAccepted" -> Figures.count(value);
      default -> Figures.seconds(value);
    };
  }

  private static String difference(String name, @Nullable Double first, @Nullable Double second) {
    if (first == null || second == null || Double.isInfinite(first) || Double.isInfinite(second)) {
      return NONE;
    }
    double difference = second - first;
    if (name.endsWith("Accuracy") || name.equals("worstDecile")) {
      return Figures.points(difference);
    }
    String size = value(name, Math.abs(difference));
    boolean isNothing = difference == 0 || size.equals("0.0") || size.equals("0.00");
    return isNothing ? "0" : (difference < 0 ? "−" : "+") + size;
  }
}
