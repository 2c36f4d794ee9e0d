package dev.kula.data;

import dev.kula.data.DataDescription.DeviceLabels;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** Writes a {@link DataDescription} for a terminal of 80 columns or more. For one thread. */
final class DataPage {
  private static final int MOST_ROWS = 60;
  private static final int MOST_COLUMNS = 20;
  private static final int NAME_WIDTH = 24;
  private static final String[] SHADES = {"  ", "░░", "▒▒", "▓▓", "██"};

  /**
   * Upper ends of the shares that the shades but the last stand for; an empty cell is exactly 0.
   */
  private static final double[] SHARES = {0, 0.10, 0.25, 0.50};

  /** From dark to light blue in the palette of 256 colours, as the shades. */
  private static final int[] COLOURS = {0, 24, 31, 38, 51};

  private final DataDescription data;
  private final boolean colour;
  private final StringBuilder page = new StringBuilder();
  private final Formatter out = new Formatter(page, Locale.ROOT);

  DataPage(DataDescription data, boolean colour) {
    this.data = data;
    this.colour = colour;
  }

  String render() {
    out.format("data        %s\n", data.name());
    out.format(
        "samples     %,d of %,d features: %,d training, %,d test, %,d base\n",
        data.samples(),
        data.features(),
        data.trainingSamples(),
        data.testSamples(),
        data.baseSamples());
    out.format(
        "%s %d\n", data.classification() ? "classes    " : "bins       ", data.labels().size());
    out.format(
        "devices     %,d, with %,d / %,d / %,d samples (fewest / median / most)\n",
        data.devices().size(), data.fewest(), data.median(), data.most());
    out.format(
        "label skew  %.3f (mean total variation distance to the fleet; 0 alike, 1 disjoint)\n",
        data.labelSkew());
    page.append('\n');
    heatMap();
    legend();
    return page.toString();
  }

  private void heatMap() {
    int columns = Math.min(MOST_COLUMNS, data.labels().size());
    List<DeviceLabels> shown =
        data.devices().subList(0, Math.min(MOST_ROWS, data.devices().size()));
    int width = "device".length();
    for (DeviceLabels device : shown) {
      width = Math.max(width, clipped(device.device()).length());
    }
    page.append(padded("device", width)).append("  samples ");
    for (int label = 0; label < columns; label++) {
      out.format(" %2d", label);
    }
    page.append('\n');
    for (DeviceLabels device : shown) {
      int samples = device.samples();
      page.append(padded(clipped(device.device()), width));
      out.format("  %7d ", samples);
      for (int label = 0; label < columns; label++) {
        page.append(' ').append(cell(shade(device.counts()[label], samples)));
      }
      page.append('\n');
    }
    if (data.devices().size() > MOST_ROWS) {
      out.format("... and %,d more devices\n", data.devices().size() - MOST_ROWS);
    }
  }

  private void legend() {
    page.append('\n');
    int columns = Math.min(MOST_COLUMNS, data.labels().size());
    for (int label = 0; label < columns; label++) {
      long total = 0;
      for (DeviceLabels device : data.devices()) {
        total += device.counts()[label];
      }
      out.format(
          "%2d  %s %,9d\n", label, padded(clipped(data.labels().get(label)), NAME_WIDTH), total);
    }
    if (data.labels().size() > columns) {
      out.format("... and %,d more labels\n", data.labels().size() - columns);
    }
    page.append("share of a device's samples: ");
    String[] meanings = {"none", "to 10 %", "to 25 %", "to 50 %", "more"};
    for (int shade = 1; shade < SHADES.length; shade++) {
      page.append(cell(shade)).append(' ').append(meanings[shade]);
      page.append(shade == SHADES.length - 1 ? "\n" : ", ");
    }
  }

  private static int shade(int count, int samples) {
    double share = samples == 0 ? 0 : (double) count / samples;
    int shade = 0;
    while (shade < SHARES.length && share > SHARES[shade]) {
      shade++;
    }
    return shade;
  }

  private String cell(int shade) {
    return colour && shade > 0
        ? "\u001b[38;5;" + COLOURS[shade] + "m" + SHADES[shade] + "\u001b[0m"
        : SHADES[shade];
  }

  /** Short enough, and without characters that would move the cursor. */
  private static String clipped(String name) {
    String printable = name.replaceAll("\\p{Cntrl}", "?");
    return printable.length() <= NAME_WIDTH
        ? printable
        : printable.substring(0, NAME_WIDTH - 1) + "…";
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
