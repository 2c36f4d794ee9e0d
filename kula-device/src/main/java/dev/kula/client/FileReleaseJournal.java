package dev.kula.client;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import dev.kula.KulaException;
import dev.kula.privacy.PrivacyLedger.Charge;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.accounting.RenyiFilter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A device's releases in a file of lines of JSON, to which lines are only added: each is safe on
 * the disk before the release leaves. For devices in other applications, which an SQL database
 * would make twice as large; it does what {@code SqliteReleaseJournal} does, but that here nothing
 * but this class looks after prices staying what they were.
 *
 * <p>Contents are kept for as long as their run is the present one. <b>Not protected:</b> whoever
 * may write the file may put an older copy in its place; then what was paid since is forgotten.
 *
 * <p>Not thread safe. Belongs to one process at a time.
 */
public final class FileReleaseJournal implements ReleaseJournal, AutoCloseable {
  private static final Gson JSON =
      new GsonBuilder()
          .serializeSpecialFloatingPointValues()
          .registerTypeAdapter(float[].class, new Floats())
          .create();

  private final Path file;
  private final String run;
  private LockedFile lines;
  private final SortedMap<String, Limit> limits = new TreeMap<>();
  private final List<Paid> paid = new ArrayList<>();
  private final Set<Key> keys = new HashSet<>();
  private final Map<Release, Place> contents = new HashMap<>();
  private final SortedSet<String> withoutNoise = new TreeSet<>();
  private final Map<String, Release> refusals = new HashMap<>();

  /** Whether the file has contents of other runs. */
  private boolean hasOthers;

  /** Where a line is, which may be as long as a model, and so is not kept in memory. */
  private record Place(long from, int length) {}

  /** One line; all but one of its parts are left out. */
  private record Line(
      @Nullable Limit limit,
      @Nullable Paid paid,
      @Nullable String withoutNoise,
      @Nullable Refused refused) {
    /** Whether it says one thing. */
    boolean isSound() {
      int said = 0;
      for (Object part : new Object[] {limit, paid, withoutNoise, refused}) {
        said += part == null ? 0 : 1;
      }
      return said == 1;
    }
  }

  /** Limit of a run, at whose order its prices hold. */
  private record Limit(String run, int order, double delta) {
    Limit {
      Objects.requireNonNull(run, "run");
    }
  }

  private record Paid(String run, Release release, double rho, @Nullable JsonElement content) {
    Paid {
      Objects.requireNonNull(run, "run");
      Objects.requireNonNull(release, "release");
    }

    Paid withoutContent() {
      return new Paid(run, release, rho, null);
    }
  }

  private record Refused(String run, Release release) {
    Refused {
      Objects.requireNonNull(run, "run");
      Objects.requireNonNull(release, "release");
    }
  }

  private record Key(String run, Release release) {}

  /** Four bytes a number, little endian, in Base64. */
  private static final class Floats extends TypeAdapter<float[]> {
    @Override
    public void write(JsonWriter out, float[] values) throws IOException {
      byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
      buffer(bytes).asFloatBuffer().put(values);
      out.value(Base64.getEncoder().encodeToString(bytes));
    }

    @Override
    public float[] read(JsonReader in) throws IOException {
      try {
        byte[] bytes = Base64.getDecoder().decode(in.nextString());
        float[] values = new float[bytes.length / Float.BYTES];
        buffer(bytes).asFloatBuffer().get(values);
        return values;
      } catch (IllegalArgumentException noNumbers) {
        throw new JsonParseException(noNumbers);
      }
    }

    private static ByteBuffer buffer(byte[] bytes) {
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private FileReleaseJournal(Path file, String run, LockedFile lines) {
    this.file = file;
    this.run = run;
    this.lines = lines;
  }

  /**
   * Opens the journal in {@code file}, and makes an empty one if there is none.
   *
   * @param run to which what is released now belongs; with its first release, contents of other
   *     runs are dropped
   * @param filter limit of this run
   * @throws KulaException USER if it is no journal, damaged, or open in another process; RESOURCE
   *     if it cannot be read or written
   */
  public static FileReleaseJournal open(Path file, String run, RenyiFilter filter) {
    FileReleaseJournal journal = new FileReleaseJournal(file, run, LockedFile.open(file));
    try {
      journal.read();
      journal.begin(filter);
      return journal;
    } catch (RuntimeException failure) {
      journal.close();
      throw failure;
    }
  }

  /** Takes in all whole lines; what a crash left of one was never released. */
  private void read() {
    InputStream stream = lines.stream();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long start = 0;
    try {
      for (int next = stream.read(); next >= 0; next = stream.read()) {
        if (next == '\n') {
          take(line.toString(StandardCharsets.UTF_8), new Place(start, line.size()));
          start += line.size() + 1;
          line.reset();
        } else {
          line.write(next);
        }
      }
    } catch (IOException e) {
      throw LockedFile.broken(file, e);
    }
    lines.cut(start);
  }

  private void take(String text, Place place) {
    Line line;
    try {
      line = JSON.fromJson(text, Line.class);
    } catch (RuntimeException noLine) { // what constructors refuse comes as that, too
      throw damaged(noLine);
    }
    if (line == null || !line.isSound()) {
      throw damaged(new IOException("a line says nothing"));
    }
    if (line.limit() != null) {
      limits.put(line.limit().run(), line.limit());
    } else if (line.paid() != null) {
      take(line.paid(), place);
    } else if (line.withoutNoise() != null) {
      withoutNoise.add(line.withoutNoise());
    } else if (line.refused() != null) {
      refusals.putIfAbsent(line.refused().run(), line.refused().release());
    }
  }

  private void take(Paid entry, Place place) {
    if (!keys.add(new Key(entry.run(), entry.release()))
        || !limits.containsKey(entry.run())
        || !(entry.rho() >= 0)) {
      throw damaged(new IOException("a price is there twice, of no run, or no price"));
    }
    if (entry.content() != null) {
      if (entry.run().equals(run)) {
        contents.put(entry.release(), place);
      } else {
        hasOthers = true;
      }
    }
    paid.add(entry.withoutContent());
  }

  private void begin(RenyiFilter filter) {
    Limit before = limits.get(run);
    if (before == null) {
      Limit limit = new Limit(run, filter.order(), filter.delta());
      append(new Line(limit, null, null, null));
      limits.put(run, limit);
    } else if (before.order() != filter.order() || before.delta() != filter.delta()) {
      throw KulaException.user(
          "run '%s' has a limit of order %d, must be %d as before; begin another run"
              .formatted(run, filter.order(), before.order()));
    }
  }

  /** Writes the file anew without the contents of other runs. */
  private void dropOthers() {
    ByteArrayOutputStream anew = new ByteArrayOutputStream();
    limits.values().forEach(limit -> anew.writeBytes(bytes(new Line(limit, null, null, null))));
    Map<Release, Place> moved = new HashMap<>();
    for (Paid entry : paid) {
      Place place = entry.run().equals(run) ? contents.get(entry.release()) : null;
      if (place == null) {
        anew.writeBytes(bytes(new Line(null, entry, null, null)));
      } else {
        moved.put(entry.release(), new Place(anew.size(), place.length()));
        anew.writeBytes(lines.read(place.from(), place.length()));
        anew.write('\n');
      }
    }
    withoutNoise.forEach(purpose -> anew.writeBytes(bytes(new Line(null, null, purpose, null))));
    refusals.forEach(
        (of, release) ->
            anew.writeBytes(bytes(new Line(null, null, null, new Refused(of, release)))));
    lines = lines.replaced(anew.toByteArray());
    contents.putAll(moved);
    hasOthers = false;
  }

  private static byte[] bytes(Line line) {
    return (JSON.toJson(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Where it stands then, but for the line break. */
  private Place append(Line line) {
    byte[] bytes = bytes(line);
    Place place = new Place(lines.size(), bytes.length - 1);
    lines.append(ByteBuffer.wrap(bytes));
    return place;
  }

  @Override
  public History history() {
    SortedMap<String, Double> others = new TreeMap<>();
    List<Charge> charges = new ArrayList<>();
    for (Paid entry : paid) {
      if (entry.run().equals(run)) {
        charges.add(new Charge(entry.release(), entry.rho()));
      } else {
        others.merge(entry.run(), entry.rho(), Double::sum);
      }
    }
    return new History(charges, List.copyOf(withoutNoise), refusals.get(run), epsilon(others));
  }

  /** Each run's at the order of its own limit: prices of one order mean nothing at another. */
  private double epsilon(SortedMap<String, Double> spent) {
    double epsilon = 0;
    for (Map.Entry<String, Double> other : spent.entrySet()) {
      Limit limit = limits.get(other.getKey());
      if (limit != null) {
        epsilon +=
            new RenyiFilter(Double.POSITIVE_INFINITY, limit.delta(), limit.order())
                .epsilonOf(other.getValue());
      }
    }
    return epsilon;
  }

  @Override
  public <T extends Record> Optional<T> content(Release release, Class<T> type) {
    Place place = contents.get(release);
    if (place == null) {
      return Optional.empty();
    }
    String line = new String(lines.read(place.from(), place.length()), StandardCharsets.UTF_8);
    try {
      Paid entry = Objects.requireNonNull(JSON.fromJson(line, Line.class).paid());
      return Optional.of(JSON.fromJson(entry.content(), type));
    } catch (RuntimeException otherRecord) { // likewise
      throw KulaException.user(
          "release journal '%s' holds '%s' of round %d in another form than this Kula makes; go on with the Kula that wrote it"
              .formatted(file, release.purpose(), release.round()),
          otherRecord);
    }
  }

  @Override
  public void paid(Charge charge, Record content) {
    Paid entry = new Paid(run, charge.release(), charge.rho(), JSON.toJsonTree(content));
    if (keys.contains(new Key(run, charge.release()))) {
      throw new IllegalStateException("the release is in the journal already");
    }
    if (hasOthers) {
      dropOthers();
    }
    take(entry, append(new Line(null, entry, null, null)));
  }

  @Override
  public void withoutNoise(String purpose) {
    if (!withoutNoise.contains(purpose)) {
      append(new Line(null, null, purpose, null));
      withoutNoise.add(purpose);
    }
  }

  @Override
  public void refused(Release release) {
    if (!refusals.containsKey(run)) {
      append(new Line(null, null, null, new Refused(run, release)));
      refusals.put(run, release);
    }
  }

  /** No: noise here is fresh, and a second draw on the same data would be a second release. */
  @Override
  public boolean worksOutAgain() {
    return false;
  }

  private KulaException damaged(Exception failure) {
    return KulaException.user(
        "'%s' is no release journal or is damaged; what was paid must not be guessed: restore it, or enrol the device anew"
            .formatted(file),
        failure);
  }

  @Override
  public void close() {
    lines.close();
  }
}
