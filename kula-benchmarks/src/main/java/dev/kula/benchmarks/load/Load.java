package dev.kula.benchmarks.load;

import dev.kula.KulaException;
import dev.kula.app.Kula;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code load}: a live fleet of many devices on this machine, and what it costs. */
@Command(
    name = "load",
    description = {
      "Runs a live fleet of many devices on this machine and says what it costs: the orchestrator"
          + " as its own process, devices over loopback with a certificate each.",
      "Averaging alone: softmax on 8 features, 24 rows a device, no swaps, no noise."
    },
    mixinStandardHelpOptions = true)
public final class Load implements Callable<Integer> {
  private static final Pattern LISTENING = Pattern.compile("kula: listening on [0-9.]+:(\\d+),.*");
  private static final Duration START = Duration.ofMinutes(2);
  private static final String GATHERING = "10m";

  /** Of the machine's memory, in percent, for the heap of the orchestrator. */
  private static final double ORCHESTRATOR_MEMORY = 25;

  /** And for those of all processes of devices together. */
  private static final double DEVICES_MEMORY = 30;

  /** In memory where the system has that, so that what is measured is not the disk. */
  private static final Path MEMORY = Path.of("/dev/shm");

  private final PrintStream out;

  @Option(names = "--devices", paramLabel = "N", description = "How many; ${DEFAULT-VALUE}.")
  private int devices = 2000;

  @Option(names = "--rounds", paramLabel = "R", description = "How many; ${DEFAULT-VALUE}.")
  private int rounds = 500;

  @Option(
      names = "--per-process",
      paramLabel = "K",
      description = "Devices in a process at the most; ${DEFAULT-VALUE}.")
  private int perProcess = 500;

  @Option(
      names = "--commands",
      description = "Let each device be a process of its own, the real kula device.")
  private boolean commands;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "End after so many minutes of rounds, however many there were.")
  private double minutes = Duration.ofDays(1).toMinutes();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where a directory for all files is made and removed; by default in memory.")
  private Path directory =
      Files.isDirectory(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));

  @Option(names = "--out", paramLabel = "FILE.md", description = "Where the tables go, too.")
  private @Nullable Path table;

  @Parameters(
      paramLabel = "FLAG VALUE",
      description = "More flags of the run, after --, such as --model mlp:64.")
  private List<String> more = new ArrayList<>();

  Load(PrintStream out) {
    this.out = out;
  }

  /** Ends the process with exit code 0, 2 for the user's mistake, or 1 for anything else. */
  public static void main(String[] arguments) {
    System.exit(new Load(System.out).run(arguments));
  }

  /** Runs a command line; the exit code. */
  int run(String... arguments) {
    CommandLine command = new CommandLine(this);
    command.setExecutionExceptionHandler(
        (thrown, failed, parsed) -> {
          if (thrown instanceof KulaException known) {
            out.println(known.getMessage());
            return known.blame() == KulaException.Blame.USER ? 2 : 1;
          }
          throw thrown;
        });
    return command.execute(arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (devices < 1 || rounds < 1 || perProcess < 1 || more.size() % 2 != 0) {
      throw KulaException.user(
          "--devices is %d, --rounds %d, --per-process %d, must be 1 or more, and flags have values"
              .formatted(devices, rounds, perProcess));
    }
    Path made = Files.createTempDirectory(directory, "kula-load");
    try {
      out.printf("load: making %d certificates in %s%n", devices, made);
      String markdown = measured(Ground.make(made, devices)).markdown();
      out.print("\n" + markdown);
      if (table != null) {
        Files.writeString(table, markdown);
      }
      return 0;
    } finally {
      delete(made);
    }
  }

  private LoadTable measured(Ground ground) throws IOException, InterruptedException {
    List<Child> processes = new ArrayList<>();
    try (Child orchestrator = orchestrator(ground)) {
      int port = Integer.parseInt(orchestrator.await(LISTENING, START).group(1));
      long start = System.nanoTime();
      processes.addAll(commands ? commands(ground, port) : processes(ground, port));
      Pattern here = Pattern.compile("kula: %1$d of %1$d devices are here".formatted(devices));
      orchestrator.await(here, Duration.ofMinutes(11)); // it gives up before
      double connected = (System.nanoTime() - start) / 1e9;
      out.printf(Locale.ROOT, "load: all connected after %.1f s%n", connected);
      Watch watch =
          new Watch(orchestrator, processes, ground.run().resolve("rounds.jsonl"), rounds);
      List<Watch.Moment> moments = watch.follow(Duration.ofMillis(Math.round(minutes * 60_000)));
      List<Double> seconds = watch.seconds();
      if (!orchestrator.isAlive()) {
        if (orchestrator.exit() != 0) {
          throw orchestrator.failed("failed");
        }
        for (Child process : processes) {
          process.end();
        }
      }
      String what =
          "%d devices in %d processes%s"
              .formatted(devices, processes.size(), commands ? ", kula device each" : "");
      return new LoadTable(what, devices, rounds, connected, seconds, moments);
    } finally {
      processes.forEach(Child::close);
    }
  }

  private Child orchestrator(Ground ground) {
    Map<String, String> flags = new LinkedHashMap<>();
    flags.put("--model", "softmax");
    flags.put("--local-epochs", "1");
    flags.put("--lr", "0.001"); // so that 500 rounds go by before it has converged
    flags.put("--personalization", "none");
    flags.put("--groups", "none");
    flags.put("--policy", "none");
    flags.put("--protect", "none");
    flags.put("--epsilon", "inf");
    for (int i = 0; i < more.size(); i += 2) {
      flags.put(more.get(i), more.get(i + 1));
    }
    List<String> words =
        new ArrayList<>(
            List.of(
                "orchestrate",
                "--listen",
                Ground.HOST + ":0",
                "--authority",
                ground.authority().toString(),
                "--identity",
                ground.orchestrator().toString(),
                "--members",
                ground.members().toString(),
                "--data",
                "csv:" + ground.example(),
                "--out",
                ground.run().toString(),
                "--gather",
                GATHERING,
                "--rounds",
                Integer.toString(rounds)));
    flags.forEach((flag, value) -> words.addAll(List.of(flag, value)));
    return Child.start("the orchestrator", Child.asKula(ORCHESTRATOR_MEMORY), Kula.class, words);
  }

  private List<Child> processes(Ground ground, int port) {
    List<Child> processes = new ArrayList<>();
    for (int from = 0; from < devices; from += perProcess) {
      int to = Math.min(devices, from + perProcess);
      processes.add(
          Child.start(
              "the process of devices %d to %d".formatted(from, to - 1),
              Child.asKula(DEVICES_MEMORY * Math.min(perProcess, devices) / devices),
              DeviceProcess.class,
              List.of(
                  ground.directory().toString(),
                  Integer.toString(port),
                  Integer.toString(from),
                  Integer.toString(to))));
    }
    return processes;
  }

  private List<Child> commands(Ground ground, int port) throws IOException {
    List<Child> processes = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      String name = Ground.device(i);
      processes.add(
          Child.start(
              "the device " + name,
              Child.asKula(DEVICES_MEMORY / devices),
              Kula.class,
              List.of(
                  "device",
                  "--server",
                  Ground.HOST + ":" + port,
                  "--authority",
                  ground.authority().toString(),
                  "--identity",
                  ground.identity(name).toString(),
                  "--data",
                  "csv:" + ground.table(i),
                  "--out",
                  ground.directory().resolve("at-" + name).toString())));
    }
    return processes;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
