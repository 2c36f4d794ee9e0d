package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.onnx.OnnxModel;
import dev.kula.store.ModelCard;
import dev.kula.store.NamedModel;
import dev.kula.store.NewDirectory;
import dev.kula.store.SafeTensors;
import dev.kula.store.SavedModels;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kula export}: models of a run for programs that are not Kula. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = "Writes models of a run as ONNX, or each whole as safetensors.",
    footer = {
      "",
      "Without --device and --all it is the global model. An ONNX graph takes the numbers of a table"
          + " or an image as they are.",
      "",
      "Examples:",
      "  kula export runs/20261128-101500",
      "  kula export runs/20261128-101500 --device device-03 --out device.onnx",
      "  kula export runs/20261128-101500 --all --format safetensors --out models"
    })
final class ExportCommand implements Callable<Integer> {
  private static final List<String> FORMATS = List.of("onnx", "safetensors");

  /** Of {@link SavedModels#metadata}, what is said of each model. */
  private static final List<String> KEPT = List.of("method", "round");

  private final Terminal terminal;

  @Parameters(paramLabel = "RUN", description = "Directory of a run, or of a device.")
  private Path run = Path.of("");

  @Option(names = "--device", paramLabel = "NAME", description = "The personal model of this one.")
  private @Nullable String device;

  @Option(names = "--all", description = "All models, each in a file; --out is a directory.")
  private boolean all;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "onnx or safetensors. Default: ${DEFAULT-VALUE}")
  private String format = "onnx";

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "New file, or with --all new directory. Default: MODEL.FORMAT, or models, in RUN")
  private @Nullable Path out;

  ExportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (!FORMATS.contains(format)) {
      throw KulaException.user(
          "--format is '%s', must be %s; try --format onnx"
              .formatted(format, String.join(" or ", FORMATS)));
    }
    if (all && device != null) {
      throw KulaException.user(
          "--all is given beside --device '%s', must be one of the two; leave one out"
              .formatted(device));
    }
    SavedModels models = SavedModels.of(run);
    Optional<ModelCard> card = ModelCards.of(models);
    if (format.equals("onnx") && card.isEmpty()) {
      throw KulaException.user(
          "'%s' does not say what its models take, an earlier Kula wrote it; make the run again, or use --format safetensors"
              .formatted(models.file()));
    }
    if (all) {
      writeAll(models, card, out == null ? run.resolve("models") : out);
    } else {
      NamedModel model = device == null ? global(models) : personal(models, device);
      Path file = out == null ? run.resolve(fileName(model)) : out;
      NewDirectory.requireNew(file);
      write(models, card, model, file);
      Document.Written.tell(file, terminal);
    }
    return Kula.DONE;
  }

  private void writeAll(SavedModels models, Optional<ModelCard> card, Path directory) {
    NewDirectory.make(
        directory,
        made -> {
          models
              .global()
              .forEach(model -> write(models, card, model, made.resolve(fileName(model))));
          for (String name : models.devices()) {
            NamedModel model = models.device(name);
            write(models, card, model, made.resolve(fileName(model)));
          }
        });
    Document.Written.tell(directory, terminal);
  }

  private NamedModel global(SavedModels models) {
    List<NamedModel> global = models.global();
    if (global.size() == 1) {
      return global.getFirst();
    }
    List<String> devices = models.devices();
    if (global.isEmpty() && devices.size() == 1) {
      return models.device(devices.getFirst());
    }
    throw KulaException.user(
        "'%s' has %d global models, must have one to leave --device out; name a device, or use --all"
            .formatted(models.file(), global.size()));
  }

  private static NamedModel personal(SavedModels models, String name) {
    List<String> devices = models.devices();
    if (!devices.contains(name)) {
      throw KulaException.user(
          "--device is '%s', must be one of the %d devices of '%s'%s"
              .formatted(
                  name,
                  devices.size(),
                  models.file(),
                  Suggestion.closest(name, devices)
                      .map(near -> "; did you mean " + near + "?")
                      .orElse(
                          devices.isEmpty()
                              ? ", which has none; leave it out"
                              : ", such as " + devices.getFirst())));
    }
    return models.device(name);
  }

  private String fileName(NamedModel model) {
    String name = model.prefix().isEmpty() ? "personal" : model.prefix();
    return URLEncoder.encode(name, StandardCharsets.UTF_8) + "." + format;
  }

  private void write(SavedModels models, Optional<ModelCard> card, NamedModel model, Path file) {
    Map<String, String> metadata = new HashMap<>(models.metadata());
    metadata.keySet().retainAll(KEPT);
    metadata.put("name", model.prefix());
    if (format.equals("onnx")) {
      OnnxModel.write(file, card.orElseThrow(), model, metadata);
    } else {
      card.ifPresent(how -> metadata.put(ModelCard.KEY, how.text()));
      SafeTensors.write(file, model.layout(), model.parameters(), metadata);
    }
  }
}
