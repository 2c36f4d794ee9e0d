package dev.kula.fuzz;

import dev.kula.data.Dataset;
import dev.kula.data.source.DataSource;
import dev.kula.data.source.ReadOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/**
 * One of the four IDX files beside three that are sound: four images of 2×2, two a part. The first
 * byte of the input says which (0 training images, 1 training labels, 2 and 3 those for testing)
 * and, by its third bit, whether to zip the rest, so that the fuzzer need not guess checksums.
 */
final class IdxParser implements Parser {
  private static final String[] NAMES = {
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte"
  };
  private static final byte[] IMAGES =
      HexFormat.of().parseHex("000008030000000200000002000000020001020304050607");
  private static final byte[] LABELS = HexFormat.of().parseHex("00000801000000020001");

  @Override
  public void parse(byte[] input, Path folder) throws IOException {
    int how = input.length == 0 ? 0 : input[0];
    byte[] rest = input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);
    for (int i = 0; i < NAMES.length; i++) {
      byte[] sound = i % 2 == 0 ? IMAGES : LABELS;
      Files.write(folder.resolve(NAMES[i]), i == (how & 3) ? content(rest, how) : sound);
    }
    Dataset data = new DataSource.Idx(folder).load(ReadOptions.defaults());
    ValidData.require(data);
    boolean images = (how & 1) == 0;
    boolean zipped = (how & 4) != 0 || rest[0] != 0;
    if (images && !zipped) {
      requireSizes(data, rest);
    }
  }

  private static byte[] content(byte[] rest, int how) throws IOException {
    if ((how & 4) == 0) {
      return rest;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(rest);
    }
    return bytes.toByteArray();
  }

  /** Images that were taken must be as many and as large as their header says. */
  private static void requireSizes(Dataset data, byte[] images) {
    ByteBuffer header = ByteBuffer.wrap(images);
    int rows = header.getInt(4) + 2;
    int columns = header.getInt(8) * header.getInt(12);
    if (data.size() != rows || data.features().columns() != columns) {
      throw new AssertionError(
          "%d rows of %d, the file says %d of %d"
              .formatted(data.size(), data.features().columns(), rows, columns));
    }
  }
}
