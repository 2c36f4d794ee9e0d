package dev.kula.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.JniUtils;
import dev.kula.KulaException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The one libtorch of the process. */
final class TorchLibrary {
  private static final String CACHE = "DJL_CACHE_DIR";

  private TorchLibrary() {}

  /**
   * Loads it unless it is there already; its version. The first time on a machine it is unpacked
   * into DJL's cache directory.
   *
   * @throws KulaException (RESOURCE) if it does not load
   */
  static synchronized String load() {
    // DJL would otherwise fetch what it does not find, and report to its makers from Amazon's
    // cloud. Whoever embeds Kula may have decided on these already.
    setUnlessSet("ai.djl.offline", "true");
    setUnlessSet("OPT_OUT_TRACKING", "true");
    if (System.getenv(CACHE) == null) {
      setUnlessSet(CACHE, userCache().resolve("kula").resolve("djl").toString());
    }
    try {
      return Engine.getEngine("PyTorch").getVersion();
    } catch (EngineException e) {
      throw KulaException.resource(
          "libtorch cannot be loaded: %s; it needs pytorch-native-cpu for this system and 450 MB in %s"
              .formatted(TorchError.rootReason(e), cache()),
          e);
    }
  }

  /**
   * Sets what libtorch and OpenMP keep for each thread: no threads besides this one, and graphs run
   * as they are written, not rewritten from the second run on, which would change last bits.
   */
  static void prepareThread() {
    JniUtils.setNumThreads(1);
    JniUtils.setGraphExecutorOptimize(false);
  }

  private static String cache() {
    return Optional.ofNullable(System.getenv(CACHE)).orElseGet(() -> System.getProperty(CACHE, ""));
  }

  /** Where the system keeps what a program can make again. */
  private static Path userCache() {
    Path home = Path.of(System.getProperty("user.home"));
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (system.startsWith("mac")) {
      return home.resolve("Library").resolve("Caches");
    }
    String named = System.getenv(system.startsWith("windows") ? "LOCALAPPDATA" : "XDG_CACHE_HOME");
    return named == null || named.isEmpty() ? home.resolve(".cache") : Path.of(named);
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
