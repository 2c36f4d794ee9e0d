package dev.kula.examples;

import dev.kula.client.EmbeddedDevice;
import dev.kula.client.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A shop's application that learns, with others' and on its own table, to name what it sells. */
public final class Shop {
  private static final int SHOWN = 5;

  private Shop() {}

  /**
   * Takes part until the fleet's run ends, and then names the first items of the shop's own table.
   *
   * @param arguments host and port of the orchestrator, identity, certificate of the authority,
   *     table, directory for what is to be kept
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path table = Path.of(arguments[4]);
    try (EmbeddedDevice device =
        EmbeddedDevice.builder()
            .server(arguments[0], Integer.parseInt(arguments[1]))
            .identity(Path.of(arguments[2]))
            .authority(Path.of(arguments[3]))
            .csv(table)
            .directory(Path.of(arguments[5]))
            .start()) {
      device.await();
      for (Map<String, String> item : items(table)) {
        Prediction said = device.predict(item).orElseThrow();
        if (said instanceof Prediction.Label named) {
          System.out.printf("%s is a %s%n", item.get("label"), named.label());
        }
      }
    }
  }

  /** The first rows of the shop's table, as its other parts have them. */
  private static List<Map<String, String>> items(Path table) throws IOException {
    List<String> lines = Files.readAllLines(table);
    String[] columns = lines.getFirst().split(",", -1);
    return lines.stream()
        .skip(1)
        .limit(SHOWN)
        .map(
            line -> {
              String[] values = line.split(",", -1);
              Map<String, String> item = new HashMap<>();
              for (int i = 0; i < columns.length; i++) {
                item.put(columns[i], values[i]);
              }
              return item;
            })
        .toList();
  }
}
