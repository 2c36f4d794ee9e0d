package dev.kula.benchmarks;

import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import dev.kula.model.InputShape;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Makes a data set for fleets that are larger than any that is at hand: the images of another in
 * turn, each moved by up to two pixels at random, as IDX files for {@code --data idx:DIR}. Good for
 * measuring memory and time; accuracies on it mean little, as an image and a moved one may be on
 * both sides of a split.
 */
public final class ManyImages {
  private static final int FARTHEST = 2;
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;

  private ManyImages() {}

  /**
   * Writes the files.
   *
   * @param arguments data as for {@code --data}; number of images, at least 10; directory to write
   *     to, made if need be
   */
  public static void main(String[] arguments) throws IOException {
    Dataset source = DataSource.parse(arguments[0]).load(ReadOptions.defaults());
    int count = Integer.parseInt(arguments[1]);
    Path directory = Files.createDirectories(Path.of(arguments[2]));
    int train = count / 10 * 9;
    SplittableRandom random = new SplittableRandom(1);
    write(source, 0, train, random, directory, "train");
    write(source, train, count, random, directory, "t10k");
  }

  private static void write(
      Dataset source, int from, int to, SplittableRandom random, Path directory, String part)
      throws IOException {
    InputShape shape = source.input();
    byte[] moved = new byte[shape.size()];
    try (DataOutputStream images = open(directory.resolve(part + "-images-idx3-ubyte"));
        DataOutputStream labels = open(directory.resolve(part + "-labels-idx1-ubyte"))) {
      images.writeInt(IMAGES);
      images.writeInt(to - from);
      images.writeInt(shape.height());
      images.writeInt(shape.width());
      labels.writeInt(LABELS);
      labels.writeInt(to - from);
      for (int i = from; i < to; i++) {
        int row = i % source.size();
        move(
            source,
            row,
            random.nextInt(-FARTHEST, FARTHEST + 1),
            random.nextInt(-FARTHEST, FARTHEST + 1),
            moved);
        images.write(moved);
        labels.writeByte((int) source.targets()[row]);
      }
    }
  }

  private static DataOutputStream open(Path file) throws IOException {
    return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
  }

  private static void move(Dataset source, int row, int down, int right, byte[] moved) {
    if (!(source.features() instanceof FeatureTable.Bytes images)) {
      throw new IllegalArgumentException(source.name() + " has no images");
    }
    int height = source.input().height();
    int width = source.input().width();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int fromY = y - down;
        int fromX = x - right;
        boolean inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
        moved[y * width + x] =
            inside ? images.bytes()[row * height * width + fromY * width + fromX] : 0;
      }
    }
  }
}
