package dev.kula.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A mistake, from the command line to the exit code: one line, and nothing left behind. */
final class BadInputTest {
  /** Stands for the directory of the files in arguments and in messages. */
  private static final String HERE = "@";

  @TempDir static Path directory;

  /**
   * A mistake and what must be said of it.
   *
   * @param what is wrong
   * @param arguments of {@code kula simulate}, with {@code @} for the directory of the files
   * @param words that the line must hold, in this order
   */
  record Mistake(String what, String arguments, String... words) {
    @Override
    public String toString() {
      return what;
    }
  }

  @BeforeAll
  static void writeFiles() throws IOException {
    List<String> good = SmallData.classes(4, 30);
    write("good.csv", good);
    write("text.csv", changed(good, 7, "d2,1,cold,0.1,x"));
    write("nan.csv", changed(good, 7, "d2,1,NaN,0.1,x"));
    write("empty-field.csv", changed(good, 7, "d2,1,,0.1,x"));
    write("short-row.csv", changed(good, 7, "d2,1,0.1,x"));
    write("bad-time.csv", changed(good, 7, "d2,soon,0.1,0.1,x"));
    write("tiny-device.csv", plus(good, "lone,1,0,0,x", "lone,2,0,0,x", "lone,3,0,0,y"));
    write("one-class.csv", good.stream().map(line -> line.replaceFirst(",[v-z]$", ",x")).toList());
    write("late-label.csv", plus(good, "d0,97,0,0,u", "d0,98,0,0,u", "d0,99,0,0,u"));
    write("timeless.csv", good.stream().map(line -> line.replaceFirst(",[^,]*", "")).toList());
    write("header.csv", List.of(SmallData.HEADER));
    write("empty.csv", List.of());
    write("semicolons.csv", good.stream().map(line -> line.replace(',', ';')).toList());
    write("flat.csv", good.stream().map(line -> line.replaceFirst(",[v-z]$", ",1.5")).toList());
    List<String> numbers = new ArrayList<>(List.of(good.getFirst()));
    for (int i = 1; i < good.size(); i++) {
      numbers.add(good.get(i).replaceFirst(",[v-z]$", "," + i % 11 + ".5"));
    }
    write("regression.csv", numbers);
    Files.write(directory.resolve("latin1.csv"), new byte[] {'a', ',', 'b', '\n', (byte) 0xe9});
    byte[] zipped = SmallData.gzip(String.join("\n", good).getBytes(StandardCharsets.UTF_8));
    Files.write(directory.resolve("cut.csv.gz"), Arrays.copyOf(zipped, zipped.length / 2));

    SmallData.idx(directory.resolve("idx"), 40);
    Path magic = SmallData.idx(directory.resolve("wrong-magic"), 40);
    Files.writeString(magic.resolve("train-labels-idx1-ubyte"), "P5 8 8 255 and so on");
    Path swapped = SmallData.idx(directory.resolve("swapped"), 40);
    Files.copy(
        swapped.resolve("train-labels-idx1-ubyte"),
        swapped.resolve("train-images-idx3-ubyte"),
        StandardCopyOption.REPLACE_EXISTING);
    Path cut = SmallData.idx(directory.resolve("cut"), 40);
    Path images = cut.resolve("t10k-images-idx3-ubyte");
    byte[] whole = SmallData.gzip(Files.readAllBytes(images));
    Files.write(cut.resolve("t10k-images-idx3-ubyte.gz"), Arrays.copyOf(whole, whole.length / 2));
    Files.delete(images);
    Path lacking = SmallData.idx(directory.resolve("lacking"), 40);
    Files.delete(lacking.resolve("t10k-labels-idx1-ubyte"));
    Path more = SmallData.idx(directory.resolve("more"), 40);
    Files.copy(
        SmallData.idx(directory.resolve("other"), 41).resolve("train-labels-idx1-ubyte"),
        more.resolve("train-labels-idx1-ubyte"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.createDirectory(directory.resolve("nothing"));
    Files.writeString(directory.resolve("file"), "");
  }

  static Stream<Mistake> data() {
    return Stream.of(
        new Mistake(
            "missing file", "--data csv:@/none.csv", "@/none.csv", "does not exist", "name"),
        new Mistake("missing directory", "--data idx:@/none", "@/none", "does not exist", "name"),
        new Mistake("a directory as file", "--data csv:@/idx", "@/idx", "is not a file", "name"),
        new Mistake(
            "missing folder", "--data folder:@/none", "folder '@/none' does not exist", "name a"),
        new Mistake(
            "a folder without tables",
            "--data folder:@/nothing",
            "has no file that ends in .csv",
            "must have one for each device; add"),
        new Mistake(
            "missing LEAF", "--data leaf:@/none", "@/none' does not exist", "; name a JSON"),
        new Mistake(
            "LEAF that is none", "--data leaf:@/good.csv", "good.csv' at $ is", "; correct it"),
        new Mistake(
            "no DuckDB",
            "--data parquet:@/a.parquet",
            "needs DuckDB, which is not on the class path",
            "; start Kula with KULA_DUCKDB=1 ./kula"),
        new Mistake("a file as directory", "--data idx:@/file", "is not a directory", "name"),
        new Mistake("no file name", "--data csv:", "--data is 'csv:', must be", "csv:FILE, "),
        new Mistake("unknown data", "--data mnist", "--data is 'mnist', must be", "; try"),
        new Mistake(
            "wrong magic",
            "--data idx:@/wrong-magic",
            "train-labels-idx1-ubyte' starts with 0x50352038",
            "must start with 0x00000801",
            "; check"),
        new Mistake(
            "labels where images should be",
            "--data idx:@/swapped",
            "train-images-idx3-ubyte' starts with 0x00000801",
            "must start with 0x00000803"),
        new Mistake(
            "truncated gzip of images",
            "--data idx:@/cut",
            "t10k-images-idx3-ubyte.gz' ends too early, must be whole; download it again"),
        new Mistake(
            "missing IDX file",
            "--data idx:@/lacking",
            "t10k-labels-idx1-ubyte",
            "must hold",
            "add"),
        new Mistake(
            "fewer images than labels",
            "--data idx:@/more",
            "40 images",
            "41 labels, must be as many; download"),
        new Mistake(
            "truncated gzip", "--data csv:@/cut.csv.gz", "ends too early, must be whole; copy it"),
        new Mistake(
            "text in a number column",
            "--data csv:@/text.csv",
            "'@/text.csv' line 8, column 'a' is 'cold', must be a number; correct"),
        new Mistake(
            "NaN",
            "--data csv:@/nan.csv",
            "'@/nan.csv' line 8, column 'a' is 'NaN', must be a finite number; fill it in"),
        new Mistake(
            "missing value",
            "--data csv:@/empty-field.csv",
            "line 8, column 'a' is empty, must be a number; fill it in"),
        new Mistake(
            "missing field",
            "--data csv:@/short-row.csv",
            "line 8 has 4 values, must have 5",
            "; add or remove"),
        new Mistake(
            "time that is none",
            "--data csv:@/bad-time.csv",
            "line 8, column 'time' is 'soon', must be a number"),
        new Mistake("empty file", "--data csv:@/empty.csv", "is empty, must start with a header;"),
        new Mistake("header alone", "--data csv:@/header.csv", "no rows, must have some; name"),
        new Mistake(
            "semicolons", "--data csv:@/semicolons.csv", "line 1 is one column", "commas; convert"),
        new Mistake(
            "not UTF-8",
            "--data csv:@/latin1.csv --label-column b",
            "bytes that are not UTF-8; convert it to UTF-8"),
        new Mistake(
            "no such label column",
            "--data csv:@/good.csv --label-column species",
            "label column 'species' is not in",
            "device, time, a, b, label; name one of them with --label-column"),
        new Mistake(
            "text as regression target",
            "--data csv:@/good.csv --task regression",
            "line 2, column 'label' is '",
            "must be a number; correct the value",
            "--task classification"),
        new Mistake(
            "constant regression target",
            "--data csv:@/flat.csv --task regression --devices 4",
            "are all 1.5, must differ; use another label column"),
        new Mistake(
            "images as regression",
            "--task regression",
            "task is 'regression', but the labels of"));
  }

  static Stream<Mistake> fleets() {
    return Stream.of(
        new Mistake(
            "device with fewer than 4 samples",
            "--data csv:@/tiny-device.csv --partition natural",
            "device 'lone' has 3 samples, must have at least 4; remove it"),
        new Mistake(
            "one class only",
            "--data csv:@/one-class.csv --partition natural",
            "column 'label' has one class only, 'x'; a classification needs at least two"),
        new Mistake(
            "labels absent from training",
            "--data csv:@/late-label.csv --partition natural --split time:0.75",
            "label 'u' is in the test rows of device 'd0' but in no training row",
            "must be trained; remove its rows or change --split"),
        new Mistake("no devices", "--devices 0", "--devices is '0', must be a whole number from 1"),
        new Mistake(
            "more devices than samples",
            "--data csv:@/good.csv --devices 1000",
            "devices is 1000, must be from 1 to 29",
            "change --devices"),
        new Mistake(
            "alpha 0",
            "--partition dirichlet:0",
            "--partition is 'dirichlet:0', must be",
            "ALPHA above 0",
            "; try --partition dirichlet:0.1"),
        new Mistake(
            "alpha below 0", "--partition quantity:-1", "--partition is 'quantity:-1', must be"),
        new Mistake(
            "alpha too small to draw",
            "--partition dirichlet:0.0000001",
            "partition is 'dirichlet:0.0000001', ALPHA must be a number from 0.001",
            "; try"),
        new Mistake(
            "more classes a device than there are",
            "--partition classes:11",
            "'classes:11', K must be from 1 to 10",
            "; lower K"),
        new Mistake(
            "images by device",
            "--partition natural",
            "partition is 'natural', which needs a device for each row",
            "; name the column with --device-column"),
        new Mistake(
            "recent without time",
            "--data csv:@/timeless.csv --partition natural --target recent",
            "target is 'recent', which needs a time for each row",
            "; name the column with --time-column"),
        new Mistake(
            "recent without a split by time",
            "--data csv:@/good.csv --partition natural --target recent",
            "target is 'recent', which needs test rows later than training rows",
            "; use --split time:0.75"),
        new Mistake(
            "split by time without time",
            "--data csv:@/timeless.csv --split time:0.75",
            "split is 'time:0.75', which needs a time for each row",
            "; name the column with --time-column"));
  }

  static Stream<Mistake> methods() {
    return Stream.of(
        new Mistake(
            "cnn on a table",
            "--data csv:@/good.csv --partition natural --model cnn",
            "model is 'cnn', but a sample is 1×1×2",
            "needs images of at least 4×4, take softmax or mlp:200"),
        new Mistake(
            "a TorchScript model without the engine for it",
            "--model torchscript:@/model.pt",
            "model is 'torchscript:@/model.pt', which needs the PyTorch engine",
            "not loaded; start with KULA_TORCH=1 ./kula"),
        new Mistake(
            "a TorchScript model without a file",
            "--model torchscript:",
            "--model is 'torchscript:', must be",
            "torchscript:FILE",
            "; try --model"),
        new Mistake(
            "budget over 1",
            "--swap-budget 1.5",
            "--swap-budget is '1.5', must be a number from 0 to 1; try"),
        new Mistake(
            "epsilon 0", "--epsilon 0", "--epsilon is '0', must be a number above 0", "; try"),
        new Mistake("epsilon below 0", "--epsilon -3", "--epsilon is '-3', must be", "; try"),
        new Mistake("epsilon NaN", "--epsilon nan", "--epsilon is 'nan', must be", "; try"),
        new Mistake(
            "more attackers than a rule stands",
            "--data csv:@/good.csv --devices 4 --robust median --attack sign-flip --attackers 0.5",
            "rule 'median' has a cohort of 4, must be at least 2f + 1 = 5",
            "; take more devices a round"),
        new Mistake(
            "nobody honest",
            "--data csv:@/good.csv --devices 4 --attack sign-flip --attackers 1",
            "--attackers is '1', must leave at least one of 4 devices honest",
            "; lower it"),
        new Mistake(
            "a rule that sees single updates under masks",
            "--data csv:@/good.csv --devices 4 --secure-aggregation complete --robust median",
            "--robust is 'median', but --secure-aggregation hides updates in sums of 8 or more",
            "; try --robust bucketing:8:median"),
        new Mistake(
            "a sum of two",
            "--data csv:@/good.csv --devices 2 --secure-aggregation complete",
            "a sum would have 2 of a cohort of 2 devices, must have from 3 to all",
            "; use more --devices"),
        new Mistake(
            "a trusted root without base data",
            "--data csv:@/good.csv --devices 4 --base 0 --robust trusted-root",
            "--robust is 'trusted-root'",
            "--base is 0.0; try --base 0.01"),
        new Mistake(
            "a rule that is none",
            "--robust mediann",
            "--robust is 'mediann', must be none",
            "; did you mean median?"),
        new Mistake(
            "three shares of an account",
            "--privacy-shares 0.5,0.3,0.2",
            "--privacy-shares is '0.5,0.3,0.2', must be four numbers above 0, separated by commas; try"),
        new Mistake(
            "a quantile of nothing",
            "--data csv:@/good.csv --devices 4 --clip-quantile 0.5",
            "--clip-quantile is '0.5', but no sample's gradient is clipped; use --protect all"),
        new Mistake("no clip", "--clip 0", "--clip is '0', must be a number above 0; try"),
        new Mistake(
            "synthetic exchange of a regression",
            "--data csv:@/regression.csv --task regression --devices 4 --exchange synthetic",
            "--exchange is 'synthetic', must be visit",
            "for a regression"),
        new Mistake(
            "swaps that nothing would use",
            "--data csv:@/good.csv --devices 4 --policy deficit --personalization none",
            "--personalization is 'none', must be fine-tune",
            "; use --personalization fine-tune or --policy none"),
        new Mistake(
            "an own head on nothing that is shared",
            "--data csv:@/good.csv --devices 4 --policy none --model softmax --personalization fedper",
            "--personalization is 'fedper', but --model softmax is an output layer alone",
            "; use --model mlp:200"),
        new Mistake(
            "updates that cannot be noised",
            "--data csv:@/good.csv --devices 4 --policy none --protect all --personalization apfl",
            "--protect is 'all', but the updates of --personalization apfl cannot be noised",
            "; use --personalization ditto"),
        new Mistake(
            "swaps that Ditto has no use for",
            "--data csv:@/good.csv --devices 4 --policy deficit --personalization ditto",
            "--personalization is 'ditto', must be fine-tune"),
        new Mistake(
            "virtual samples for all layers",
            "--data csv:@/good.csv --devices 4 --exchange synthetic --fine-tune-scope all",
            "--fine-tune-scope is 'all', must be head for --exchange synthetic"),
        new Mistake(
            "swaps beside an oracle",
            "--data csv:@/good.csv --devices 4 --strategy pooled",
            "--policy is 'deficit', must be none with --strategy pooled"),
        new Mistake(
            "clusters beside an oracle",
            "--data csv:@/good.csv --devices 4 --policy none --strategy pooled --clusters 2",
            "--clusters is '2', must be 1 with --strategy pooled"),
        new Mistake(
            "groups beside an oracle",
            "--data csv:@/good.csv --devices 4 --policy none --strategy pooled --groups trials",
            "--groups is 'trials', must be auto or none with --strategy pooled"),
        new Mistake(
            "an oracle that nobody asks",
            "--data csv:@/good.csv --devices 4 --policy none --strategy pooled"
                + " --personalization local",
            "--personalization is 'local', must be none, fine-tune or ditto with --strategy"),
        new Mistake(
            "resume where there is nothing",
            "--resume @/none",
            "--resume '@/none' holds no run, must be",
            "; name the directory of a run"),
        new Mistake(
            "resume where there is no run",
            "--resume @/nothing",
            "--resume '@/nothing' holds no run"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"data", "fleets", "methods"})
  void aMistakeIsOneLineAndLeavesNothing(Mistake mistake) throws IOException {
    Path out = directory.resolve("run");
    List<String> arguments = new ArrayList<>(List.of("simulate"));
    arguments.addAll(List.of(here(mistake.arguments()).split(" ")));
    if (!mistake.arguments().contains("--resume")) {
      arguments.addAll(List.of("--out", out.toString()));
    }
    List<Path> before = everything();

    Shell shell = Shell.run(arguments.toArray(String[]::new));

    assertEquals(2, shell.exitCode(), shell.err());
    assertEquals("", shell.out());
    assertEquals(1, shell.err().lines().count(), shell.err());
    assertTrue(shell.err().startsWith("kula: "), shell.err());
    int from = 0;
    for (String words : mistake.words()) {
      int at = shell.err().indexOf(here(words), from);
      assertTrue(at >= 0, () -> "'%s' is not in: %s".formatted(words, shell.err()));
      from = at + here(words).length();
    }
    assertFalse(Files.exists(out), "a run directory was left behind");
    assertEquals(before, everything());
  }

  /** The same mistakes of data and fleet stop a description. */
  @ParameterizedTest(name = "{0}")
  @MethodSource({"data", "fleets"})
  void dataSaysTheSame(Mistake mistake) {
    Shell simulate = Shell.run(arguments("simulate", mistake));
    Shell data = Shell.run(arguments("data", mistake));
    assertEquals(2, data.exitCode(), data.err());
    assertEquals("", data.out());
    assertEquals(simulate.err(), data.err());
  }

  private static String[] arguments(String command, Mistake mistake) {
    String words = here(mistake.arguments());
    if (command.equals("data")) {
      words = words.replaceFirst("--data ", "");
    }
    return (command + " " + words).split(" ");
  }

  private static String here(String text) {
    return text.replace(HERE, directory.toString());
  }

  private static List<Path> everything() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted().toList();
    }
  }

  private static void write(String name, List<String> lines) {
    SmallData.write(directory.resolve(name), lines);
  }

  private static List<String> changed(List<String> lines, int index, String line) {
    List<String> changed = new ArrayList<>(lines);
    changed.set(index, line);
    return changed;
  }

  private static List<String> plus(List<String> lines, String... more) {
    return Stream.concat(lines.stream(), Arrays.stream(more)).toList();
  }
}
