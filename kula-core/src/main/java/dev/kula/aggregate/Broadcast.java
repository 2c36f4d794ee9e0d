package dev.kula.aggregate;

import java.util.Arrays;

/**
 * What a server sends to devices as "the global model": one or more models one after the other, or
 * one model and the server's control variate behind it. All that is sent has a fixed number of
 * numbers for a model of a given size.
 *
 * @param models global models, at least 1
 * @param hasControl whether a control variate, as long as a model, follows; of one model alone
 */
public record Broadcast(int models, boolean hasControl) {
  /** One model, which is what most strategies send. */
  public static final Broadcast ONE_MODEL = new Broadcast(1, false);

  public Broadcast {
    if (models < 1 || (hasControl && models > 1)) {
      throw new IllegalArgumentException(
          "models is %d, must be at least 1, and 1 with a control variate".formatted(models));
    }
  }

  /** Numbers that are sent for models of {@code modelSize} numbers. */
  public int size(int modelSize) {
    return modelSize * parts();
  }

  /** Numbers in one model where {@code sent} are sent. */
  public int modelSize(int sent) {
    if (sent % parts() != 0) {
      throw new IllegalArgumentException(
          "%d numbers are no %d equal parts".formatted(sent, parts()));
    }
    return sent / parts();
  }

  /**
   * One of the models.
   *
   * @param sent all that was sent
   * @param index from 0
   * @return {@code sent} itself if it is nothing but that model, else a copy
   */
  public float[] model(float[] sent, int index) {
    if (parts() == 1) {
      return sent;
    }
    int size = modelSize(sent.length);
    return Arrays.copyOfRange(sent, index * size, (index + 1) * size);
  }

  /** A copy of the control variate in {@code sent}; empty if there is none. */
  public float[] control(float[] sent) {
    return hasControl
        ? Arrays.copyOfRange(sent, modelSize(sent.length), sent.length)
        : new float[0];
  }

  private int parts() {
    return models + (hasControl ? 1 : 0);
  }
}
