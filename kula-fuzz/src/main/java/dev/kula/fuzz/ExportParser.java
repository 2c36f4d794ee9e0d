package dev.kula.fuzz;

import dev.kula.onnx.OnnxModel;
import dev.kula.store.ModelCard;
import dev.kula.store.NamedModel;
import dev.kula.store.SavedModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The models of a run, framed as {@link ModelParser} has it. Each that is there comes whole, and
 * has a graph if there is a card; the card comes back the same when it is written and read.
 */
final class ExportParser implements Parser {
  @Override
  public void parse(byte[] input, Path folder) throws IOException {
    boolean unframed = input.length > 0 && input[0] == '{';
    Files.write(folder.resolve(SavedModels.RUN), unframed ? ModelParser.framed(input) : input);
    SavedModels saved = SavedModels.of(folder);
    List<NamedModel> models = new ArrayList<>(saved.global());
    saved.devices().forEach(device -> models.add(saved.device(device)));
    if (saved.card().isEmpty()) {
      return;
    }
    ModelCard card = saved.card().get();
    if (!ModelCard.parse(card.text()).equals(card)) {
      throw new AssertionError("the card differs");
    }
    for (NamedModel model : models) {
      OnnxModel.write(folder.resolve("model.onnx"), card, model, Map.of());
    }
  }
}
