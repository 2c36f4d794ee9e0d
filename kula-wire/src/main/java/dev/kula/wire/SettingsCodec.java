package dev.kula.wire;

import dev.kula.data.DeviceId;
import dev.kula.data.target.TargetSpec;
import dev.kula.device.DeviceSettings;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.Task;
import dev.kula.wire.v1.WireSettings;

/** Settings of a fleet as the bytes of {@code settings.proto}, and back. Thread safe. */
public final class SettingsCodec {
  private SettingsCodec() {}

  /** Settings as bytes; the same bytes for the same settings. */
  public static byte[] encode(FleetSettings settings) {
    WireSettings.FleetSettings.Builder out =
        WireSettings.FleetSettings.newBuilder()
            .setModel(settings.model().notation())
            .setInput(
                WireSettings.InputShape.newBuilder()
                    .setChannels(settings.input().channels())
                    .setHeight(settings.input().height())
                    .setWidth(settings.input().width()))
            .setTask(encode(settings.task()))
            .setTarget(settings.target().notation())
            .setSchema(settings.schema())
            .setDevices(SettingsWriter.devices(settings.devices()))
            .setSeed(settings.seed())
            .addAllMembers(settings.members().stream().map(DeviceId::name).toList());
    FleetSettingsData.write(settings.data(), out);
    return out.build().toByteArray();
  }

  private static WireSettings.Task encode(Task task) {
    WireSettings.Task.Builder out = WireSettings.Task.newBuilder();
    WireSettings.Task.Builder whole =
        switch (task) {
          case Task.Classification classification ->
              out.setClassification(
                  WireSettings.Classification.newBuilder().setClasses(classification.classes()));
          case Task.Regression regression ->
              out.setRegression(WireSettings.Regression.getDefaultInstance());
        };
    return whole.build();
  }

  /**
   * Reads settings, within {@link Limits#defaults()}.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none
   */
  public static FleetSettings decode(byte[] bytes) {
    return decode(bytes, Limits.defaults());
  }

  /**
   * Reads settings.
   *
   * @throws dev.kula.KulaException (REMOTE) if the bytes are none, or some beyond the limits
   */
  public static FleetSettings decode(byte[] bytes, Limits limits) {
    return Decoding.decode(
        "settings",
        bytes,
        limits,
        WireSettings.FleetSettings.getDescriptor(),
        WireSettings.FleetSettings.parser(),
        settings -> read(settings, new Checks(limits)));
  }

  private static FleetSettings read(WireSettings.FleetSettings settings, Checks checks) {
    WireSettings.InputShape input =
        Checks.present(settings.hasInput(), settings.getInput(), "input");
    Task task = read(Checks.present(settings.hasTask(), settings.getTask(), "task"));
    DeviceSettings devices =
        new SettingsReader(checks).devices(settings.hasDevices(), settings.getDevices());
    return new FleetSettings(
        ModelSpec.parse(checks.text(settings.getModel(), "model")),
        shape(input),
        task,
        TargetSpec.parse(checks.text(settings.getTarget(), "target")),
        checks.text(settings.getSchema(), "schema"),
        devices,
        settings.getSeed(),
        checks.texts(settings.getMembersList(), "members").stream()
            .map(member -> checks.device(member, "member"))
            .toList(),
        FleetSettingsData.read(settings, task, devices.labels(), checks));
  }

  /** Whose numbers are few enough to be counted in an int. */
  private static InputShape shape(WireSettings.InputShape input) {
    InputShape shape = new InputShape(input.getChannels(), input.getHeight(), input.getWidth());
    long area = (long) shape.height() * shape.width();
    if (area > Integer.MAX_VALUE / shape.channels()) {
      throw Checks.refused(
          "input",
          "%dx%dx%d".formatted(shape.channels(), shape.height(), shape.width()),
          "below 2^31 numbers");
    }
    return shape;
  }

  private static Task read(WireSettings.Task task) {
    return switch (task.getKindCase()) {
      case CLASSIFICATION -> new Task.Classification(task.getClassification().getClasses());
      case REGRESSION -> new Task.Regression();
      case KIND_NOT_SET -> throw Checks.refused("kind of task", "left out", "there");
    };
  }
}
