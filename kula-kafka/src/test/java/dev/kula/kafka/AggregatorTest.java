package dev.kula.kafka;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.aggregate.AggregationStrategy;
import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates that come twice, too late, or are none, with a real broker. */
@Tag("slow")
final class AggregatorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AggregationStrategy STRATEGY = AggregationStrategy.parse("fedavg");
  private static final float[] GLOBAL = {1, 2};

  @TempDir Path directory;
  private final List<String> refusals = new ArrayList<>();
  private final List<Application> running = new ArrayList<>();
  private Broker broker;
  private Path properties;
  private KafkaFile file;
  private Topics topics;
  private Post post;
  private CohortSums sums;

  @BeforeEach
  void begin() throws Exception {
    broker = Broker.start(directory);
    properties = broker.properties(Broker.OPERATOR);
    file = KafkaFile.read(properties);
    topics = new Topics(file);
    topics.create(topics.all());
    post = new Post(file, "test");
    sums = new CohortSums(file, topics, post, PATIENCE, () -> {});
  }

  @AfterEach
  void end() {
    sums.close();
    running.forEach(Application::close);
    post.close();
    topics.close();
    broker.close();
  }

  private Application aggregator() {
    Application one =
        new Application(
            properties, Aggregator.APPLICATION, Aggregator::needs, Aggregator::topology);
    running.add(one);
    return one;
  }

  private void begin(String name) {
    sums.begin(name, STRATEGY.init(GLOBAL.length));
  }

  private void send(String device, String cohort, Update update) throws Exception {
    byte[] body = JobCodec.encode(new Result.Trained(Optional.of(update), 1));
    Letter letter = Letter.of(Letter.Kind.UPDATE, device, "", body).of(cohort);
    post.send(letter.to(topics.updates(), null)).get();
  }

  private static Update update(float... delta) {
    return new Update(delta, 1, 0.5);
  }

  private float[] next() {
    PartialSum sum = sums.sum(refusals::add);
    return sum.finish(GLOBAL);
  }

  @Test
  void eachUpdateCountsOnce() throws Exception {
    Application first = aggregator();
    begin("one");
    String cohort = sums.cohort();
    for (int i = 0; i < 8; i++) {
      send("d" + i, cohort, update(i, 1));
      sums.delivered(cohort, "d" + i);
    }
    send("d3", cohort, update(3, 1)); // through another gateway
    send("d4", "an earlier cohort", update(100, 100));
    assertArrayEquals(new float[] {4.5f, 3}, next());
    assertEquals(List.of(), refusals);

    begin("two");
    send("d0", cohort, update(100, 100)); // that was too late
    send("d1", sums.cohort(), update(1, 1));
    sums.delivered(sums.cohort(), "d1");
    first.close(); // with a part of the cohort folded
    aggregator();
    send("d1", sums.cohort(), update(1, 1));
    send("d2", sums.cohort(), update(3, 3));
    assertArrayEquals(new float[] {3, 4}, next());
    assertEquals(List.of("d2: its update came and counts, though no answer did"), refusals);
  }

  @Test
  void whatIsNoUpdateIsRefusedAndHurtsNobody() throws Exception {
    aggregator();
    begin("one");
    send("good", sums.cohort(), update(1, 1));
    send("long", sums.cohort(), update(1, 1, 1));
    send("wild", sums.cohort(), update(Float.NaN, 1));
    send("lost", sums.cohort(), update(1, 1).ofCluster(3));
    Letter noise = Letter.of(Letter.Kind.UPDATE, "noise", "", new byte[] {1, 2, 3});
    post.send(noise.of(sums.cohort()).to(topics.updates(), null)).get();
    List.of("good", "long", "wild", "lost", "noise")
        .forEach(device -> sums.delivered(sums.cohort(), device));
    assertArrayEquals(new float[] {2, 3}, next());
    assertEquals(4, refusals.size(), refusals.toString());
    assertTrue(
        refusals.stream().allMatch(line -> line.contains("cannot be folded")), refusals.toString());
  }

  @Test
  void anUpdateThatWasDeliveredCannotGetLostUnseen() {
    aggregator();
    begin("one");
    sums.delivered(sums.cohort(), "d0");
    IllegalStateException lost = assertThrows(IllegalStateException.class, this::next);
    assertEquals("the update of d0 in one was lost on its way", lost.getMessage());
  }

  /** Nor is anything read as a sum that is none. */
  @Test
  void sumsAreMadeOfSumsAlone() {
    PartialSum sum = STRATEGY.init(2);
    sum.accumulate(update(1, 2));
    assertArrayEquals(new float[] {2, 4}, SumBytes.read(SumBytes.of(sum)).finish(GLOBAL));
    assertThrows(KulaException.class, () -> SumBytes.read(new byte[] {1, 2, 3}));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new HashMap<>(Map.of("a", "b")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    KulaException refused =
        assertThrows(KulaException.class, () -> SumBytes.read(bytes.toByteArray()));
    assertTrue(String.valueOf(refused.getMessage()).contains("REJECTED"), refused::getMessage);
  }
}
