package dev.kula.engine;

import dev.kula.KulaException;
import dev.kula.engine.blas.Blas;
import dev.kula.engine.blas.BlasLibrary;
import dev.kula.model.EngineFactory;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Factories of training engines. Thread safe, as are the factories; the engines are not.
 *
 * <p>The system property {@code kula.blas}, set to the notation of a {@link BlasLibrary}, keeps
 * {@link #best()} to that one or plain Java; it is read at every call.
 */
public final class Engines {
  private static final String PROPERTY = "kula.blas";

  private Engines() {}

  /**
   * Engines on the fastest library that loads and is not refused by {@code kula.blas}, which in the
   * end is plain Java.
   */
  public static EngineFactory best() {
    BlasLibrary library = candidates().filter(BlasLibrary::isLoaded).findFirst().orElseThrow();
    boolean forWant = library == BlasLibrary.JAVA && !asked().equals(library.notation());
    return factory(library, forWant ? backend() : library.notation());
  }

  /**
   * Begins to load, in the background, the library that {@link #best()} will use. Nobody need call
   * it; it is for who has other work to do before the first engine.
   *
   * @throws KulaException blaming the user if {@code kula.blas} names no library
   */
  public static void startLoading() {
    Iterator<BlasLibrary> libraries = candidates().iterator();
    Thread.ofPlatform()
        .daemon()
        .name("kula-loading")
        .start(
            () -> {
              boolean loaded = false;
              while (!loaded) { // plain Java, the last, always is
                loaded = libraries.next().isLoaded();
              }
            });
  }

  /** Engines in plain Java. */
  public static EngineFactory java() {
    return factory(BlasLibrary.JAVA, BlasLibrary.JAVA.notation());
  }

  /** Engines on {@code library}; empty if it does not load on this machine. */
  public static Optional<EngineFactory> on(BlasLibrary library) {
    return library.isLoaded()
        ? Optional.of(factory(library, library.notation()))
        : Optional.empty();
  }

  /**
   * One line on what {@link #best()} computes with, and if that is plain Java, why and what to do
   * about it.
   */
  public static String backend() {
    BlasLibrary library = candidates().filter(BlasLibrary::isLoaded).findFirst().orElseThrow();
    if (library != BlasLibrary.JAVA) {
      return library.status();
    }
    String refused =
        candidates()
            .filter(candidate -> candidate != BlasLibrary.JAVA)
            .map(BlasLibrary::status)
            .collect(Collectors.joining("; "));
    return refused.isEmpty()
        ? "java (asked for by -D%s=java)".formatted(PROPERTY)
        : "java (" + refused + ")";
  }

  private static Stream<BlasLibrary> candidates() {
    String asked = asked();
    if (!asked.isEmpty()
        && Stream.of(BlasLibrary.values()).noneMatch(each -> each.notation().equals(asked))) {
      throw KulaException.user(
          "%s is '%s', must be onednn, openblas or java; leave it out for the fastest"
              .formatted(PROPERTY, asked));
    }
    return Stream.of(BlasLibrary.values())
        .filter(
            library ->
                asked.isEmpty() || library == BlasLibrary.JAVA || library.notation().equals(asked));
  }

  private static String asked() {
    return System.getProperty(PROPERTY, "");
  }

  private static EngineFactory factory(BlasLibrary library, String backend) {
    return (spec, input, task) -> {
      Blas blas = library.create();
      return new NetworkEngine(Architecture.network(spec, input, task, blas), task, blas, backend);
    };
  }
}
