package dev.kula.app;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.kula.KulaException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads a YAML file of settings: one mapping, whose keys are the flags without their dashes. Every
 * mistake is one line that begins with file and line. The file is read as a stream of tokens, for
 * only those know their lines.
 */
final class ConfigurationFile {
  private final Path file;
  private final YAMLParser parser;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();

  private ConfigurationFile(Path file, YAMLParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /**
   * The settings in {@code file}, by key, each known to keep its rule.
   *
   * @throws KulaException the user's mistake
   */
  static Map<String, Object> read(Path file) {
    String text = text(file);
    try (YAMLParser parser = new YAMLFactory().createParser(text)) {
      ConfigurationFile reader = new ConfigurationFile(file, parser);
      reader.mapping();
      return reader.values;
    } catch (JsonProcessingException e) {
      throw notYaml(file, e);
    } catch (IOException e) {
      throw KulaException.user("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static KulaException notYaml(Path file, JsonProcessingException e) {
    JsonLocation location = e.getLocation();
    int line = location == null ? 1 : location.getLineNr();
    String problem = e.getOriginalMessage();
    // Jackson knows where the last token was; the parser below it knows where the mistake is.
    if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      line = marked.getProblemMark().getLine() + 1;
      problem = marked.getProblem();
    }
    return KulaException.user(
        "%s:%d: is not YAML (%s), must be lines such as rounds: 40"
            .formatted(file, line, problem.strip().lines().findFirst().orElse("bad syntax")),
        e);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw KulaException.user(
          "--config is '%s', must be a file that exists; check the path".formatted(file), e);
    } catch (CharacterCodingException e) {
      throw KulaException.user(
          "--config is '%s', must be text in UTF-8; save it as such".formatted(file), e);
    } catch (IOException e) {
      throw KulaException.user(
          "--config is '%s', must be a readable file; check what it is and who may read it"
              .formatted(file),
          e);
    }
  }

  private void mapping() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw KulaException.user(
          "%s has no settings, must have at least one, such as rounds: 40".formatted(file));
    }
    if (first != JsonToken.START_OBJECT) {
      throw wrong("is not a mapping, must be lines such as rounds: 40");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      setting(parser.currentName());
    }
    if (parser.nextToken() != null) {
      throw wrong("a second document begins, must be one only; remove the line ---");
    }
  }

  private void setting(String key) throws IOException {
    Flag flag = Flag.withKey(key).orElseThrow(() -> unknown(key));
    int line = line();
    Integer earlier = lines.putIfAbsent(key, line);
    if (earlier != null) {
      throw wrong("%s is set again, was set in line %d; remove one".formatted(key, earlier));
    }
    parser.nextToken();
    values.put(key, flag.read(value(flag), file + ":" + line));
  }

  private String value(Flag flag) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_ARRAY && flag == Flag.METHODS) {
      List<String> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(scalar(flag));
      }
      return String.join(",", items);
    }
    return scalar(flag);
  }

  private String scalar(Flag flag) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) { // a tag such as !!int before what is none
      throw wrong(
          "%s has a value that cannot be read, must be a single value, such as %s: %s"
              .formatted(flag.key(), flag.key(), flag.defaultText().orElse(flag.valueLabel())));
    }
    if (token == JsonToken.VALUE_NULL) {
      throw wrong(
          "%s has no value; give it one, such as %s: %s, or remove the line"
              .formatted(flag.key(), flag.key(), flag.defaultText().orElse(flag.valueLabel())));
    }
    if (!token.isScalarValue() || parser.isCurrentAlias()) {
      throw wrong(
          "%s is %s, must be a single value, such as %s: %s"
              .formatted(
                  flag.key(),
                  switch (token) {
                    case START_ARRAY -> "a list";
                    case START_OBJECT -> "a mapping";
                    default -> "an alias";
                  },
                  flag.key(),
                  flag.defaultText().orElse(flag.valueLabel())));
    }
    return parser.getText();
  }

  private KulaException unknown(String key) {
    return wrong(
        "'%s' is not a setting; %s"
            .formatted(
                key.replaceAll("\\p{Cntrl}", " "),
                Suggestion.closest(key, Flag.keys())
                    .map(near -> "did you mean " + near + "?")
                    .orElse("kula compare --help lists them, without the dashes")));
  }

  private KulaException wrong(String problem) {
    return KulaException.user("%s:%d: %s".formatted(file, line(), problem));
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }
}
