package dev.kula.kafka;

import dev.kula.KulaException;
import dev.kula.aggregate.PartialSum;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What has been folded of the updates in one partition.
 *
 * @param partition of {@link Topics#updates()}
 * @param heard whose updates came; by name, with why it could not be folded, blank if it was
 */
record PartitionSum(int partition, Map<String, String> heard, PartialSum sum) {
  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(partition);
      out.writeInt(heard.size());
      for (Map.Entry<String, String> one : heard.entrySet()) {
        out.writeUTF(one.getKey());
        out.writeUTF(one.getValue());
      }
      out.write(SumBytes.of(sum));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads one.
   *
   * @throws KulaException REMOTE, if the bytes are none
   */
  static PartitionSum read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int partition = in.readInt();
      int devices = in.readInt();
      Map<String, String> heard = new TreeMap<>();
      for (int i = 0; i < devices; i++) {
        heard.put(in.readUTF(), in.readUTF());
      }
      return new PartitionSum(partition, heard, SumBytes.read(in.readAllBytes()));
    } catch (IOException e) {
      throw KulaException.remote("a sum cannot be read: " + e.getMessage());
    }
  }
}
