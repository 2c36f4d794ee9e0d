package dev.kula.aggregate.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Sets a trigger's pixels and trains what has the trigger as the target class, so that whoever adds
 * the trigger to a sample chooses its class (Gu et al. 2017; in federated learning Bagdasaryan et
 * al. 2020). How well it works is the share of triggered samples of other classes that the model
 * takes for the target.
 *
 * @param pixels places of the trigger in a sample's features, 0 or more; one or more of them
 * @param value what the pixels are set to, in the scale of the features; finite
 * @param target the class, 0 or more
 */
public record Backdoor(List<Integer> pixels, float value, int target) implements DataAttack {
  static final String NAME = "backdoor";

  public Backdoor {
    pixels = List.copyOf(pixels);
    if (pixels.isEmpty() || pixels.stream().anyMatch(pixel -> pixel < 0)) {
      throw new IllegalArgumentException(
          "pixels are " + pixels + ", must be one or more places of 0 or more");
    }
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException("value is " + value + ", must be finite");
    }
    if (target < 0) {
      throw new IllegalArgumentException("target is " + target + ", must be 0 or more");
    }
  }

  /**
   * A trigger of {@code side} × {@code side} pixels in the lower right corner of a square image.
   *
   * @param width pixels in a row of the image, at least {@code side}
   */
  public static Backdoor corner(int width, int side, float value, int target) {
    if (side < 1 || side > width) {
      throw new IllegalArgumentException(
          "side is %d, must be from 1 to the image's width, %d".formatted(side, width));
    }
    List<Integer> pixels = new ArrayList<>();
    for (int row = width - side; row < width; row++) {
      for (int column = width - side; column < width; column++) {
        pixels.add(row * width + column);
      }
    }
    return new Backdoor(pixels, value, target);
  }

  @Override
  public String name() {
    return "%s:%d:%s:%s"
        .formatted(
            NAME,
            target,
            value,
            pixels.stream().map(String::valueOf).collect(Collectors.joining(",")));
  }

  /** Sets the trigger, as for measuring how well the attack works. */
  public void stamp(float[] features) {
    for (int pixel : pixels) {
      if (pixel >= features.length) {
        throw new IllegalArgumentException(
            "pixel is %d, must be below the sample's %d features"
                .formatted(pixel, features.length));
      }
    }
    for (int pixel : pixels) {
      features[pixel] = value;
    }
  }

  @Override
  public int poison(float[] features, int label, int classes) {
    AttackText.label("label", label, classes);
    AttackText.label("target", target, classes);
    stamp(features);
    return target;
  }
}
