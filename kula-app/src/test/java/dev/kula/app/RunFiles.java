package dev.kula.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run wrote, without what may differ between two runs that are the same: real seconds, and
 * where the run was and how it was started.
 */
record RunFiles(Path directory) {
  private static final ObjectMapper JSON = new ObjectMapper();

  byte[] models() throws IOException {
    return Files.readAllBytes(directory.resolve("models.safetensors"));
  }

  String events() throws IOException {
    return Files.readString(directory.resolve("events.jsonl"));
  }

  /** Each line of {@code rounds.jsonl}; every one must be whole. */
  List<JsonNode> rounds() throws IOException {
    String text = Files.readString(directory.resolve("rounds.jsonl"));
    if (!text.endsWith("\n")) {
      throw new AssertionError("rounds.jsonl ends in half a line");
    }
    return text.lines().map(RunFiles::comparable).toList();
  }

  JsonNode summary() throws IOException {
    return comparable(Files.readString(directory.resolve("summary.json")));
  }

  List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static JsonNode comparable(String text) {
    try {
      JsonNode tree = JSON.readTree(text);
      for (JsonNode parent : tree.findParents("wallSeconds")) {
        ((ObjectNode) parent).remove("wallSeconds");
      }
      if (tree.get("configuration") instanceof ObjectNode configuration) {
        configuration.remove(
            List.of("out", "resume", "threads", "spill-above", "keep-every", "from-round"));
      }
      return tree;
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }
}
