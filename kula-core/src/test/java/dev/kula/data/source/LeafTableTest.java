package dev.kula.data.source;

import static dev.kula.data.Mistakes.assertMistake;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.data.Dataset;
import dev.kula.data.FeatureTable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LeafTableTest {
  private static final String GOOD =
      "{'users':['a','../b'],'hierarchies':[['h',null]],'num_samples':[2,1],'user_data':"
          + "{'a':{'x':[[1,2],[3,4]],'y':[7,'cat']},'../b':{'y':[7],'raw':{},'x':[[5,6e-1]]}}}";

  @TempDir Path directory;

  @Test
  void readsUsersOneAfterAnother() throws IOException {
    Dataset data = load(file("data.json", GOOD));
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 0.6f}, features(data));
    assertEquals("[a, a, ../b]", data.owners().orElseThrow().toString());
    assertEquals("[7, cat]", data.labels().names().toString());
  }

  @Test
  void whatComesFirstInTheFileDoesNotMatter() throws IOException {
    Dataset data =
        load(
            file(
                "data.json",
                "{'user_data':{'b':{'x':[[1],[2]],'y':[0,1]}},'num_samples':[2],'users':['b']}"));
    assertArrayEquals(new float[] {1, 2}, features(data));
  }

  @Test
  void joinsTheFilesOfTrainingAndTest() throws IOException {
    file("leaf/train/b.json", one("u", "[[3]]", "[0]"));
    file("leaf/train/a.json", one("v", "[[1],[2]]", "[0,1]"));
    file("leaf/train/.hidden.json", "no");
    file("leaf/test/a.json", one("u", "[[4]]", "[1]"));
    file("leaf/README.md", "no");
    Dataset data = load(directory.resolve("leaf"));
    assertArrayEquals(new float[] {1, 2, 3, 4}, features(data));
    assertEquals("[v, v, u, u]", data.owners().orElseThrow().toString());
  }

  @Test
  void readsGzip() throws IOException {
    Path file = directory.resolve("data.json.gz");
    try (OutputStream zip = new GZIPOutputStream(Files.newOutputStream(file))) {
      zip.write(GOOD.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(3, load(file).size());
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 20));
    assertMistake(() -> load(file), "ends too early", "copy it again");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // What is there, what it becomes, and what is said.
        "[1,2],[3,4] | [1,2],[3] | data.json' at $.user_data.a.x[1] has 1 numbers, must have 2",
        "[5,6e-1] | [5,6,7] | user '../b' sample 1 has 3 numbers in x, must have 2",
        "[5,6e-1] | [] | has 0 numbers, must have 1",
        "[5,6e-1] | 'text' | at $.user_data.../b.x[0] is string, must be begin array",
        "[5,6e-1] | [5,null] | x[0][1] is null, must be number",
        "[5,6e-1] | [[5],[6]] | is begin array, must be number",
        "[5,6e-1] | [5,NaN] | is not JSON",
        "'y':[7],'raw' | 'y':[7,7],'raw' | user '../b' has 1 samples in x and 2 in y",
        "'y':[7],'raw':{},'x':[[5,6e-1]] | 'y':[],'x':[] | has 0 samples in x and 0 in y, must"
            + " have",
        "'y':[7],'raw':{},'x':[[5,6e-1]] | 'y':[7] | user '../b' has 0 samples in x and 1 in y",
        "'y':[7],'raw' | 'y':[true],'raw' | y[0] is boolean, must be number",
        "'y':[7],'raw' | 'y':[' '],'raw' | user '../b' sample 1, column 'label' is empty",
        "[2,1] | [2,2] | user '../b' has 2 num_samples but 1 samples",
        "[2,1] | [2] | has 2 users and 1 num_samples",
        "'../b'],'h | '../b','c'],'h | has 3 users and 2 num_samples",
        "'../b'],'h | 'c'],'h | user 'c' has no user_data",
        "'../b'],'h | 'a'],'h | user 'a' has no user_data, or is in users twice",
        "'../b':{ | 'a':{ | user 'a' stands there twice",
        "'../b':{ | ' ':{ | column 'device' is empty",
        "'users' | 'people' | has 0 users and 2 num_samples",
        "'user_data' | 'data' | has no user_data of anybody",
        "}}} | }} | ends too early",
        "}}} | }}} {} | is not JSON",
        "{'users' | [{'users' | at $ is begin array, must be begin object",
      })
  void refusesWhatIsNotLeaf(String good, String bad, String said) throws IOException {
    String text = GOOD.replace(good, bad);
    assertEquals(false, text.equals(GOOD), "nothing was replaced");
    Path file = file("data.json", text);
    assertMistake(() -> load(file), said, "data.json");
  }

  @Test
  void refusesWhatIsNotThere() throws IOException {
    assertMistake(() -> load(directory.resolve("none.json")), "does not exist");
    assertMistake(() -> load(directory), "has no JSON file", "train and test");
    file("empty.json", "");
    assertMistake(() -> load(directory.resolve("empty.json")), "ends too early");
    file("later/a.json", one("u", "[[3]]", "[0]"));
    file("later/b.json", one("v", "[[3, 4]]", "[1]"));
    assertMistake(
        () -> load(directory.resolve("later")), "b.json' user 'v' sample 1 has 2 numbers");
  }

  private static String one(String user, String x, String y) {
    int samples = y.split(",").length;
    return "{'users':['%1$s'],'num_samples':[%2$d],'user_data':{'%1$s':{'x':%3$s,'y':%4$s}}}"
        .formatted(user, samples, x, y);
  }

  private Path file(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text.replace('\'', '"'));
  }

  private static Dataset load(Path path) {
    return new DataSource.Leaf(path).load(ReadOptions.defaults());
  }

  private static float[] features(Dataset data) {
    return ((FeatureTable.Floats) data.features()).values();
  }
}
