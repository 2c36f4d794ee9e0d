package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.FederatedData;
import dev.kula.data.Standardisation;
import dev.kula.data.source.DataSource;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import dev.kula.store.ModelCard;
import dev.kula.store.ModelCard.AffineMap;
import dev.kula.store.SavedModels;
import dev.kula.wire.FleetData;
import dev.kula.wire.FleetSettings;
import dev.kula.wire.SettingsCodec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How to ask the models of a run, as their file says it. */
final class ModelCards {
  private ModelCards() {}

  /**
   * Of the models of a run.
   *
   * @param data that they are trained on, or the example of what devices have
   */
  static ModelCard of(RunSettings settings, FederatedData data) {
    Dataset dataset = data.dataset();
    return switch (dataset.features()) {
      case FeatureTable.Bytes bytes ->
          card(
              settings.model(),
              dataset.input(),
              dataset.task(),
              dataset.labels().names(),
              List.of(),
              data.standardisation(),
              new AffineMap(bytes.scale(), bytes.shift()));
      case FeatureTable.Floats floats -> of(settings.model(), schema(settings, data));
    };
  }

  private static DataSchema schema(RunSettings settings, FederatedData data) {
    DataSource.Tabular source = (DataSource.Tabular) DataSource.parse(settings.data());
    return source.schema(RunPlanner.options(settings), data.dataset(), data.standardisation());
  }

  /**
   * Of models that were saved; empty if an earlier Kula saved them.
   *
   * @throws KulaException the user's mistake, if what their file says is damaged
   */
  static Optional<ModelCard> of(SavedModels models) {
    String settings = models.metadata().get(OwnAttendance.SETTINGS);
    return settings == null ? models.card() : Optional.of(own(models.file(), settings));
  }

  /** Of a device with data of its own: the fleet's settings say all. */
  private static ModelCard own(Path file, String text) {
    try {
      FleetSettings settings = SettingsCodec.decode(Base64.getDecoder().decode(text));
      if (settings.data() instanceof FleetData.Own own) {
        return of(settings.model().notation(), own.schema());
      }
      throw KulaException.user("they are of a rehearsal");
    } catch (KulaException | IllegalArgumentException damaged) {
      throw KulaException.user(
          "'%s' has settings of its fleet that cannot be read (%s); copy the file again"
              .formatted(file, damaged.getMessage()),
          damaged);
    }
  }

  private static ModelCard of(String model, DataSchema schema) {
    return card(
        model,
        schema.input(),
        schema.task(),
        schema.labels().names(),
        schema.features(),
        schema.standardisation(),
        null);
  }

  private static ModelCard card(
      String model,
      InputShape input,
      Task task,
      List<String> labels,
      List<String> columns,
      Standardisation scales,
      @Nullable AffineMap pixels) {
    Optional<Standardisation.Columns> scaled = scales.features();
    return new ModelCard(
        model,
        input,
        task instanceof Task.Regression ? List.of() : labels,
        columns,
        scaled.map(each -> list(each.means())).orElse(List.of()),
        scaled.map(each -> list(each.deviations())).orElse(List.of()),
        pixels,
        scales.target().map(one -> new AffineMap(one.deviation(), one.mean())).orElse(null));
  }

  private static List<Double> list(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
