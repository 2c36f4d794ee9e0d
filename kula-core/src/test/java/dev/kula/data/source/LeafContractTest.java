package dev.kula.data.source;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

final class LeafContractTest extends TableContract {
  @Override
  protected DataSource.Tabular write(Path to, List<List<String>> rows) throws IOException {
    Path file = Files.createDirectories(to).resolve("all_data.json");
    Map<String, List<List<String>>> users = new TreeMap<>();
    for (List<String> row : rows) {
      users.computeIfAbsent(row.getFirst(), user -> new ArrayList<>()).add(row);
    }
    try (JsonWriter json = new JsonWriter(Files.newBufferedWriter(file))) {
      json.beginObject().name("users").beginArray();
      for (String user : users.keySet()) {
        json.value(user);
      }
      json.endArray().name("num_samples").beginArray();
      for (List<List<String>> samples : users.values()) {
        json.value(samples.size());
      }
      json.endArray().name("user_data").beginObject();
      for (Map.Entry<String, List<List<String>>> user : users.entrySet()) {
        json.name(user.getKey()).beginObject().name("x").beginArray();
        for (List<String> row : user.getValue()) {
          json.beginArray();
          value(json, row.get(1));
          value(json, row.get(2));
          json.endArray();
        }
        json.endArray().name("y").beginArray();
        for (List<String> row : user.getValue()) {
          value(json, row.get(3));
        }
        json.endArray().endObject();
      }
      json.endObject().endObject();
    }
    return new DataSource.Leaf(to);
  }

  private static void value(JsonWriter json, String text) throws IOException {
    if (text.isEmpty()) {
      json.nullValue();
    } else if (Character.isLetter(text.charAt(0))) {
      json.value(text);
    } else {
      json.jsonValue(text);
    }
  }
}
