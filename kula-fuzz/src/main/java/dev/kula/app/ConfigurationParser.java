package dev.kula.app;

import dev.kula.fuzz.Parser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of settings. What is accepted must keep the rules of its flags. */
public final class ConfigurationParser implements Parser {
  @Override
  public void parse(byte[] input, Path folder) throws IOException {
    Path file = folder.resolve("settings.yaml");
    Files.write(file, input);
    ConfigurationFile.read(file)
        .forEach((key, value) -> Flag.withKey(key).orElseThrow().check(value));
  }
}
