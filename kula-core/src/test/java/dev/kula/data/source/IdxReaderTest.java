package dev.kula.data.source;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.data.Dataset;
import dev.kula.model.InputShape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxReaderTest {
  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  @TempDir Path directory;

  @BeforeEach
  void writeSoundFiles() throws IOException {
    write(TRAIN_IMAGES, images(2051, 2, 1, 2, 0, 255, 1, 2));
    write(TRAIN_LABELS, labels(2049, 2, 7, 3));
    write(TEST_IMAGES + ".gz", gzip(images(2051, 1, 1, 2, 9, 10)));
    write(TEST_LABELS + ".gz", gzip(labels(2049, 1, 3)));
  }

  @Test
  void joinsBothPartsZippedOrNot() {
    Dataset data = load();
    assertEquals(3, data.size());
    assertEquals(new InputShape(1, 1, 2), data.input());
    assertEquals(List.of("3", "7"), data.labels().names());
    assertArrayEquals(new float[] {1, 0, 0}, data.targets());
    float[] row = new float[2];
    data.features().copyRow(0, row, 0);
    assertArrayEquals(new float[] {-0.2860f / 0.3530f, (1 - 0.2860f) / 0.3530f}, row, 1e-5f);
  }

  @Test
  void refusesMissingFiles() throws IOException {
    Files.delete(directory.resolve(TEST_LABELS + ".gz"));
    assertMistake(this::load, directory.toString(), TEST_LABELS);
    Path absent = directory.resolve("absent");
    assertMistake(() -> load(absent), "absent", "does not exist");
    assertMistake(() -> load(directory.resolve(TRAIN_LABELS)), "is not a directory");
  }

  @Test
  void refusesWrongMagic() throws IOException {
    write(TRAIN_IMAGES, labels(2049, 2, 7, 3));
    assertMistake(this::load, TRAIN_IMAGES, "0x00000801", "0x00000803");
    writeSoundFiles();
    write(TRAIN_LABELS, images(2051, 2, 1, 2, 0, 255, 1, 2));
    assertMistake(this::load, TRAIN_LABELS, "0x00000803", "0x00000801");
  }

  @Test
  void refusesTruncatedFiles() throws IOException {
    byte[] zipped = gzip(images(2051, 1, 1, 2, 9, 10));
    for (int length = 0; length < zipped.length; length++) {
      write(TEST_IMAGES + ".gz", Arrays.copyOf(zipped, length));
      assertMistake(this::load, TEST_IMAGES);
    }
    writeSoundFiles();
    byte[] plain = images(2051, 2, 1, 2, 0, 255, 1, 2);
    for (int length = 0; length < plain.length; length++) {
      write(TRAIN_IMAGES, Arrays.copyOf(plain, length));
      assertMistake(this::load, TRAIN_IMAGES, "ends too early");
    }
  }

  @Test
  void refusesCorruptGzip() throws IOException {
    byte[] zipped = gzip(images(2051, 1, 1, 2, 9, 10));
    zipped[zipped.length - 6] ^= 0x55;
    write(TEST_IMAGES + ".gz", zipped);
    assertMistake(this::load, TEST_IMAGES, "gzip");
  }

  @Test
  void refusesSizesThatDoNotFit() throws IOException {
    write(TRAIN_LABELS, labels(2049, 3, 7, 3, 3));
    assertMistake(this::load, "2 images", "3 labels");
    writeSoundFiles();
    write(TRAIN_LABELS, labels(2049, 2, 7, 3, 3));
    assertMistake(this::load, TRAIN_LABELS, "goes on after the 2 bytes");
    writeSoundFiles();
    write(TEST_IMAGES + ".gz", images(2051, 1, 2, 1, 9, 10));
    assertMistake(this::load, "1x2", "2x1");
    writeSoundFiles();
    write(TRAIN_IMAGES, images(2051, Integer.MAX_VALUE, 2, 2));
    assertMistake(this::load, TRAIN_IMAGES, "1 GiB");
    write(TRAIN_IMAGES, images(2051, -1, 2, 2));
    assertMistake(this::load, TRAIN_IMAGES, "size -1");
    write(TRAIN_IMAGES, images(2051, 1000, 1000, 1000));
    assertMistake(this::load, TRAIN_IMAGES, "ends too early");
  }

  @Test
  void refusesOneClass() throws IOException {
    write(TRAIN_LABELS, labels(2049, 2, 3, 3));
    assertMistake(this::load, "one class only", "'3'");
  }

  private Dataset load() {
    return load(directory);
  }

  private static Dataset load(Path from) {
    return new DataSource.Idx(from).load(ReadOptions.defaults());
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(directory.resolve(name), content);
  }

  private static byte[] images(int magic, int count, int height, int width, int... pixels) {
    ByteBuffer buffer = ByteBuffer.allocate(16 + pixels.length);
    buffer.putInt(magic).putInt(count).putInt(height).putInt(width);
    for (int pixel : pixels) {
      buffer.put((byte) pixel);
    }
    return buffer.array();
  }

  private static byte[] labels(int magic, int count, int... labels) {
    ByteBuffer buffer = ByteBuffer.allocate(8 + labels.length);
    buffer.putInt(magic).putInt(count);
    for (int label : labels) {
      buffer.put((byte) label);
    }
    return buffer.array();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream zipped = new GZIPOutputStream(bytes)) {
      zipped.write(content);
    }
    return bytes.toByteArray();
  }
}
