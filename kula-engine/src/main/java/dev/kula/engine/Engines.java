package dev.kula.engine;

import dev.kula.engine.blas.Blas;
import dev.kula.model.EngineFactory;
import java.util.Optional;

/**
 * Factories of training engines. Thread safe, as are the factories; the engines are not.
 *
 * <p>The system property {@code kula.blas=java} makes {@link #best()} choose plain Java; it is read
 * at every call.
 */
public final class Engines {
  private static final String PROPERTY = "kula.blas";

  private Engines() {}

  /**
   * Engines on OpenBLAS if it loads and is not refused by {@code kula.blas}, else on plain Java.
   */
  public static EngineFactory best() {
    if (javaIsAskedFor()) {
      return java();
    }
    return openBlas().orElseGet(() -> javaNamed(backend()));
  }

  /** Engines in plain Java. */
  public static EngineFactory java() {
    return javaNamed("java");
  }

  /** Engines on OpenBLAS; empty if its native library does not load on this machine. */
  public static Optional<EngineFactory> openBlas() {
    if (Blas.openBlas().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        (spec, input, task) -> {
          Blas blas = Blas.openBlas().orElseThrow();
          return new NetworkEngine(
              Architecture.network(spec, input, task, blas), task, blas.name());
        });
  }

  /**
   * One line on what {@link #best()} computes with, and if that is plain Java, why and what to do
   * about it.
   */
  public static String backend() {
    if (javaIsAskedFor()) {
      return "java (asked for by -D%s=java)".formatted(PROPERTY);
    }
    String status = Blas.openBlasStatus();
    return Blas.openBlas().isPresent() ? status : "java (" + status + ")";
  }

  private static EngineFactory javaNamed(String backend) {
    return (spec, input, task) ->
        new NetworkEngine(Architecture.network(spec, input, task, Blas.java()), task, backend);
  }

  private static boolean javaIsAskedFor() {
    return "java".equals(System.getProperty(PROPERTY));
  }
}
