package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.data.Exchange;
import dev.kula.device.PointerEvent;
import dev.kula.device.PointerEvent.What;
import dev.kula.store.SqlitePointerTrail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kula audit-trail}: what became of a device's pointers. */
@Command(
    name = "audit-trail",
    mixinStandardHelpOptions = true,
    description = "Shows a device's owner every pointer that it granted or used.",
    footer = {
      "",
      "Granted, used and refused are of the device's own samples; offered, asked, received and"
          + " denied of others'; revoked is of either.",
      "",
      "Examples:",
      "  kula audit-trail runs/device-03",
      "  kula audit-trail runs/device-03 --peer device-07"
    })
final class AuditTrailCommand implements Callable<Integer> {
  private static final int BLOCK_DIGITS = 8;

  private final Terminal terminal;

  @Parameters(paramLabel = "DIRECTORY", description = "Of the device, as its --out was.")
  private Path directory = Path.of("");

  @Option(names = "--peer", paramLabel = "NAME", description = "Only what had to do with this one.")
  private @Nullable String peer;

  AuditTrailCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Path file = directory.resolve(OwnAttendance.POINTERS);
    if (!Files.isRegularFile(file)) {
      throw KulaException.user(
          "'%s' is not there, must be the trail of a device with data of its own; name the directory that its --out named"
              .formatted(file));
    }
    List<SqlitePointerTrail.Entry> entries;
    try (SqlitePointerTrail trail = SqlitePointerTrail.open(file, InstantSource.system())) {
      entries =
          trail.entries().stream()
              .filter(entry -> peer == null || entry.event().peer().name().equals(peer))
              .toList();
    }
    terminal.result(
        () -> new Document.Trail(entries.stream().map(Document.Pointer::of).toList()),
        () -> text(entries));
    return Kula.DONE;
  }

  private String text(List<SqlitePointerTrail.Entry> entries) {
    if (entries.isEmpty()) {
      return "No pointer was granted or used.\n";
    }
    Grid grid =
        new Grid(
            "Pointers of " + directory,
            List.of(
                "recorded",
                "run",
                "order",
                "what",
                "peer",
                "exchange",
                "block",
                "samples",
                "detail"),
            entries.stream().map(AuditTrailCommand::row).toList());
    return "%s\n%s\n".formatted(grid.text(), counts(entries));
  }

  private static List<String> row(SqlitePointerTrail.Entry entry) {
    PointerEvent event = entry.event();
    return List.of(
        entry.recorded().toString(),
        entry.run(),
        Long.toString(event.order()),
        word(event.what()),
        event.peer().name(),
        event.exchange().map(Exchange::name).orElse("–").toLowerCase(Locale.ROOT),
        event.block().map(block -> block.substring(0, BLOCK_DIGITS)).orElse("–"),
        event.samples() == 0 ? "–" : Integer.toString(event.samples()),
        event.detail());
  }

  private static String word(What what) {
    return what.name().toLowerCase(Locale.ROOT);
  }

  private static String counts(List<SqlitePointerTrail.Entry> entries) {
    Map<What, Integer> counts = new EnumMap<>(What.class);
    entries.forEach(entry -> counts.merge(entry.event().what(), 1, Integer::sum));
    return counts.entrySet().stream()
        .map(entry -> "%s %d".formatted(word(entry.getKey()), entry.getValue()))
        .collect(Collectors.joining(", "));
  }
}
