package dev.kula.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Data files small enough that a run over them takes no time to speak of. */
final class SmallData {
  static final String HEADER = "device,time,a,b,label";

  private SmallData() {}

  /**
   * Rows of devices that each have mostly one of five classes, which lie on a circle.
   *
   * @param devices how many, the first being {@code d0}
   * @param each rows of a device
   */
  static List<String> classes(int devices, int each) {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(List.of(HEADER));
    for (int time = 0; time < each; time++) {
      for (int device = 0; device < devices; device++) {
        int label = random.nextInt(3) > 0 ? device % 5 : random.nextInt(5);
        double angle = 2 * Math.PI * label / 5;
        lines.add(
            "d%d,%d,%.3f,%.3f,%s"
                .formatted(
                    device,
                    time,
                    2 * Math.cos(angle) + 0.7 * random.nextGaussian(),
                    2 * Math.sin(angle) + 0.7 * random.nextGaussian(),
                    "vwxyz".charAt(label)));
      }
    }
    return lines;
  }

  /** Rows whose label is {@code 2a − b} and some noise; {@code b} differs between devices. */
  static List<String> plane(int devices, int each) {
    Random random = new Random(2);
    List<String> lines = new ArrayList<>(List.of(HEADER));
    for (int time = 0; time < each; time++) {
      for (int device = 0; device < devices; device++) {
        double a = random.nextGaussian();
        double b = device % 3 + random.nextGaussian();
        double label = 2 * a - b + 0.1 * random.nextGaussian();
        lines.add("d%d,%d,%.3f,%.3f,%.3f".formatted(device, time, a, b, label));
      }
    }
    return lines;
  }

  static Path write(Path file, List<String> lines) {
    try {
      return Files.write(file, lines, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] gzip(byte[] content) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(zipped)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return zipped.toByteArray();
  }

  /**
   * Writes the four IDX files of a data set of noisy 8×8 images of two classes, the one bright
   * above and the other below.
   *
   * @param images in the training and in the test file each
   */
  static Path idx(Path directory, int images) {
    Random random = new Random(3);
    try {
      Files.createDirectories(directory);
      for (String part : List.of("train", "t10k")) {
        ByteBuffer pixels = ByteBuffer.allocate(16 + 64 * images);
        pixels.putInt(0x803).putInt(images).putInt(8).putInt(8);
        ByteBuffer labels = ByteBuffer.allocate(8 + images).putInt(0x801).putInt(images);
        for (int i = 0; i < images; i++) {
          labels.put((byte) (i % 2));
          for (int pixel = 0; pixel < 64; pixel++) {
            int light = pixel / 32 == i % 2 ? 155 : 0;
            pixels.put((byte) (light + random.nextInt(100)));
          }
        }
        Files.write(directory.resolve(part + "-images-idx3-ubyte"), pixels.array());
        Files.write(directory.resolve(part + "-labels-idx1-ubyte"), labels.array());
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
