package dev.kula.app;

/** A heading in the help, with the flags that stand under it. */
enum Section {
  DATA("Data"),
  TRAINING("Model and training"),
  SWAPS("Personal models and swaps"),
  PRIVACY("Privacy"),
  RUN("Run and results");

  private final String heading;

  Section(String heading) {
    this.heading = heading;
  }

  String heading() {
    return heading;
  }
}
