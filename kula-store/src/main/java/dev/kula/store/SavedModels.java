package dev.kula.store;

import dev.kula.KulaException;
import dev.kula.model.ParameterLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The models that a run or a device left in its directory, each whole, wherever its tensors stand.
 * Immutable by contract and thread safe.
 */
public final class SavedModels {
  /** Of a run. */
  public static final String RUN = "models.safetensors";

  /** Of a device, in its own directory. */
  public static final String DEVICE = "personal.safetensors";

  /** In the metadata of a file, before a device's name: the number of its group, from 1. */
  public static final String GROUP = "group/";

  private static final String GLOBAL = "global";
  private static final String PERSONAL = "personal/";
  private static final Pattern NUMBERED = Pattern.compile(GLOBAL + "(?:/([1-9][0-9]{0,6}))?");

  private final Path file;
  private final Map<String, String> metadata;
  private final List<NamedModel> global = new ArrayList<>();
  private final List<NamedModel> personal = new ArrayList<>();

  private SavedModels(Path file, SafeTensors.Contents contents) {
    this.file = file;
    metadata = contents.metadata();
    for (NamedModel model : contents.models()) {
      String prefix = model.prefix();
      Matcher numbered = NUMBERED.matcher(prefix);
      if (numbered.matches()) {
        String number = numbered.group(1);
        if (Integer.parseInt(number == null ? "1" : number) != global.size() + 1) {
          throw malformed("it has the model '%s' out of turn".formatted(prefix));
        }
        global.add(model);
      } else if (prefix.startsWith(PERSONAL)) {
        personal.add(renamed(model, prefix.substring(PERSONAL.length())));
      } else if (prefix.isEmpty()) {
        personal.add(renamed(model, metadata.getOrDefault("device", "")));
      } else {
        throw malformed("it has a model '%s'".formatted(prefix));
      }
    }
  }

  /**
   * What is in a directory.
   *
   * @throws KulaException USER if there are no models in it, or a file of them is damaged
   */
  public static SavedModels of(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw KulaException.user(
          "'%s' is no directory, must be one that a run or a device wrote; name another"
              .formatted(directory));
    }
    for (String name : List.of(RUN, DEVICE)) {
      Path file = directory.resolve(name);
      if (Files.isRegularFile(file)) {
        return new SavedModels(file, SafeTensors.read(file));
      }
    }
    boolean ended = Files.isRegularFile(directory.resolve(RunDirectory.SUMMARY));
    boolean begun = Files.isRegularFile(directory.resolve(RunDirectory.ROUNDS));
    throw KulaException.user(
        ended
            ? "'%s' holds no models, only simulate and orchestrate keep them; make the run with one of these"
                .formatted(directory)
            : begun
                ? "'%s' holds no models yet, the run has not ended; finish it with --resume '%s'"
                    .formatted(directory, directory)
                : "'%s' holds no models, there is no %s in it; name the directory of a run"
                    .formatted(directory, RUN));
  }

  /** The file that they are in. */
  public Path file() {
    return file;
  }

  /** What it says beside the models. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** How to ask the models; empty if the file does not say. */
  public Optional<ModelCard> card() {
    String text = metadata.get(ModelCard.KEY);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(ModelCard.parse(text));
    } catch (KulaException mistake) {
      throw KulaException.user("'%s': %s".formatted(file, mistake.getMessage()), mistake);
    }
  }

  /**
   * The global model under {@code global}, or those of groups under {@code global-1} and so on, of
   * which the last may be the common one.
   */
  public List<NamedModel> global() {
    return global.stream().map(model -> renamed(model, model.prefix().replace('/', '-'))).toList();
  }

  /** Names of the devices whose personal models are there. */
  public List<String> devices() {
    return personal.stream().map(NamedModel::prefix).toList();
  }

  /**
   * A device's personal model, whole, under its name.
   *
   * @param device one of {@link #devices}
   */
  public NamedModel device(String device) {
    NamedModel own =
        personal.stream()
            .filter(model -> model.prefix().equals(device))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no model of " + device));
    if (global.isEmpty()) {
      return own;
    }
    NamedModel body = global.get(group(device) - 1);
    ParameterLayout layout = body.layout();
    if (own.layout().equals(layout)) {
      return own;
    }
    if (!own.layout().equals(layout.head())) {
      throw malformed(
          "the tensors of '%s' are neither a whole model nor its output layer".formatted(device));
    }
    float[] whole = body.parameters().clone();
    float[] head = own.parameters();
    System.arraycopy(head, 0, whole, layout.headOffset(), head.length);
    return new NamedModel(device, layout, whole);
  }

  /** From 1. */
  private int group(String device) {
    String text = metadata.getOrDefault(GROUP + device, "1");
    if (!text.matches("[1-9][0-9]{0,6}") || Integer.parseInt(text) > global.size()) {
      throw malformed("'%s' is of group %s, there are %d".formatted(device, text, global.size()));
    }
    return Integer.parseInt(text);
  }

  private static NamedModel renamed(NamedModel model, String name) {
    return new NamedModel(name, model.layout(), model.parameters());
  }

  private KulaException malformed(String what) {
    return KulaException.user(
        "'%s' holds no models of a run: %s; copy the file again or repeat the run"
            .formatted(file, what));
  }
}
