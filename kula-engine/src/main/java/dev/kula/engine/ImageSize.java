package dev.kula.engine;

/** Size of the images between two layers. */
record ImageSize(int height, int width, int channels) {
  int size() {
    return height * width * channels;
  }

  /** The size with both sides halved, an odd last row or column left out. */
  ImageSize halved() {
    return new ImageSize(height / 2, width / 2, channels);
  }

  /** Unrolls images of this size for a correlation that makes images of {@code result}. */
  RowUnrolling unrolling(ImageSize result, int kernel) {
    return new RowUnrolling(height, width, channels, result.height, result.width, kernel);
  }
}
