package dev.kula.data.source;

import dev.kula.KulaException;
import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import dev.kula.data.LabelSpace;
import dev.kula.model.InputShape;
import dev.kula.model.Task;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.ZipException;

/**
 * Reads the IDX format of MNIST: a magic number, big-endian sizes, unsigned bytes. Pixels stay
 * bytes; the model sees {@code (byte / 255 − 0.2860) / 0.3530}, with mean and deviation of the
 * Fashion-MNIST training pixels, for every IDX data set, so that the same file means the same
 * inputs everywhere.
 */
final class IdxReader {
  static final float MEAN = 0.2860f;
  static final float DEVIATION = 0.3530f;

  private static final String RESOURCES = "/dev/kula/datasets/fashion-mnist/";
  private static final List<String> FASHION_CLASSES =
      List.of(
          "T-shirt",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;

  /** Two such files, joined, still fit one array. */
  private static final long LARGEST = (1L << 30) - 8;

  /** The images of one file. */
  private record Images(int count, int height, int width, byte[] pixels) {}

  /** Something to open by a name that messages can use. */
  private interface Opener {
    InputStream open() throws IOException;
  }

  private IdxReader() {}

  static Dataset readFashionMnist() {
    Images images = images("fashion-mnist images", () -> resource("images-idx3-ubyte.gz"));
    byte[] labels = labels("fashion-mnist labels", () -> resource("labels-idx1-ubyte.gz"));
    return dataset("fashion-mnist", images, labels, FASHION_CLASSES);
  }

  static Dataset readDirectory(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw KulaException.user(
          "data directory '%s' %s; name the directory that holds the four IDX files"
              .formatted(
                  directory, Files.exists(directory) ? "is not a directory" : "does not exist"));
    }
    Images[] images = new Images[2];
    byte[][] labels = new byte[2][];
    String[] parts = {"train", "t10k"};
    for (int i = 0; i < 2; i++) {
      Path imageFile = find(directory, parts[i] + "-images-idx3-ubyte");
      Path labelFile = find(directory, parts[i] + "-labels-idx1-ubyte");
      images[i] = images("'" + imageFile + "'", () -> Files.newInputStream(imageFile));
      labels[i] = labels("'" + labelFile + "'", () -> Files.newInputStream(labelFile));
      if (images[i].count != labels[i].length) {
        throw KulaException.user(
            "'%s' has %d images but '%s' has %d labels, must be as many; download both again"
                .formatted(imageFile, images[i].count, labelFile, labels[i].length));
      }
    }
    return dataset(
        "idx:" + directory, join(directory, images), join(labels[0], labels[1]), List.of());
  }

  private static Path find(Path directory, String name) {
    Path plain = directory.resolve(name);
    Path zipped = directory.resolve(name + ".gz");
    if (Files.isRegularFile(plain)) {
      return plain;
    }
    if (Files.isRegularFile(zipped)) {
      return zipped;
    }
    throw KulaException.user(
        ("data directory '%s' has neither %s nor %s.gz, must hold train and t10k images and labels"
                + " under the names of MNIST; add or rename the file")
            .formatted(directory, name, name));
  }

  private static InputStream resource(String name) {
    InputStream stream = IdxReader.class.getResourceAsStream(RESOURCES + name);
    if (stream == null) {
      throw KulaException.user(
          "data is 'fashion-mnist', but the class path lacks '%s'; add the artifact"
                  .formatted(RESOURCES + name)
              + " dev.kula:kula-datasets or use idx:DIR");
    }
    return stream;
  }

  private static Images images(String name, Opener opener) {
    try (InputStream stream = Gzip.open(opener.open())) {
      int[] sizes = header(name, stream, IMAGES, 3);
      long length = (long) sizes[0] * sizes[1] * sizes[2];
      return new Images(sizes[0], sizes[1], sizes[2], body(name, stream, length));
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static byte[] labels(String name, Opener opener) {
    try (InputStream stream = Gzip.open(opener.open())) {
      return body(name, stream, header(name, stream, LABELS, 1)[0]);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static int[] header(String name, InputStream stream, int magic, int dimensions)
      throws IOException {
    byte[] bytes = stream.readNBytes(4 * (1 + dimensions));
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length >= 4 && buffer.getInt() != magic) {
      throw KulaException.user(
          "%s starts with 0x%08x, an IDX file of %s must start with 0x%08x; check which file it is"
              .formatted(name, buffer.getInt(0), dimensions == 3 ? "images" : "labels", magic));
    }
    if (bytes.length < 4 * (1 + dimensions)) {
      throw new EOFException();
    }
    int[] sizes = new int[dimensions];
    long product = 1;
    for (int i = 0; i < dimensions; i++) {
      sizes[i] = buffer.getInt();
      product = sizes[i] < 1 ? Long.MAX_VALUE : product * sizes[i];
      if (product > LARGEST) {
        throw KulaException.user(
            "%s says size %d in dimension %d, sizes must be positive and hold at most 1 GiB; cut"
                    .formatted(name, sizes[i], i + 1)
                + " the file or download it again");
      }
    }
    return sizes;
  }

  private static byte[] body(String name, InputStream stream, long length) throws IOException {
    // Grows as bytes arrive: a header that lies cannot make it allocate what is not there.
    byte[] bytes = stream.readNBytes((int) length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    if (stream.read() >= 0) {
      throw KulaException.user(
          "%s goes on after the %d bytes that its header announces, must end there; download it"
                  .formatted(name, length)
              + " again");
    }
    return bytes;
  }

  private static KulaException unreadable(String name, IOException cause) {
    String what =
        switch (cause) {
          case EOFException truncated -> "ends too early, must be whole";
          case ZipException corrupt -> "is corrupt gzip (" + corrupt.getMessage() + ")";
          default -> "cannot be read (" + cause + ")";
        };
    return KulaException.user("%s %s; download it again".formatted(name, what), cause);
  }

  private static Images join(Path directory, Images[] parts) {
    Images first = parts[0];
    Images second = parts[1];
    if (first.height != second.height || first.width != second.width) {
      throw KulaException.user(
          "'%s' has training images of %dx%d and test images of %dx%d, must be of one size; put"
                  .formatted(directory, first.height, first.width, second.height, second.width)
              + " files of one data set into the directory");
    }
    return new Images(
        first.count + second.count, first.height, first.width, join(first.pixels, second.pixels));
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, Math.addExact(first.length, second.length));
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  /**
   * Numbers the labels that occur from 0 on, in ascending order.
   *
   * @param classes their names, or none to call them by their numbers
   */
  private static Dataset dataset(String name, Images images, byte[] labels, List<String> classes) {
    boolean[] occurs = new boolean[256];
    for (byte label : labels) {
      occurs[label & 0xff] = true;
    }
    int[] occurring = IntStream.range(0, 256).filter(label -> occurs[label]).toArray();
    List<String> names =
        classes.isEmpty() ? Arrays.stream(occurring).mapToObj(String::valueOf).toList() : classes;
    if (occurring.length < 2) {
      throw KulaException.user(
          "'%s' has labels of one class only, '%s'; a classification needs at least two"
              .formatted(name, occurring[0]));
    }
    float[] targets = new float[labels.length];
    for (int i = 0; i < labels.length; i++) {
      targets[i] = Arrays.binarySearch(occurring, labels[i] & 0xff);
    }
    InputShape shape = new InputShape(1, images.height, images.width);
    float scale = 1 / (255 * DEVIATION);
    return new Dataset(
        name,
        shape,
        new Task.Classification(names.size()),
        LabelSpace.classes(names),
        new FeatureTable.Bytes(images.pixels, shape.size(), scale, -MEAN / DEVIATION),
        targets,
        Optional.empty(),
        Optional.empty());
  }
}
