package dev.kula.secagg;

/** Lets a transition succeed once. One thread at a time. */
final class Once {
  private final String what;
  private boolean spent;

  Once(String what) {
    this.what = what;
  }

  void require() {
    if (spent) {
      throw new IllegalStateException(
          what + " has been left, must be used once: go on with the state that it gave");
    }
  }

  void spend() {
    spent = true;
  }
}
