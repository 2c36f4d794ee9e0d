package dev.kula.examples.extensions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project that imports the BOM compiles and runs the program of the README. Kula comes from a
 * repository of what was built, libraries from a copy of those that it was built with; nothing
 * comes from a network or goes to the user's repository.
 */
@Tag("slow")
final class ConsumerTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final String VERSION = "0.1.0-SNAPSHOT";
  private static final Pattern ARTIFACT =
      Pattern.compile("<artifactId>(kula-[a-z]+)</artifactId>\\s*<version>");

  /** Modules that are not part of every build. */
  private static final List<String> OPTIONAL =
      List.of("kula-torch", "kula-duckdb", "kula-spark", "kula-kafka");

  /** Modules that are for Kula itself. */
  private static final List<String> OWN =
      List.of("kula-benchmarks", "kula-fuzz", "kula-browser", "kula-onnxruntime");

  @TempDir Path directory;

  @Test
  void theProgramOfTheReadmeCompilesAndRuns() throws Exception {
    publish("kula", ROOT.resolve("pom.xml"));
    publish("kula-bom", ROOT.resolve("kula-bom/pom.xml"));
    for (String module : managed()) {
      Path jar = ROOT.resolve(module + "/target/" + module + "-" + VERSION + ".jar");
      if (!Files.exists(jar)) {
        jar = ROOT.resolve(module + "/target/" + module + ".jar");
      }
      if (!Files.exists(jar)) {
        assumeTrue(
            OPTIONAL.contains(module), module + " has no jar; run this test with 'mvn verify'");
        continue;
      }
      Files.copy(
          jar, publish(module, ROOT.resolve(module + "/pom.xml")).resolve(name(module, "jar")));
    }
    String section = section(Files.readString(ROOT.resolve("README.md")));
    Path project = Files.createDirectories(directory.resolve("project"));
    Files.writeString(
        Files.createDirectories(project.resolve("src/main/java")).resolve("Main.java"),
        block(section, "java"));
    Files.writeString(project.resolve("pom.xml"), pom(block(section, "xml")));
    Files.writeString(project.resolve("settings.xml"), settings());

    String built =
        run(
            project,
            "mvn",
            "-q",
            "-B",
            "-s",
            "settings.xml",
            "-Dmaven.repo.local=" + directory.resolve("m2"),
            "-Dmdep.includeScope=runtime",
            "-Dmdep.outputFile=class-path.txt",
            "compile",
            "dependency:build-classpath");
    assertFalse(built.contains("ERROR"), built);
    String classPath = Files.readString(project.resolve("class-path.txt")).strip();
    for (String test : List.of("junit", "archunit", "jqwik", "-tests.jar")) {
      assertFalse(
          Stream.of(classPath.split(File.pathSeparator))
              .anyMatch(jar -> Path.of(jar).getFileName().toString().contains(test)),
          () -> test + " came along: " + classPath);
    }
    String printed =
        run(
            project,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            "target/classes" + File.pathSeparator + classPath,
            "Main");
    assertTrue(printed.strip().matches("accuracy of personal models: 0\\.\\d+"), printed);
  }

  @Test
  void theBomHasEveryModuleThatIsNotForKulaItself() throws IOException {
    List<String> modules;
    try (Stream<Path> folders = Files.list(ROOT)) {
      modules =
          folders
              .filter(folder -> Files.exists(folder.resolve("src/main")))
              .map(folder -> folder.getFileName().toString())
              .filter(name -> !OWN.contains(name))
              .sorted()
              .toList();
    }
    assertEquals(modules, managed().stream().sorted().toList());
  }

  private static List<String> managed() throws IOException {
    Matcher artifact = ARTIFACT.matcher(Files.readString(ROOT.resolve("kula-bom/pom.xml")));
    List<String> managed = new ArrayList<>();
    artifact
        .results()
        .map(found -> found.group(1))
        .filter(m -> !m.equals("kula-bom"))
        .forEach(managed::add);
    return managed;
  }

  private static String name(String artifact, String type) {
    return artifact + "-" + VERSION + "." + type;
  }

  private Path publish(String artifact, Path pom) throws IOException {
    String text = Files.readString(pom);
    assertTrue(
        text.contains("<version>" + VERSION + "</version>"), () -> pom + " has another version");
    assertFalse(text.contains("${revision}"), () -> pom + " is for this build alone");
    Path folder =
        Files.createDirectories(
            directory.resolve("repository/dev/kula/" + artifact + "/" + VERSION));
    Files.writeString(folder.resolve(name(artifact, "pom")), text);
    return folder;
  }

  private static String section(String readme) {
    int begin = readme.indexOf("\n## In Java\n");
    return readme.substring(begin, readme.indexOf("\n## ", begin + 1));
  }

  private static String block(String section, String language) {
    Matcher block = Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(section);
    assertTrue(block.find(), () -> "no block of " + language);
    return block.group(1);
  }

  private String pom(String dependencies) {
    return """
        <project>
          <modelVersion>4.0.0</modelVersion>
          <groupId>org.example</groupId>
          <artifactId>consumer</artifactId>
          <version>1</version>
          <properties>
            <maven.compiler.release>25</maven.compiler.release>
            <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
          </properties>
          <repositories>
            <repository><id>kula</id><url>%s</url></repository>
          </repositories>
          %s
          <build>
            <plugins>
              <plugin><artifactId>maven-resources-plugin</artifactId><version>3.5.0</version></plugin>
              <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
              <plugin><artifactId>maven-dependency-plugin</artifactId><version>3.9.0</version></plugin>
            </plugins>
          </build>
        </project>
        """
        .formatted(directory.resolve("repository").toUri(), dependencies);
  }

  /** What Kula was built with stands for all repositories but Kula's. */
  private static String settings() {
    Path local =
        Path.of(
            System.getProperty(
                "localRepository", System.getProperty("user.home") + "/.m2/repository"));
    return """
        <settings>
          <mirrors>
            <mirror><id>built</id><mirrorOf>*,!kula</mirrorOf><url>%s</url></mirror>
          </mirrors>
        </settings>
        """
        .formatted(local.toUri());
  }

  private String run(Path project, String... command) throws Exception {
    Path log = directory.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(5, TimeUnit.MINUTES), "takes too long");
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(log, StandardCharsets.UTF_8);
    assertEquals(0, process.exitValue(), printed);
    return printed;
  }
}
