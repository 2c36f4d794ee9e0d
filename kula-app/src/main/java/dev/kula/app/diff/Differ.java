package dev.kula.app.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kula.app.diff.RunDiff.MethodDiff;
import dev.kula.app.diff.RunDiff.Parting;
import dev.kula.app.diff.RunDiff.Setting;
import dev.kula.app.diff.RunSide.Course;
import dev.kula.round.RoundRecord;
import dev.kula.store.NamedModel;
import dev.kula.store.RunJson;
import dev.kula.store.SafeTensors;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Sets two runs beside each other. */
public final class Differ {
  /** Where a run is, and where it came from, is nothing that it did. */
  private static final Set<String> PLACES = Set.of("out", "resume", "from-round", "keep-every");

  /** What is set for who runs several methods alone. */
  private static final Set<String> OF_SEVERAL = Set.of("methods", "seeds");

  /** What is measured in real time, or is a name alone. */
  private static final Set<String> BESIDE = Set.of("method", "seed", "wallSeconds");

  /** Measured too where devices have data of their own. */
  private static final String SIMULATED = "simulatedSeconds";

  private final RunSide first;
  private final RunSide second;

  private Differ(RunSide first, RunSide second) {
    this.first = first;
    this.second = second;
  }

  /** In what they differ. */
  public static RunDiff diff(RunSide first, RunSide second) {
    return new Differ(first, second).diff();
  }

  private RunDiff diff() {
    Set<String> leftOut = new TreeSet<>(PLACES);
    if (!runsSeveral(first) || !runsSeveral(second)) {
      leftOut.addAll(OF_SEVERAL);
    }
    List<Setting> settings = settings(first.settings(), second.settings(), leftOut);
    if (!first.command().equals(second.command())) {
      settings.addFirst(new Setting("command", first.command(), second.command()));
    }
    List<MethodDiff> methods = new ArrayList<>();
    List<String> onlyFirst = new ArrayList<>();
    List<String> onlySecond = new ArrayList<>(second.courses().keySet());
    boolean single = first.courses().size() == 1 && second.courses().size() == 1;
    for (String name : first.courses().keySet()) {
      String other = single ? second.courses().firstEntry().getKey() : name;
      if (second.courses().containsKey(other)) {
        onlySecond.remove(other);
        methods.add(method(name, other));
      } else {
        onlyFirst.add(name);
      }
    }
    boolean same =
        onlyFirst.isEmpty()
            && onlySecond.isEmpty()
            && methods.stream().allMatch(each -> each.parting() == null && isWhole(each))
            && first.summary().isPresent() == second.summary().isPresent()
            && haveSameModels();
    return new RunDiff(
        RunDiff.SCHEMA_VERSION,
        first.path().toString(),
        second.path().toString(),
        same,
        lacks(),
        settings,
        data(),
        methods,
        onlyFirst,
        onlySecond);
  }

  private static boolean runsSeveral(RunSide run) {
    return run.command().equals("compare") || run.command().equals("advise");
  }

  /** Whether no run of a method has a seed that the other has not. */
  private boolean isWhole(MethodDiff method) {
    return courses(first, method.first())
        .keySet()
        .equals(courses(second, method.second()).keySet());
  }

  private static Map<Long, Course> courses(RunSide run, String method) {
    return Objects.requireNonNull(run.courses().get(method));
  }

  private static List<Setting> settings(
      Map<String, Object> one, Map<String, Object> other, Set<String> leftOut) {
    Set<String> keys = new TreeSet<>(one.keySet());
    keys.addAll(other.keySet());
    keys.removeAll(leftOut);
    List<Setting> differ = new ArrayList<>();
    for (String key : keys) {
      if (!Objects.equals(one.get(key), other.get(key))) {
        differ.add(new Setting(key, one.get(key), other.get(key)));
      }
    }
    return differ;
  }

  private List<Setting> data() {
    if (first.summary().isEmpty() || second.summary().isEmpty()) {
      return List.of();
    }
    ObjectNode one = RunJson.tree(first.summary().get().data());
    ObjectNode other = RunJson.tree(second.summary().get().data());
    return fields(one, other, Set.of()).stream()
        .map(key -> new Setting(key, plain(one.get(key)), plain(other.get(key))))
        .toList();
  }

  private static Object plain(JsonNode value) {
    return value.isContainerNode()
        ? value
        : value.isNumber() ? value.numberValue() : value.asText();
  }

  private static List<String> fields(ObjectNode one, ObjectNode other, Set<String> leftOut) {
    List<String> differ = new ArrayList<>();
    one.fieldNames()
        .forEachRemaining(
            name -> {
              if (!leftOut.contains(name) && !one.get(name).equals(other.get(name))) {
                differ.add(name);
              }
            });
    return differ;
  }

  private List<String> lacks() {
    List<String> lacks = new ArrayList<>();
    for (RunSide run : List.of(first, second)) {
      if (run.courses().isEmpty()) {
        lacks.add("%s has no round yet".formatted(run.path()));
      } else if (run.summary().isEmpty()) {
        lacks.add(
            "%s has not ended: it goes on, or was killed, in round %d of %s"
                .formatted(
                    run.path(),
                    run.courses().lastEntry().getValue().lastEntry().getValue().rounds().size() + 1,
                    run.courses().lastEntry().getKey()));
      }
    }
    return lacks;
  }

  /** Those that both kept: an orchestrator keeps no personal ones. */
  private boolean haveSameModels() {
    if (!Files.isRegularFile(first.models()) || !Files.isRegularFile(second.models())) {
      return true;
    }
    Map<String, NamedModel> ones = new HashMap<>();
    SafeTensors.read(first.models()).models().forEach(model -> ones.put(model.prefix(), model));
    return SafeTensors.read(second.models()).models().stream()
        .allMatch(
            model -> {
              NamedModel one = ones.get(model.prefix());
              return one == null
                  || (one.layout().equals(model.layout())
                      && Arrays.equals(one.parameters(), model.parameters()));
            });
  }

  private MethodDiff method(String name, String other) {
    Map<Long, Course> ones = courses(first, name);
    Map<Long, Course> others = courses(second, other);
    List<Long> seeds = ones.keySet().stream().filter(others::containsKey).toList();
    Parting parting = null;
    for (long seed : seeds) {
      Parting here =
          parting(
              seed,
              Objects.requireNonNull(ones.get(seed)),
              Objects.requireNonNull(others.get(seed)));
      if (here != null && (parting == null || here.round() < parting.round())) {
        parting = here;
      }
    }
    MethodFigures figures = new MethodFigures(first, name, second, other, seeds);
    Optional<RunDiff.PairedGain> gain = figures.gain();
    return new MethodDiff(
        name,
        other,
        seeds,
        figures.rounds(),
        parting,
        figures.all(),
        gain.orElse(null),
        Verdicts.of(seeds, parting, gain));
  }

  private static boolean isElsewhere(RunSide run) {
    return run.summary().map(ended -> ended.data().elsewhere()).orElse(false);
  }

  private @Nullable Parting parting(long seed, Course one, Course other) {
    if (!Objects.equals(one.events().get(0), other.events().get(0))) {
      return new Parting(seed, 0, List.of("events"));
    }
    Set<String> beside = new TreeSet<>(BESIDE);
    if (isElsewhere(first) || isElsewhere(second)) {
      beside.add(SIMULATED);
    }
    int rounds = Math.max(one.rounds().size(), other.rounds().size());
    for (int i = 0; i < rounds; i++) {
      if (i >= one.rounds().size() || i >= other.rounds().size()) {
        return new Parting(seed, i + 1, List.of("end"));
      }
      RoundRecord here = one.rounds().get(i);
      List<String> fields =
          new ArrayList<>(fields(RunJson.tree(here), RunJson.tree(other.rounds().get(i)), beside));
      if (!Objects.equals(one.events().get(here.round()), other.events().get(here.round()))) {
        fields.add("events");
      }
      if (!fields.isEmpty()) {
        return new Parting(seed, here.round(), fields);
      }
    }
    return null;
  }
}
