package dev.kula.app;

import dev.kula.device.PersonalModel;
import dev.kula.model.ParameterLayout;
import dev.kula.round.RunResult;
import dev.kula.store.ModelCard;
import dev.kula.store.NamedModel;
import dev.kula.store.RunDirectory;
import dev.kula.store.SafeTensors;
import dev.kula.store.SavedModels;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The models that a run ended with, each made when it is written: those of a large fleet need not
 * fit into memory.
 */
final class RunModels extends AbstractList<NamedModel> {
  private final RunResult result;
  private final List<float[]> shared;
  private final List<String> devices;

  private RunModels(RunResult result) {
    this.result = result;
    this.shared = result.models();
    this.devices = List.copyOf(result.personal().keySet());
  }

  /** Writes the global model, or one a group, and what every personal model has of its own. */
  static void write(RunDirectory directory, RunResult result, ModelCard card) {
    Map<String, String> metadata = new HashMap<>();
    metadata.put("method", result.settings().method());
    metadata.put(ModelCard.KEY, card.text());
    if (result.models().size() > 1) {
      result
          .groups()
          .forEach(
              (device, group) ->
                  metadata.put(SavedModels.GROUP + device, Integer.toString(group + 1)));
    }
    SafeTensors.write(directory.file(SavedModels.RUN), new RunModels(result), metadata);
  }

  @Override
  public int size() {
    return shared.size() + devices.size();
  }

  @Override
  public NamedModel get(int index) {
    ParameterLayout layout = result.layout();
    if (index < shared.size()) {
      String name = shared.size() == 1 ? "global" : "global/" + (index + 1);
      return new NamedModel(name, layout, shared.get(index));
    }
    String device = devices.get(index - shared.size());
    PersonalModel model = Objects.requireNonNull(result.personal().get(device));
    // What is the global model's, or the group's, stands there once.
    boolean tuned = model.hasBodyOf(result.model(device), layout.headOffset());
    return new NamedModel(
        "personal/" + device,
        tuned ? layout.head() : layout,
        model.from(tuned ? layout.headOffset() : 0));
  }
}
