package dev.kula.engine.blas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NativeFilesTest {
  private static final String FOLDER = "org/example/linux/";
  private static final List<String> NAMES = List.of("libone.so", "libtwo.so", "libabsent.so");

  @TempDir Path directory;
  private int jars;

  @Test
  void putsWhatTheJarHasSideBySideForTheOwnerAlone() throws IOException {
    NativeFiles files = files(Map.of("libone.so", "one", "libtwo.so", "two"));

    Path unpacked = files.unpack("one", FOLDER, NAMES);

    assertEquals(cache(), unpacked.getParent());
    assertEquals(Map.of("libone.so", "one", "libtwo.so", "two"), contents(unpacked));
    if (isPosix()) {
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(unpacked)));
    }
  }

  @Test
  void writesNothingAtTheSecondStart() throws IOException {
    NativeFiles files = files(Map.of("libone.so", "one"));
    Path file = files.unpack("one", FOLDER, NAMES).resolve("libone.so");
    FileTime earlier = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    Files.setLastModifiedTime(file, earlier);

    assertEquals(file, files.unpack("one", FOLDER, NAMES).resolve("libone.so"));

    assertEquals(earlier, Files.getLastModifiedTime(file));
  }

  @Test
  void keepsOtherContentOfTheSameSizeApart() throws IOException {
    Path first = files(Map.of("libone.so", "one")).unpack("one", FOLDER, NAMES);
    Path second = files(Map.of("libone.so", "eno")).unpack("one", FOLDER, NAMES);

    assertNotEquals(first, second);
    assertEquals(Map.of("libone.so", "one"), contents(first));
    assertEquals(Map.of("libone.so", "eno"), contents(second));
  }

  @Test
  void replacesWhatACrashCutShort() throws IOException {
    NativeFiles files = files(Map.of("libone.so", "one", "libtwo.so", "two"));
    Path unpacked = files.unpack("one", FOLDER, NAMES);
    Files.writeString(unpacked.resolve("libtwo.so"), "t");
    Path abandoned = Files.writeString(unpacked.resolve("unpacking1.part"), "o");
    Files.setLastModifiedTime(abandoned, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Path inProgress = Files.writeString(unpacked.resolve("unpacking2.part"), "o");

    assertEquals(unpacked, files.unpack("one", FOLDER, NAMES));

    assertEquals("two", Files.readString(unpacked.resolve("libtwo.so")));
    assertFalse(Files.exists(abandoned));
    assertTrue(Files.exists(inProgress));
  }

  @Test
  void goesToATemporaryDirectoryWhereTheCacheCannotBe() throws IOException {
    Files.writeString(cache(), "a file where the directory should be");
    NativeFiles files = files(Map.of("libone.so", "one"));

    Path unpacked = files.unpack("one", FOLDER, NAMES);

    assertNotEquals(cache(), unpacked.getParent());
    assertEquals(Map.of("libone.so", "one"), contents(unpacked));
  }

  @Test
  void trustsNoDirectoryThatOthersMayWriteTo() throws IOException {
    assumeTrue(isPosix());
    NativeFiles files = files(Map.of("libone.so", "one"));
    Path open = files.unpack("one", FOLDER, NAMES);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxr-x"));
    Files.writeString(open.resolve("libone.so"), "bad");

    Path unpacked = files.unpack("one", FOLDER, NAMES);

    assertNotEquals(open, unpacked);
    assertEquals(Map.of("libone.so", "one"), contents(unpacked));
  }

  @Test
  void followsNoLinkInPlaceOfTheDirectory() throws IOException {
    assumeTrue(isPosix());
    NativeFiles files = files(Map.of("libone.so", "one"));
    Path unpacked = files.unpack("one", FOLDER, NAMES);
    Path moved = Files.move(unpacked, directory.resolve("moved"));
    Files.createSymbolicLink(unpacked, moved);

    assertNotEquals(unpacked, files.unpack("one", FOLDER, NAMES));
  }

  @Test
  void isWholeForAllThatStartTogether() throws Exception {
    NativeFiles files = files(Map.of("libone.so", "1".repeat(1 << 20), "libtwo.so", "two"));
    CountDownLatch start = new CountDownLatch(1);
    List<Future<Map<String, String>>> seen = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        seen.add(
            threads.submit(
                () -> {
                  start.await();
                  Path unpacked = files.unpack("one", FOLDER, NAMES);
                  return Map.of(
                      "libone.so", Files.readString(unpacked.resolve("libone.so")),
                      "libtwo.so", Files.readString(unpacked.resolve("libtwo.so")));
                }));
      }
      start.countDown();
    }
    HashSet<Map<String, String>> distinct = new HashSet<>();
    for (Future<Map<String, String>> future : seen) {
      distinct.add(future.get());
    }
    assertEquals(1, distinct.size());
    assertEquals("two", distinct.iterator().next().get("libtwo.so"));
    assertEquals(2, contents(files.unpack("one", FOLDER, NAMES)).size(), "no .part is left");
  }

  @Test
  void unpacksNothingFromADamagedJar() throws IOException {
    Path jar = jar(Map.of("libone.so", "one"));
    byte[] bytes = Files.readAllBytes(jar);
    int stored = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("one", 60);
    bytes[stored] = 'x';
    Files.write(jar, bytes);

    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                new NativeFiles(loader(jar), cache()).unpack("one", FOLDER, List.of("libone.so")));

    assertTrue(String.valueOf(thrown).contains("is damaged"), () -> "was: " + thrown);
  }

  @Test
  void saysWhatIsNotOnTheClassPath() throws IOException {
    NativeFiles files = files(Map.of("libtwo.so", "two"));

    FileNotFoundException thrown =
        assertThrows(FileNotFoundException.class, () -> files.unpack("one", FOLDER, NAMES));

    assertEquals("no org/example/linux/libone.so on the class path", thrown.getMessage());
  }

  @Test
  void takesAFolderOnTheClassPathAsWell() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("classes").resolve(FOLDER));
    byte[] content = {1, 2, 3};
    Files.write(folder.resolve("libone.so"), content);
    NativeFiles files = new NativeFiles(loader(directory.resolve("classes")), cache());

    Path unpacked = files.unpack("one", FOLDER, NAMES);

    assertArrayEquals(content, Files.readAllBytes(unpacked.resolve("libone.so")));
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64",
    "Linux, aarch64, linux-arm64",
    "Mac OS X, aarch64, macosx-arm64",
    "Mac OS X, x86_64, macosx-x86_64",
    "Windows 11, amd64, windows-x86_64"
  })
  void namesPlatformsAsTheArtifactsDo(String osName, String osArch, String platform) {
    assertEquals(platform, NativeFiles.system(osName) + "-" + NativeFiles.architecture(osArch));
  }

  private NativeFiles files(Map<String, String> contents) throws IOException {
    return new NativeFiles(loader(jar(contents)), cache());
  }

  private Path cache() {
    return directory.resolve("cache");
  }

  private static ClassLoader loader(Path classPath) throws IOException {
    return new URLClassLoader(new URL[] {classPath.toUri().toURL()}, null);
  }

  private Path jar(Map<String, String> contents) throws IOException {
    Path jar = directory.resolve("library" + jars++ + ".jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      out.setLevel(0);
      for (Map.Entry<String, String> entry : new TreeMap<>(contents).entrySet()) {
        out.putNextEntry(new JarEntry(FOLDER + entry.getKey()));
        out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
        out.closeEntry();
      }
    }
    return jar;
  }

  private static Map<String, String> contents(Path directory) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return contents;
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }
}
