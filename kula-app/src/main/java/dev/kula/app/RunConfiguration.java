package dev.kula.app;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kula.KulaException;
import dev.kula.store.AtomicFile;
import dev.kula.store.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code configuration.json} of a run directory: with which command and settings a run was made.
 *
 * @param command such as {@code simulate}
 * @param settings by key, as {@link RunSettings#asMap} gives them
 * @param labels names of the label bins, for whoever looks at a run before it has ended
 * @param modelSha256 of the file of a TorchScript model; null for one that is built in
 */
record RunConfiguration(
    String command,
    Map<String, Object> settings,
    List<String> labels,
    @Nullable String modelSha256) {
  static final String FILE = "configuration.json";

  /** Key of the command's name, beside the settings. */
  private static final String COMMAND = "command";

  /** Key of the names of labels, beside the settings too. */
  private static final String LABELS = "labels";

  /** Key of the model's digest, beside the settings too. */
  private static final String MODEL_SHA256 = "modelSha256";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** That of a new run. */
  static RunConfiguration of(String command, RunSettings settings, List<String> labels) {
    return new RunConfiguration(
        command,
        settings.asMap(),
        labels,
        ModelFile.of(settings).map(ModelFile::digest).orElse(null));
  }

  void write(RunDirectory directory) {
    directory.write(FILE, content());
  }

  /** What the file has. */
  AtomicFile.Content content() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(COMMAND, command);
    all.putAll(settings);
    all.put(LABELS, labels);
    if (modelSha256 != null) {
      all.put(MODEL_SHA256, modelSha256);
    }
    return stream -> stream.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(all));
  }

  /**
   * What {@link #write} once wrote.
   *
   * @throws KulaException the user's mistake, if there is no such run or it cannot be read
   */
  static RunConfiguration read(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw KulaException.user(
          "--resume '%s' holds no run, must be a directory with a %s; name the directory of a run"
              .formatted(directory, FILE));
    }
    return readFile(file);
  }

  /**
   * What is in a file of that kind.
   *
   * @throws KulaException the user's mistake, if it cannot be read
   */
  static RunConfiguration readFile(Path file) {
    try {
      Map<String, Object> all =
          JSON.readValue(file.toFile(), new TypeReference<LinkedHashMap<String, Object>>() {});
      String command = String.valueOf(all.remove(COMMAND));
      Object digest = all.remove(MODEL_SHA256);
      // A run of an earlier Kula has no labels there.
      List<String> labels =
          all.remove(LABELS) instanceof List<?> names
              ? names.stream().map(String::valueOf).toList()
              : List.of();
      return new RunConfiguration(command, all, labels, digest == null ? null : digest.toString());
    } catch (IOException e) {
      throw KulaException.user(
          "'%s' cannot be read: %s; restore it or start a new run".formatted(file, e.getMessage()),
          e);
    }
  }
}
