package dev.kula.onnxruntime;

import dev.kula.model.Samples;
import dev.kula.store.ModelCard;

/** Rows as a table or an image has them, which models see by the scale of their card. */
record Rows(ModelCard card, float[] raw) implements Samples {
  @Override
  public int size() {
    return raw.length / features();
  }

  @Override
  public int features() {
    return card.input().size();
  }

  @Override
  public void copyFeatures(int index, float[] into, int offset) {
    for (int i = 0; i < features(); i++) {
      float value = raw[index * features() + i];
      ModelCard.AffineMap pixels = card.pixels();
      if (pixels != null) {
        into[offset + i] = value * (float) pixels.scale() + (float) pixels.shift();
      } else {
        double deviation = card.deviations().get(i);
        into[offset + i] = deviation == 0 ? 0 : (float) ((value - card.means().get(i)) / deviation);
      }
    }
  }

  @Override
  public float target(int index) {
    return 0;
  }
}
