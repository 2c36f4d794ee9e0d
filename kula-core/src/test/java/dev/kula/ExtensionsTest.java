package dev.kula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExtensionsTest {
  private static final Extensions<URI> ADDRESSES =
      new Extensions<>("address", Addresses.class, Set.of("local"));

  @TempDir Path directory;

  /** A seam. */
  interface Addresses extends Extension<URI> {}

  private record Web(String name) implements Addresses {
    @Override
    public URI create(Optional<String> argument) {
      return URI.create("https://" + argument.orElse("example.org"));
    }
  }

  @Test
  void namesStandForWhatIsMade() {
    Extensions.with(
        List.of(new Web("web"), new Web("b2")),
        () -> {
          assertEquals(List.of("b2", "web"), ADDRESSES.names());
          assertEquals(", or of the class path b2, web", ADDRESSES.words());
          assertTrue(ADDRESSES.has("web:kula.dev"));
          assertEquals(
              Optional.of(URI.create("https://kula.dev")), ADDRESSES.create("web:kula.dev"));
          assertEquals(Optional.of(URI.create("https://example.org")), ADDRESSES.create("web"));
          return ADDRESSES.create("webs");
        });
    assertEquals(Optional.empty(), ADDRESSES.create("web"), "they were there for a while");
    assertEquals("", ADDRESSES.words());
  }

  @Test
  void moreMayBeAtHandWithinSome() {
    boolean both =
        Extensions.with(
            List.of(new Web("one")),
            () ->
                Extensions.with(
                    List.of(new Web("two")), () -> ADDRESSES.has("one") && ADDRESSES.has("two")));
    assertTrue(both);
    assertFalse(ADDRESSES.has("one"));
  }

  @Test
  void namesThatMayNotBeAreRefused() {
    for (String name : List.of("local", "", "Web", "web:2", "2web")) {
      assertMistake(List.of(new Web(name)), "calls its address '" + name + "', must be lower-case");
    }
    assertMistake(List.of(new Web("web"), new Web("web")), "both call their address 'web'");
  }

  @Test
  void anArgumentThatIsRefusedSaysWhy() {
    String why =
        Extensions.with(
            List.of(new Web("web")),
            () -> assertThrows(KulaException.class, () -> ADDRESSES.create("web:a b")).toString());
    assertTrue(
        why.contains("address is 'web:a b', which dev.kula.ExtensionsTest$Web refuses"), why);
  }

  @Test
  void aClassThatCannotBeLoadedIsNamed() throws IOException {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(services.resolve(Addresses.class.getName()), "org.example.Missing\n");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      assertMistake(List.of(), "of the class path cannot be loaded", "org.example.Missing");
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static void assertMistake(List<Extension<?>> extensions, String... words) {
    KulaException mistake =
        Extensions.with(
            extensions, () -> assertThrows(KulaException.class, () -> ADDRESSES.has("web")));
    assertEquals(KulaException.Blame.USER, mistake.blame());
    for (String word : words) {
      assertTrue(mistake.toString().contains(word), mistake::toString);
    }
  }
}
