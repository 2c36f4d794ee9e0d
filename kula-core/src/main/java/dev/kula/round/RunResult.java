package dev.kula.round;

import dev.kula.device.PersonalModel;
import dev.kula.model.ParameterLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run ended with.
 *
 * @param settings of its servers
 * @param history every round
 * @param stopped why it ended
 * @param accuracy of the personal models in the last round
 * @param recovery mean score of personal models by rounds since what their device meets changed or
 *     since it joined; empty if neither happened
 * @param detected changes that were found where nobody knows of them; empty if none were looked for
 * @param epsilon spent
 * @param devices each honest device
 * @param layout of the models
 * @param models the global model, or one a group and the common one
 * @param groups of the devices that are not in the first group
 * @param personal personal models by device
 */
public record RunResult(
    RoundSettings settings,
    List<RoundRecord> history,
    String stopped,
    RunSummary.PersonalAccuracy accuracy,
    List<Double> recovery,
    Optional<RunSummary.DetectedChanges> detected,
    RunSummary.Epsilon epsilon,
    List<RunSummary.DeviceResult> devices,
    ParameterLayout layout,
    List<float[]> models,
    Map<String, Integer> groups,
    Map<String, PersonalModel> personal) {
  /** The global model, or that of a device's group. */
  public float[] model(String device) {
    return models.get(groups.getOrDefault(device, 0));
  }
}
