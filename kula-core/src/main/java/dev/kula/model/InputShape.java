package dev.kula.model;

/**
 * The shape of one sample, stored channel-major: {@code [channels, height, width]}.
 *
 * @param channels at least 1
 * @param height at least 1
 * @param width at least 1
 */
public record InputShape(int channels, int height, int width) {
  public InputShape {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "input shape %dx%dx%d must be positive".formatted(channels, height, width));
    }
  }

  /** A plain vector of {@code features} numbers. */
  public static InputShape vector(int features) {
    return new InputShape(1, 1, features);
  }

  /** Numbers in one sample. */
  public int size() {
    return channels * height * width;
  }

  /** Whether convolutions make sense on it. */
  public boolean isImage() {
    return height > 1 && width > 1;
  }
}
