package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kula.KulaException;
import dev.kula.store.Documents;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** With {@code --json} standard output is one document, which {@code docs/formats.md} describes. */
final class JsonTest {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Path DOCUMENT = Path.of("..", "docs", "formats.md");
  private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);

  @TempDir private Path directory;

  static Stream<Class<?>> records() {
    Set<Class<?>> records = new LinkedHashSet<>();
    for (Class<?> document : Document.class.getPermittedSubclasses()) {
      collect(document, records);
    }
    return records.stream();
  }

  private static void collect(Type type, Set<Class<?>> records) {
    if (type instanceof ParameterizedType parameterized) {
      for (Type argument : parameterized.getActualTypeArguments()) {
        collect(argument, records);
      }
    } else if (type instanceof Class<?> raw && raw.isRecord() && records.add(raw)) {
      for (RecordComponent component : raw.getRecordComponents()) {
        collect(component.getGenericType(), records);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  void everyComponentHasItsRowInOrder(Class<?> type) throws IOException {
    String document = Files.readString(DOCUMENT);
    int start = document.indexOf("\n### " + type.getSimpleName() + "\n");
    assertTrue(start >= 0, "docs/formats.md lacks a section ### " + type.getSimpleName());
    int end = document.indexOf("\n#", start + 5);
    List<String> rows = new ArrayList<>();
    ROW.matcher(document.substring(start, end < 0 ? document.length() : end))
        .results()
        .forEach(row -> rows.add(row.group(1)));
    assertEquals(
        Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).toList(), rows);
  }

  @Test
  void theSummaryIsThatOfTheFile() throws IOException {
    for (String command : List.of("simulate", "compare")) {
      Console console = new Console();
      assertEquals(0, console.run(command, "--json"), console.err());
      JsonNode ended = MAPPER.readTree(console.out());
      assertEquals(
          MAPPER.readTree(Documents.text(Results.simulated())), ended.get("summary"), command);
      assertEquals("runs/1", ended.get("directory").asText());
    }
  }

  @Test
  void adviceAndAuditsAreDocuments() throws IOException {
    Console advise = new Console();
    assertEquals(0, advise.run("advise", "--json"), advise.err());
    assertFalse(MAPPER.readTree(advise.out()).get("advice").get("answers").isEmpty());
    Console audit = new Console();
    assertEquals(0, audit.run("--json", "audit"), audit.err());
    assertEquals(0, MAPPER.readTree(audit.out()).get("violations").asInt());
  }

  @Test
  void whatIsWrongIsADocumentAndALine() throws IOException {
    Console typo = new Console();
    assertEquals(2, typo.run("simulate", "--json", "--round", "3"));
    assertFailed(typo, 2);
    Console value = new Console();
    assertEquals(2, value.run("simulate", "--json", "--rounds", "none"));
    assertFailed(value, 2);
    Console machine =
        new Console(
            Map.of(),
            settings -> {
              throw KulaException.resource("no library", new IOException());
            });
    assertEquals(1, machine.run("simulate", "--json"));
    assertFailed(machine, 1);
  }

  private static void assertFailed(Console console, int exitCode) throws JsonProcessingException {
    JsonNode failed = MAPPER.readTree(console.out());
    assertEquals(exitCode, failed.get("exitCode").asInt());
    assertEquals("kula: " + failed.get("error").asText() + "\n", console.err());
  }

  @Test
  void anAuthorityAnswersInDocuments() throws IOException {
    String authority = directory.resolve("authority").toString();
    assertEquals(authority, read("pki", "init", authority).get("authority").asText());
    assertTrue(
        read("pki", "token", "--authority", authority, "--name", "a").get("token").isTextual());
    JsonNode issued =
        read(
            "pki",
            "issue",
            "--authority",
            authority,
            "--role",
            "device",
            "--name",
            "b",
            "--out",
            directory.toString());
    assertTrue(Files.exists(Path.of(issued.get("key").asText())));
    JsonNode listed = read("pki", "list", "--authority", authority).get("certificates");
    assertEquals("b", listed.get(0).get("name").asText());
    assertTrue(listed.get(0).get("holds").asBoolean());
    JsonNode revoked = read("pki", "revoke", "--authority", authority, "--name", "b");
    assertFalse(revoked.get("certificates").get(0).get("holds").asBoolean());
  }

  @Test
  void dataPrivacyStoresAndVersionsAreDocuments() throws IOException {
    assertEquals(3, read("data", "--devices", "3").get("data").get("devices").size());
    JsonNode account = read("privacy", "--devices", "3").get("account");
    assertEquals("profiles", account.get("protect").asText());
    JsonNode profiles = account.get("releases").get(0);
    assertEquals("profiles", profiles.get("release").asText());
    assertTrue(profiles.get("noise").asDouble() > 0, profiles::toString);
    double shares = 0;
    for (JsonNode release : account.get("releases")) {
      shares += release.get("share").asDouble();
    }
    assertEquals(1, shares, 1e-9);
    assertTrue(read("privacy", "--protect", "none").get("account").isNull());
    String store = directory.resolve("kula.db").toString();
    assertTrue(read("store", "list", "--store", store).get("runs").isEmpty());
    assertTrue(read("--version").get("engine").isTextual());
  }

  private static JsonNode read(String... arguments) throws JsonProcessingException {
    List<String> words = new ArrayList<>(List.of(arguments));
    words.add("--json");
    Shell shell = Shell.done(words.toArray(String[]::new));
    return MAPPER.readTree(shell.out());
  }
}
