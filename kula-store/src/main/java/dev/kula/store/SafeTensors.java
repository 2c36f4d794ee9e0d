package dev.kula.store;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kula.KulaException;
import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Models as safetensors, which Python, Rust and JavaScript read without Kula: eight bytes of header
 * length (little endian), a JSON header padded with spaces to a multiple of eight, then the numbers
 * as little-endian 32-bit floats, tensor after tensor, without gaps.
 *
 * <p>Stateless. The same models give the same bytes: metadata is sorted by key, tensors stand in
 * the order of their models and layouts. Format: the safetensors specification of Hugging Face.
 */
public final class SafeTensors {
  /** What the format's own readers accept. */
  static final int LARGEST_HEADER = 100_000_000;

  static final String METADATA = "__metadata__";

  private SafeTensors() {}

  /**
   * What a file holds.
   *
   * @param metadata as written
   * @param models in the order of their first tensor; a model's tensors stand together
   */
  public record Contents(Map<String, String> metadata, List<NamedModel> models) {
    public Contents {
      metadata = Map.copyOf(metadata);
      models = List.copyOf(models);
    }

    /**
     * The model of that prefix.
     *
     * @throws KulaException USER if there is none
     */
    public NamedModel model(String prefix) {
      return models.stream()
          .filter(model -> model.prefix().equals(prefix))
          .findFirst()
          .orElseThrow(
              () ->
                  KulaException.user(
                      "the file holds no model '%s', only %s; name one of these"
                          .formatted(prefix, models.stream().map(NamedModel::prefix).toList())));
    }
  }

  /** Replaces {@code file} by {@code models}, whole or not at all. */
  public static void write(Path file, List<NamedModel> models, Map<String, String> metadata) {
    byte[] header = header(models, new TreeMap<>(metadata));
    AtomicFile.write(
        file,
        out -> {
          out.write(LittleEndian.of((long) header.length));
          out.write(header);
          for (NamedModel model : models) {
            writeFloats(out, model.parameters());
          }
        });
  }

  /** Replaces {@code file} by one model without a prefix. */
  public static void write(
      Path file, ParameterLayout layout, float[] parameters, Map<String, String> metadata) {
    write(file, List.of(new NamedModel("", layout, parameters)), metadata);
  }

  /**
   * Reads a file, also one that another program wrote, if all its tensors are F32.
   *
   * @throws KulaException USER if the file breaks the format; RESOURCE if it cannot be read
   */
  public static Contents read(Path file) {
    return SafeTensorsReader.read(file);
  }

  private static byte[] header(List<NamedModel> models, SortedMap<String, String> metadata) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Set<String> names = new HashSet<>();
    try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writePOJOField(METADATA, metadata);
      }
      long offset = 0;
      for (NamedModel model : models) {
        for (Tensor tensor : model.layout().tensors()) {
          String name = model.key(tensor);
          if (name.equals(METADATA) || !names.add(name)) {
            throw new IllegalArgumentException("tensor name '%s' is taken".formatted(name));
          }
          long end = offset + (long) Float.BYTES * tensor.size();
          json.writeObjectFieldStart(name);
          json.writeStringField("dtype", "F32");
          json.writePOJOField("shape", tensor.shape());
          json.writePOJOField("data_offsets", List.of(offset, end));
          json.writeEndObject();
          offset = end;
        }
      }
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    while (bytes.size() % Long.BYTES != 0) {
      bytes.write(' ');
    }
    return bytes.toByteArray();
  }

  private static void writeFloats(OutputStream out, float[] values) throws IOException {
    byte[] chunk = new byte[1 << 16];
    FloatBuffer floats = LittleEndian.wrap(chunk).asFloatBuffer();
    for (int from = 0; from < values.length; from += floats.capacity()) {
      int count = Math.min(floats.capacity(), values.length - from);
      floats.put(0, values, from, count);
      out.write(chunk, 0, count * Float.BYTES);
    }
  }
}
