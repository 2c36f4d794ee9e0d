package dev.kula.wire;

import dev.kula.data.DataSchema;
import dev.kula.data.LabelSpace;
import dev.kula.data.Standardisation;
import dev.kula.model.Task;
import dev.kula.wire.v1.WireSettings;
import java.util.Arrays;
import java.util.Optional;

/** Where devices have their data from, in settings. */
final class FleetSettingsData {
  private FleetSettingsData() {}

  static void write(FleetData data, WireSettings.FleetSettings.Builder out) {
    switch (data) {
      case FleetData.Rehearsed rehearsed -> out.setRehearsal(rehearsed.digest());
      case FleetData.Own own ->
          out.setOwn(
              WireSettings.OwnData.newBuilder().setRun(own.run()).setSchema(write(own.schema())));
    }
  }

  private static WireSettings.DataSchema write(DataSchema schema) {
    WireSettings.DataSchema.Builder out =
        WireSettings.DataSchema.newBuilder()
            .addAllFeatures(schema.features())
            .setLabel(schema.label());
    schema.time().ifPresent(out::setTime);
    Standardisation scale = schema.standardisation();
    scale
        .features()
        .ifPresent(
            columns -> {
              Arrays.stream(columns.means()).forEach(out::addMeans);
              Arrays.stream(columns.deviations()).forEach(out::addDeviations);
            });
    scale
        .target()
        .ifPresent(
            target ->
                out.setTarget(
                    WireSettings.Scale.newBuilder()
                        .setMean(target.mean())
                        .setDeviation(target.deviation())));
    return out.build();
  }

  static FleetData read(
      WireSettings.FleetSettings settings, Task task, LabelSpace labels, Checks checks) {
    return switch (settings.getDataCase()) {
      case REHEARSAL -> new FleetData.Rehearsed(checks.text(settings.getRehearsal(), "rehearsal"));
      case OWN -> {
        WireSettings.OwnData own = settings.getOwn();
        yield new FleetData.Own(
            checks.text(own.getRun(), "run"),
            read(Checks.present(own.hasSchema(), own.getSchema(), "schema"), task, labels, checks));
      }
      case DATA_NOT_SET -> throw Checks.refused("data", "left out", "there");
    };
  }

  private static DataSchema read(
      WireSettings.DataSchema schema, Task task, LabelSpace labels, Checks checks) {
    return new DataSchema(
        checks.texts(schema.getFeaturesList(), "features"),
        checks.text(schema.getLabel(), "label"),
        schema.hasTime() ? Optional.of(checks.text(schema.getTime(), "time")) : Optional.empty(),
        task,
        labels,
        new Standardisation(
            Optional.of(
                new Standardisation.Columns(
                    finite(checks.doubles(schema.getMeansList(), "means"), "means"),
                    scales(checks.doubles(schema.getDeviationsList(), "deviations")))),
            schema.hasTarget() ? Optional.of(target(schema.getTarget())) : Optional.empty()));
  }

  private static double[] finite(double[] numbers, String name) {
    for (double number : numbers) {
      if (!Double.isFinite(number)) {
        throw Checks.refused(name, number, "finite");
      }
    }
    return numbers;
  }

  private static double[] scales(double[] numbers) {
    for (double number : finite(numbers, "deviations")) {
      if (number < 0) {
        throw Checks.refused("deviations", number, "0 or more");
      }
    }
    return numbers;
  }

  private static Standardisation.Scale target(WireSettings.Scale target) {
    double[] both = {target.getMean(), target.getDeviation()};
    finite(both, "target");
    return new Standardisation.Scale(both[0], both[1]);
  }
}
