package dev.kula.benchmarks.load;

import dev.kula.data.DeviceId;
import dev.kula.peer.Peer;
import dev.kula.peer.Role;
import dev.kula.pki.Authority;
import dev.kula.pki.Host;
import dev.kula.wire.identity.Credentials;
import dev.kula.wire.identity.PeerKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What a fleet needs before it begins, in one directory: an authority, a certificate for the
 * orchestrator and each device, their names, and the example of their data. Thread safe.
 *
 * @param directory in which all of it is
 * @param devices how many
 */
record Ground(Path directory, int devices) {
  static final String HOST = "127.0.0.1";
  private static final String ORCHESTRATOR = "orchestrator";
  private static final String LABEL = "label";
  private static final int FEATURES = 8;
  private static final int ROWS = 24;
  private static final int EXAMPLE_ROWS = 200;
  private static final int EXAMPLE_SEED = -1;

  /** Makes all of it. */
  static Ground make(Path directory, int devices) throws IOException {
    Ground ground = new Ground(directory, devices);
    Authority authority = Authority.create(directory.resolve("authority"), InstantSource.system());
    ground.issue(authority, Role.ORCHESTRATOR, ORCHESTRATOR, List.of(new Host(HOST)));
    List<String> names = IntStream.range(0, devices).mapToObj(Ground::device).toList();
    for (String name : names) {
      ground.issue(authority, Role.DEVICE, name, List.of());
    }
    Files.write(ground.members(), names);
    write(ground.example(), rows(EXAMPLE_SEED, EXAMPLE_ROWS));
    return ground;
  }

  private void issue(Authority authority, Role role, String name, List<Host> hosts) {
    PeerKeys keys = PeerKeys.create(role);
    Peer peer = new Peer(role, new DeviceId(name), keys.signing().map(KeyPair::getPublic));
    keys.write(Path.of(identity(name) + ".key"));
    Credentials.create(
        Path.of(identity(name) + ".pem"),
        authority.issue(peer, keys.connection().getPublic(), hosts, Authority.VALIDITY));
  }

  /** Name of a device, counted from 0. */
  static String device(int index) {
    return "d%05d".formatted(index);
  }

  Path authority() {
    return directory.resolve("authority").resolve("authority.pem");
  }

  /** Certificate and key of a name, without their endings. */
  Path identity(String name) {
    return directory.resolve(name);
  }

  Path orchestrator() {
    return identity(ORCHESTRATOR);
  }

  Path members() {
    return directory.resolve("members.txt");
  }

  Path example() {
    return directory.resolve("example.csv");
  }

  /** The orchestrator's run. */
  Path run() {
    return directory.resolve("run");
  }

  /** Writes a device's rows to a file, for devices that read one. */
  Path table(int device) throws IOException {
    Path file = directory.resolve(device(device) + ".csv");
    write(file, rows(device));
    return file;
  }

  /** A device's rows: two labels, told apart with ease, so that the loss falls for long. */
  static List<Map<String, ?>> rows(int device) {
    return rows(device, ROWS);
  }

  private static List<Map<String, ?>> rows(int seed, int count) {
    Random random = new Random(seed);
    List<Map<String, ?>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int side = i % 2 == 0 ? 1 : -1;
      Map<String, Object> row = new LinkedHashMap<>();
      for (int feature = 0; feature < FEATURES; feature++) {
        row.put("x" + feature, side + random.nextGaussian());
      }
      row.put(LABEL, side > 0 ? "high" : "low");
      rows.add(row);
    }
    return rows;
  }

  private static void write(Path file, List<Map<String, ?>> rows) throws IOException {
    List<String> lines = new ArrayList<>(List.of(String.join(",", rows.getFirst().keySet())));
    for (Map<String, ?> row : rows) {
      lines.add(String.join(",", row.values().stream().map(String::valueOf).toList()));
    }
    Files.write(file, lines);
  }
}
