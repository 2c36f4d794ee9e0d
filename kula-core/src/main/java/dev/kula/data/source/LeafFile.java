package dev.kula.data.source;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import dev.kula.KulaException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One file of LEAF: an object of {@code users}, {@code num_samples} and {@code user_data}, in any
 * order, and of others that are let lie. At its end the three are compared.
 */
final class LeafFile implements AutoCloseable {
  /**
   * The samples of a user.
   *
   * @param values of x, row-major
   * @param width of a row
   * @param labels y, one a row
   */
  record User(String name, double[] values, int width, List<String> labels) {
    int rows() {
      return labels.size();
    }

    double value(int row, int column) {
      return values[row * width + column];
    }
  }

  /** Characters of a path that messages show. */
  private static final int SHOWN = 100;

  private final Path file;
  private final JsonReader json;
  private final Map<String, Integer> found = new LinkedHashMap<>();
  private List<String> users = List.of();
  private List<String> counts = List.of();
  private boolean inUsers;
  private boolean ended;

  private LeafFile(Path file, JsonReader json) {
    this.file = file;
    this.json = json;
  }

  static LeafFile open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw KulaException.user(
          "data file '%s' does not exist; name a JSON file of LEAF, or a directory of some"
              .formatted(file));
    }
    JsonReader json = new JsonReader(TextFile.open(file));
    json.setStrictness(Strictness.STRICT);
    LeafFile opened = new LeafFile(file, json);
    try {
      opened.sound(
          () -> {
            opened.expect(JsonToken.BEGIN_OBJECT);
            json.beginObject();
            return true;
          });
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** The next user; empty at the end of the file, which has had one then. */
  Optional<User> next() {
    return sound(this::read);
  }

  /** Where a sample stands, for messages. */
  String place(User user, int row) {
    return "'%s' user '%s' sample %d".formatted(file, user.name(), row + 1);
  }

  private Optional<User> read() throws IOException {
    while (!ended) {
      if (inUsers && json.hasNext()) {
        return Optional.of(user(json.nextName()));
      }
      if (inUsers) {
        json.endObject();
        inUsers = false;
      } else if (json.hasNext()) {
        part(json.nextName());
      } else {
        json.endObject();
        expect(JsonToken.END_DOCUMENT);
        ended = true;
        compare();
      }
    }
    return Optional.empty();
  }

  private void part(String name) throws IOException {
    switch (name) {
      case "users" -> users = texts();
      case "num_samples" -> counts = texts();
      case "user_data" -> {
        expect(JsonToken.BEGIN_OBJECT);
        json.beginObject();
        inUsers = true;
      }
      default -> json.skipValue();
    }
  }

  private User user(String name) throws IOException {
    expect(JsonToken.BEGIN_OBJECT);
    json.beginObject();
    double[] values = new double[0];
    int[] shape = {0, 0};
    List<String> labels = List.of();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "x" -> values = rows(shape);
        case "y" -> labels = texts();
        default -> json.skipValue();
      }
    }
    json.endObject();
    if (shape[0] != labels.size() || labels.isEmpty()) {
      throw mistake(
          name,
          "has %d samples in x and %d in y, must have as many, and one at least; correct or remove it"
              .formatted(shape[0], labels.size()));
    }
    if (found.put(name, labels.size()) != null) {
      throw mistake(name, "stands there twice, names must differ; rename or remove one");
    }
    return new User(name, values, shape[1], labels);
  }

  /**
   * Reads x.
   *
   * @param shape is set to the number of rows and what each has
   */
  private double[] rows(int[] shape) throws IOException {
    double[] values = new double[1024];
    int size = 0;
    expect(JsonToken.BEGIN_ARRAY);
    json.beginArray();
    while (json.hasNext()) {
      int begin = size;
      String place = path();
      expect(JsonToken.BEGIN_ARRAY);
      json.beginArray();
      while (json.hasNext()) {
        expect(JsonToken.NUMBER);
        if (size == values.length) {
          values = Arrays.copyOf(values, Math.addExact(size, size));
        }
        values[size++] = json.nextDouble();
      }
      json.endArray();
      if (shape[0]++ == 0) {
        shape[1] = size;
      }
      if (size - begin != shape[1] || shape[1] == 0) {
        throw KulaException.user(
            "'%s' at %s has %d numbers, must have %d; correct it"
                .formatted(file, place, size - begin, Math.max(1, shape[1])));
      }
    }
    json.endArray();
    return values;
  }

  /** Reads an array of numbers or texts, as they are written. */
  private List<String> texts() throws IOException {
    List<String> texts = new ArrayList<>();
    expect(JsonToken.BEGIN_ARRAY);
    json.beginArray();
    while (json.hasNext()) {
      if (json.peek() != JsonToken.STRING) {
        expect(JsonToken.NUMBER);
      }
      texts.add(json.nextString());
    }
    json.endArray();
    return texts;
  }

  private void compare() {
    if (found.isEmpty()) {
      throw KulaException.user(
          "'%s' has no user_data of anybody, must have users, num_samples and user_data; name a file of LEAF"
              .formatted(file));
    }
    if (users.size() != counts.size()) {
      throw KulaException.user(
          "'%s' has %d users and %d num_samples, must have as many; correct it"
              .formatted(file, users.size(), counts.size()));
    }
    for (int i = 0; i < users.size(); i++) {
      Integer samples = found.remove(users.get(i));
      if (samples == null) {
        throw mistake(users.get(i), "has no user_data, or is in users twice; add or remove it");
      }
      if (!counts.get(i).equals(samples.toString())) {
        throw mistake(
            users.get(i),
            "has %s num_samples but %d samples, must have as many; correct it"
                .formatted(counts.get(i), samples));
      }
    }
    for (String other : found.keySet()) {
      throw mistake(other, "has user_data, but is not in users; add or remove it");
    }
  }

  private void expect(JsonToken token) throws IOException {
    if (json.peek() != token) {
      throw KulaException.user(
          "'%s' at %s is %s, must be %s; correct it, or name a file of LEAF whose x are numbers"
              .formatted(file, path(), words(json.peek()), words(token)));
    }
  }

  /** Where the reader is, as far as a message has room for it. */
  private String path() {
    String path = json.getPath();
    return path.length() > SHOWN ? path.substring(0, SHOWN) + " …" : path;
  }

  private static String words(JsonToken token) {
    return token.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private KulaException mistake(String user, String rest) {
    return KulaException.user("'%s' user '%s' %s".formatted(file, user, rest));
  }

  /** A reading that may find the file unsound. */
  private interface Reading<T> {
    T read() throws IOException;
  }

  private <T> T sound(Reading<T> reading) {
    try {
      return reading.read();
    } catch (MalformedJsonException e) {
      throw KulaException.user(
          "'%s' at %s is not JSON, as NaN would not be either; correct it".formatted(file, path()),
          e);
    } catch (EOFException e) {
      throw KulaException.user(
          "'%s' ends too early, must be whole; copy it again".formatted(file), e);
    } catch (IOException e) {
      throw TextFile.unreadable(file, "at %s ".formatted(path()), e);
    }
  }

  @Override
  public void close() {
    try {
      json.close();
    } catch (IOException e) {
      throw TextFile.unreadable(file, "", e);
    }
  }
}
