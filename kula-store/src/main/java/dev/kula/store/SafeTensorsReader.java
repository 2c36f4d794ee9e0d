package dev.kula.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.kula.KulaException;
import dev.kula.model.ParameterLayout;
import dev.kula.model.ParameterLayout.Tensor;
import java.io.CharConversionException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads safetensors and holds them against every rule of the format before it trusts a length. */
final class SafeTensorsReader {
  private SafeTensorsReader() {}

  /** A tensor as the header has it; offsets in bytes from the end of the header. */
  private record Entry(String prefix, String name, List<Integer> shape, long begin, long end) {}

  static SafeTensors.Contents read(Path file) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      long fileBytes = Files.size(file);
      if (fileBytes < Long.BYTES) {
        throw malformed(file, "it has %d bytes, at least 8 are needed".formatted(fileBytes));
      }
      long headerBytes = Long.reverseBytes(in.readLong());
      if (headerBytes < 2
          || headerBytes > SafeTensors.LARGEST_HEADER
          || headerBytes > fileBytes - Long.BYTES) {
        throw malformed(
            file,
            "its header says %s bytes, the file has %d after it"
                .formatted(Long.toUnsignedString(headerBytes), fileBytes - Long.BYTES));
      }
      byte[] header = in.readNBytes((int) headerBytes);
      if (header[0] != '{') {
        throw malformed(file, "its header does not begin with '{'");
      }
      JsonNode tree = Json.MAPPER.readTree(header);
      List<Entry> entries = entries(file, tree, fileBytes - Long.BYTES - headerBytes);
      return new SafeTensors.Contents(metadata(file, tree), models(file, entries, in));
    } catch (JsonProcessingException notJson) {
      throw malformed(file, "its header is not JSON: " + notJson.getOriginalMessage());
    } catch (CharConversionException otherEncoding) {
      throw malformed(file, "its header is not UTF-8");
    } catch (EOFException truncated) {
      throw malformed(file, "it ends within a tensor");
    } catch (IOException failure) {
      throw AtomicFile.cannotRead(file, failure);
    }
  }

  private static Map<String, String> metadata(Path file, JsonNode header) {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : header.path(SafeTensors.METADATA).properties()) {
      if (!entry.getValue().isTextual()) {
        throw malformed(file, "its metadata '%s' is not a string".formatted(entry.getKey()));
      }
      metadata.put(entry.getKey(), entry.getValue().textValue());
    }
    return metadata;
  }

  private static List<Entry> entries(Path file, JsonNode header, long dataBytes) {
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (!field.getKey().equals(SafeTensors.METADATA)) {
        entries.add(entry(file, field.getKey(), field.getValue()));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long expected = 0;
    for (Entry entry : entries) {
      if (entry.begin() != expected) {
        throw malformed(
            file,
            "tensor '%s' begins at %d, must begin at %d, where the one before ends"
                .formatted(entry.name(), entry.begin(), expected));
      }
      expected = entry.end();
    }
    if (expected != dataBytes) {
      throw malformed(
          file, "its tensors take %d bytes, the file has %d".formatted(expected, dataBytes));
    }
    return entries;
  }

  private static Entry entry(Path file, String key, JsonNode value) {
    String dtype = value.path("dtype").asText("");
    if (!dtype.equals("F32")) {
      throw malformed(file, "tensor '%s' has dtype '%s', must be F32".formatted(key, dtype));
    }
    JsonNode offsets = value.path("data_offsets");
    JsonNode sizes = value.path("shape");
    if (!sizes.isArray()
        || offsets.size() != 2
        || !isCount(offsets.get(0))
        || !isCount(offsets.get(1))) {
      throw malformed(file, "tensor '%s' lacks its shape or its two data_offsets".formatted(key));
    }
    List<Integer> shape = new ArrayList<>();
    int floats = 1;
    try {
      for (JsonNode size : sizes) {
        if (!isCount(size)) {
          throw malformed(file, "tensor '%s' has size '%s' in its shape".formatted(key, size));
        }
        shape.add(Math.toIntExact(size.longValue()));
        // Kula's layouts count in 32 bits, also on the way to a size of 0.
        floats = Math.multiplyExact(floats, shape.getLast());
      }
    } catch (ArithmeticException overflow) {
      throw malformed(file, "tensor '%s' has shape %s, which is too large".formatted(key, sizes));
    }
    long bytes = (long) Float.BYTES * floats;
    long begin = offsets.get(0).longValue();
    long end = offsets.get(1).longValue();
    if (end - begin != bytes) {
      throw malformed(
          file,
          "tensor '%s' of shape %s needs %d bytes, its data_offsets span %d"
              .formatted(key, shape, bytes, end - begin));
    }
    int slash = key.lastIndexOf('/');
    return new Entry(
        slash < 0 ? "" : key.substring(0, slash), key.substring(slash + 1), shape, begin, end);
  }

  private static boolean isCount(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0;
  }

  private static List<NamedModel> models(Path file, List<Entry> entries, DataInputStream in)
      throws IOException {
    Map<String, List<Entry>> byPrefix = new LinkedHashMap<>();
    String last = null;
    for (Entry entry : entries) {
      if (!entry.prefix().equals(last) && byPrefix.containsKey(entry.prefix())) {
        throw malformed(
            file, "the tensors of model '%s' do not stand together".formatted(entry.prefix()));
      }
      last = entry.prefix();
      byPrefix.computeIfAbsent(last, prefix -> new ArrayList<>()).add(entry);
    }
    List<NamedModel> models = new ArrayList<>();
    for (Map.Entry<String, List<Entry>> model : byPrefix.entrySet()) {
      models.add(model(file, model.getKey(), model.getValue(), in));
    }
    return models;
  }

  private static NamedModel model(Path file, String prefix, List<Entry> entries, DataInputStream in)
      throws IOException {
    if (entries.size() < 2) {
      throw malformed(
          file,
          "model '%s' has one tensor, a model of Kula ends in a weight and a bias"
              .formatted(prefix));
    }
    long first = entries.getFirst().begin();
    long floats = (entries.getLast().end() - first) / Float.BYTES;
    if (floats > Integer.MAX_VALUE / Float.BYTES) {
      throw malformed(file, "model '%s' has %d numbers, too many".formatted(prefix, floats));
    }
    List<Tensor> tensors = new ArrayList<>();
    for (Entry entry : entries) {
      int offset = (int) ((entry.begin() - first) / Float.BYTES);
      tensors.add(new Tensor(entry.name(), entry.shape(), offset));
    }
    return new NamedModel(prefix, new ParameterLayout(tensors), readFloats(in, (int) floats));
  }

  private static float[] readFloats(DataInputStream in, int count) throws IOException {
    float[] values = new float[count];
    byte[] chunk = new byte[1 << 16];
    for (int from = 0; from < count; ) {
      int floats = Math.min(chunk.length / Float.BYTES, count - from);
      in.readFully(chunk, 0, floats * Float.BYTES);
      LittleEndian.wrap(chunk).asFloatBuffer().get(values, from, floats);
      from += floats;
    }
    return values;
  }

  private static KulaException malformed(Path file, String what) {
    return KulaException.user(
        "'%s' is no model in the safetensors format: %s; copy the file again or repeat the run"
            .formatted(file, what.lines().findFirst().orElse("")));
  }
}
