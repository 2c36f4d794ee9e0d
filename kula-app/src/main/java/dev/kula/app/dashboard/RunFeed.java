package dev.kula.app.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kula.KulaException;
import dev.kula.app.advice.Advice;
import dev.kula.round.RunSummary;
import dev.kula.store.LoggedEvent;
import dev.kula.store.RunFollower;
import dev.kula.store.RunReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A run as pages see it: what its directory says now, and what of it is new to a page that knows
 * how far it was told. Files are read when a page asks; with nobody there, nothing is.
 *
 * <p>Thread safe.
 */
public final class RunFeed {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  /** After which a broken file is looked at again. */
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  private static final String CONFIGURATION = "configuration.json";

  private final Path path;
  private final RunReader run;
  private final RunFollower follower;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<List<Object>, TrackView> tracks = new LinkedHashMap<>();
  private final ObjectNode configuration;
  private List<String> labels;
  private @Nullable RunSummary summary;
  private @Nullable ObjectNode advice;
  private String trouble = "";

  /** Which telling of the run changes are numbered in; another one where all is told anew. */
  private String epoch = newEpoch();

  private long version;
  private long changedNanos = System.nanoTime();

  private RunFeed(Path path) {
    this.path = path;
    this.run = RunReader.of(path);
    this.configuration = object(path.resolve(CONFIGURATION));
    this.labels = labels(configuration.path("labels"));
    configuration.remove("labels");
    this.follower =
        RunFollower.of(
            path,
            round -> track(round.method(), round.seed()).add(round, version),
            this::add,
            this::forget);
  }

  /**
   * The run in {@code path}.
   *
   * @throws KulaException USER if there is none
   */
  public static RunFeed of(Path path) {
    return new RunFeed(path);
  }

  /**
   * What a page is told.
   *
   * @param id by which the page says that it has been told so far; empty if more is to come
   * @param json an object
   */
  public record Message(String id, String json) {}

  /** The name of the run's directory. */
  public String name() {
    Path last = path.toAbsolutePath().normalize().getFileName();
    return last == null ? path.toString() : last.toString();
  }

  /** Whether the run has ended and all of it has been read. */
  public boolean hasEnded() {
    lock.lock();
    try {
      return summary != null && (advice != null || !isAdvised());
    } finally {
      lock.unlock();
    }
  }

  /**
   * What is new to a page, in parts that it can take in one after the other.
   *
   * @param told the last id that the page was given; empty if none. One of another telling of the
   *     run makes the first message say {@code "anew":true}
   * @param track number of the method and seed that the page shows; below 0 for the newest, of a
   *     run that has ended the newest of whose devices there are figures
   * @return empty if nothing is new
   */
  public List<Message> since(String told, int track) {
    lock.lock();
    try {
      read();
      List<TrackView> all = List.copyOf(tracks.values());
      int shown = track >= 0 && track < all.size() ? track : newest(all);
      String place = epoch + "-" + shown + "-" + all.size() + "-";
      long since = since(told, place);
      String id = place + version;
      if (told.equals(id)) {
        return List.of();
      }
      List<String> parts = new ArrayList<>();
      ObjectNode head = head(all, shown);
      head.put("anew", since == 0);
      parts.add(head.toString());
      for (int i = 0; i < all.size(); i++) {
        int number = i;
        all.get(i).tell(since, i != shown, part -> parts.add(part.put("track", number).toString()));
      }
      List<Message> messages = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        messages.add(new Message(i == parts.size() - 1 ? id : "", parts.get(i)));
      }
      return messages;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What the lease of an order is taken back by.
   *
   * @param track number of the method and seed
   * @return empty if there is no such order among those that pages are told of one by one, or it is
   *     neither open nor was let in, or its lease has been taken back
   */
  public Optional<RunControl.Asked> revocation(int track, long order) {
    lock.lock();
    try {
      read();
      List<TrackView> all = List.copyOf(tracks.values());
      return track >= 0 && track < all.size() ? all.get(track).revocation(order) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private static int newest(List<TrackView> all) {
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).isExact()) {
        return i;
      }
    }
    return all.size() - 1;
  }

  /** Nothing of an id that another telling gave, or that nobody did. */
  private static long since(String told, String place) {
    String number = told.startsWith(place) ? told.substring(place.length()) : "";
    return NUMBER.matcher(number).matches() ? Long.parseLong(number) : 0;
  }

  private void read() {
    long now = System.nanoTime();
    if (!trouble.isEmpty() && now - changedNanos < PATIENCE_NANOS) {
      return;
    }
    version++;
    String before = trouble;
    boolean changed = false;
    try {
      boolean ends = summary == null && run.hasSummary(); // with it, all lines are there
      changed = follower.follow();
      trouble = "";
      if (ends) {
        end(run.summary());
        changed = true;
      }
      Path file = path.resolve(Advice.FILE_NAME);
      if (summary != null && advice == null && Files.exists(file)) {
        advice = object(file).put("notPrivate", Advice.NOT_PRIVATE);
        advice.remove("devices"); // of thousands, it would be a megabyte each time
        changed = true;
      }
    } catch (KulaException broken) {
      trouble = String.valueOf(broken.getMessage());
    }
    if (changed || !trouble.equals(before)) {
      changedNanos = now;
    } else {
      version--;
    }
  }

  private void end(RunSummary last) {
    summary = last;
    labels = last.data().labels();
    for (RunSummary.MethodSummary method : last.methods()) {
      tracks.values().stream()
          .filter(track -> track.is(method))
          .forEach(track -> track.end(method, version));
    }
  }

  private void forget() {
    tracks.clear();
    summary = null;
    advice = null;
    epoch = newEpoch();
  }

  private void add(LoggedEvent event) {
    track(event.method(), event.seed()).add(event.event(), labels, version);
  }

  private TrackView track(String method, long seed) {
    return tracks.computeIfAbsent(List.of(method, seed), key -> new TrackView(method, seed));
  }

  private ObjectNode head(List<TrackView> all, int shown) {
    ObjectNode head = JsonNodeFactory.instance.objectNode();
    head.put("name", name()).put("shown", shown);
    ArrayNode list = head.putArray("tracks");
    all.forEach(track -> list.add(track.named()));
    head.set("configuration", configuration);
    ArrayNode names = head.putArray("labels");
    labels.forEach(names::add);
    head.put("ended", summary != null).put("trouble", trouble);
    head.put("quietSeconds", (System.nanoTime() - changedNanos) / 1_000_000_000);
    if (summary != null) {
      head.put("task", summary.data().task()).put("elsewhere", summary.data().elsewhere());
      head.put("targetAccuracy", summary.targetAccuracy());
    }
    if (advice != null) {
      head.set("advice", advice);
    }
    return head;
  }

  /** Whether advice comes after the last run has ended. */
  private boolean isAdvised() {
    return configuration.path("command").asText().equals("advise");
  }

  private static ObjectNode object(Path file) {
    try {
      JsonNode tree = Files.exists(file) ? MAPPER.readTree(file.toFile()) : null;
      return tree instanceof ObjectNode object ? object : MAPPER.createObjectNode();
    } catch (IOException e) {
      throw KulaException.user(
          "'%s' cannot be read: %s; restore it".formatted(file, e.getMessage()), e);
    }
  }

  private static List<String> labels(JsonNode names) {
    List<String> labels = new ArrayList<>();
    names.forEach(name -> labels.add(name.asText()));
    return labels;
  }

  private static String newEpoch() {
    return Long.toHexString(new SecureRandom().nextLong());
  }
}
