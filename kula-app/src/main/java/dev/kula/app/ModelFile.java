package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.model.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file that a run's model comes from. A resumed run needs the same one: it decides what the
 * parameters in a checkpoint mean.
 */
record ModelFile(Path path) {
  /** That of these settings; empty if the model is built in. */
  static Optional<ModelFile> of(RunSettings settings) {
    return switch (ModelSpec.parse(settings.model())) {
      case ModelSpec.TorchScript script -> Optional.of(new ModelFile(Path.of(script.file())));
      case ModelSpec.Softmax softmax -> Optional.empty();
      case ModelSpec.Mlp mlp -> Optional.empty();
      case ModelSpec.Cnn cnn -> Optional.empty();
      case ModelSpec.Own own -> Optional.empty();
    };
  }

  /**
   * SHA-256 of the content, in hexadecimal.
   *
   * @throws KulaException (USER) if it cannot be read
   */
  String digest() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path));
      return HexFormat.of().formatHex(digest);
    } catch (IOException e) {
      throw KulaException.user(
          "model file '%s' cannot be read, must be there while a run lasts; put it back"
              .formatted(path),
          e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // Every Java has it.
    }
  }

  /**
   * Holds the file to what it was.
   *
   * @param recorded the digest when the run in {@code directory} began
   * @throws KulaException (USER) if it is another file now
   */
  void requireDigest(@Nullable String recorded, Path directory) {
    String now = digest();
    if (!now.equals(recorded)) {
      throw KulaException.user(
          ("model file '%s' has SHA-256 %.12s…, must have that of the run in '%s', %.12s…; put the"
                  + " file back or start a new run")
              .formatted(path, now, directory, recorded));
    }
  }
}
