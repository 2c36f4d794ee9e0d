package dev.kula.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kula.KulaException;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FederatedData;
import dev.kula.data.Standardisation;
import dev.kula.peer.Peer;
import dev.kula.store.RunDirectory;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * {@code fleet.json} of a run directory: which devices with data of their own may take part in the
 * run.
 *
 * @param run what they tell it from others by
 * @param members names of the devices
 * @param atLeast how many of them must be there for a round to begin
 */
record Membership(String run, List<String> members, int atLeast) {
  static final String FILE = "fleet.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  Membership {
    members = List.copyOf(members);
  }

  /**
   * Of a new run.
   *
   * @param file a name a line; blank lines, and those that begin with {@code #}, are let lie
   * @throws KulaException the user's mistake, if it cannot be read, or names none, one twice, or
   *     one that no device can have
   */
  static Membership begin(Path file) {
    List<String> members = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    List<String> lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String name = lines.get(i).strip();
      if (name.isEmpty() || name.startsWith("#")) {
        continue;
      }
      int line = i + 1;
      Peer.nameRule(name)
          .ifPresent(
              rule -> {
                throw KulaException.user(
                    "'%s' line %d is '%s', must %s; rename the device"
                        .formatted(file, line, name, rule));
              });
      if (!seen.add(name)) {
        throw KulaException.user(
            "'%s' line %d is '%s' once more, names must differ; remove one"
                .formatted(file, line, name));
      }
      members.add(name);
    }
    if (members.isEmpty()) {
      throw KulaException.user(
          "'%s' names no device, must name those that may take part, one a line; add them"
              .formatted(file));
    }
    return new Membership(UUID.randomUUID().toString(), members, members.size());
  }

  /** The same if fewer are enough. */
  Membership withAtLeast(int fewer) {
    return new Membership(run, members, fewer);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw KulaException.user(
          "'%s' is not UTF-8 text, must have a name a line; convert it".formatted(file), e);
    } catch (IOException e) {
      throw KulaException.user(
          "--members '%s' cannot be read (%s), must be a file with a name a line; check the path"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Of the run in a directory; empty if it is not of devices with data of their own. */
  static Optional<Membership> of(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(file.toFile(), Membership.class));
    } catch (IOException e) {
      throw KulaException.user(
          "'%s' cannot be read: %s; restore it or start a new run".formatted(file, e.getMessage()),
          e);
    }
  }

  void write(RunDirectory directory) {
    directory.write(
        FILE,
        stream -> stream.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this)));
  }

  List<DeviceId> devices() {
    return members.stream().map(DeviceId::new).toList();
  }

  /**
   * The fleet as far as its server knows its data: an example on the scale that it gives, and
   * devices of whose rows none are here.
   *
   * @param example as it was read
   */
  FederatedData fleet(Dataset example) {
    int[] all = IntStream.range(0, example.size()).toArray();
    Standardisation scale = Standardisation.of(example, all);
    return new FederatedData(
        scale.apply(example),
        devices().stream()
            .map(device -> new FederatedData.DeviceRows(device, new int[0], new int[0]))
            .toList(),
        new int[0],
        scale,
        false);
  }
}
