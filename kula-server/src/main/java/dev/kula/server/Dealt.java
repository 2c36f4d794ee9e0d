package dev.kula.server;

import dev.kula.data.Dataset;
import dev.kula.data.FederatedData;
import dev.kula.data.Stage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Whether two processes have dealt the same data. */
final class Dealt {
  private final MessageDigest digest = sha256();

  private Dealt() {}

  /** SHA-256 over all samples and over who has which of them when, in hexadecimal digits. */
  static String digest(FederatedData data) {
    Dealt dealt = new Dealt();
    dealt.samples(data.dataset());
    dealt.rows(data.base());
    for (FederatedData.DeviceRows device : data.devices()) {
      dealt.text(device.device().name());
      dealt.rows(device.train());
      dealt.rows(device.test());
      dealt.numbers(device.stages().size());
      for (Stage stage : device.stages()) {
        dealt.numbers(stage.round(), stage.held(), stage.change() ? 1 : 0);
        dealt.rows(stage.exam());
      }
    }
    return HexFormat.of().formatHex(dealt.digest.digest());
  }

  /** SHA-256 over texts, in hexadecimal digits. */
  static String digest(String... texts) {
    Dealt dealt = new Dealt();
    for (String text : texts) {
      dealt.text(text);
    }
    return HexFormat.of().formatHex(dealt.digest.digest());
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    numbers(bytes.length);
    digest.update(bytes);
  }

  private void samples(Dataset dataset) {
    int columns = dataset.features().columns();
    float[] row = new float[columns];
    ByteBuffer bytes = ByteBuffer.allocate((columns + 1) * Float.BYTES);
    for (int i = 0; i < dataset.size(); i++) {
      dataset.features().copyRow(i, row, 0);
      bytes.asFloatBuffer().put(row).put(dataset.targets()[i]);
      digest.update(bytes.array());
    }
  }

  private void rows(int[] rows) {
    numbers(rows.length);
    numbers(rows);
  }

  private void numbers(int... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES);
    bytes.asIntBuffer().put(numbers);
    digest.update(bytes.array());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
