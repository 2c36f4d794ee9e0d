package dev.kula.engine.blas;

import java.util.Locale;

/** Where matrix products come from, the fastest first. Thread safe. */
public enum BlasLibrary {
  /** oneDNN: kernels made for the processor and the shape at run time; x86-64 only. */
  ONEDNN {
    @Override
    public boolean isLoaded() {
      return OneDnn.isLoaded();
    }

    @Override
    public String status() {
      return OneDnn.status();
    }

    @Override
    public Blas create() {
      return new OneDnn();
    }
  },

  /** OpenBLAS: kernels for every common processor. */
  OPENBLAS {
    @Override
    public boolean isLoaded() {
      return OpenBlas.isLoaded();
    }

    @Override
    public String status() {
      return OpenBlas.status();
    }

    @Override
    public Blas create() {
      return new OpenBlas();
    }
  },

  /** Plain Java; works everywhere. */
  JAVA {
    @Override
    public boolean isLoaded() {
      return true;
    }

    @Override
    public String status() {
      return "java";
    }

    @Override
    public Blas create() {
      return new JavaBlas();
    }
  };

  /** Whether it works on this machine; loads it at the first call. */
  public abstract boolean isLoaded();

  /** What was loaded, or in one line why it could not be and what to do about it. */
  public abstract String status();

  /**
   * A new instance, for one thread.
   *
   * @throws IllegalStateException if it is not loaded
   */
  public abstract Blas create();

  /** Short name for reports and for the property {@code kula.blas}. */
  public String notation() {
    return name().toLowerCase(Locale.ROOT);
  }
}
