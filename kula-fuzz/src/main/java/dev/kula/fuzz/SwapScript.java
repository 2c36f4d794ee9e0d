package dev.kula.fuzz;

import dev.kula.KulaException;
import dev.kula.data.BlockId;
import dev.kula.data.DataPointer;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FeatureTable;
import dev.kula.data.Lease;
import dev.kula.data.SampleBatch;
import dev.kula.device.ClassSums;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.GroupModel;
import dev.kula.device.Message;
import dev.kula.monitor.Ballots;
import dev.kula.swap.Admission;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Devices that swap, among parties that say anything at any time. Unless the first byte is odd,
 * every device has a model to begin with. Then each step takes one byte for what happens and a few
 * for the details.
 */
final class SwapScript implements Parser {
  @Override
  public void parse(byte[] input, Path folder) {
    try {
      new Run(new Script(input)).run();
    } catch (KulaException escaped) {
      throw new AssertionError("no message may make a device throw", escaped);
    }
  }

  private static final class Run {
    private static final int MOST_ORDERS = 8;

    private final Script script;
    private final SwapFleet fleet = new SwapFleet();
    private final SwapRules rules = new SwapRules();
    private final List<Envelope> seen = new ArrayList<>();
    private List<Envelope> underway = new ArrayList<>();
    private int round = 1;
    private boolean stopped;

    Run(Script script) {
      this.script = script;
    }

    void run() {
      if (script.next() % 2 == 0) {
        for (DeviceId to : SwapFleet.DEVICES) {
          Message model = new Message.GlobalModel(0, SwapFleet.model());
          give(to, new Envelope(Envelope.ORCHESTRATOR, to, model));
        }
      }
      while (script.hasNext() && !stopped) {
        step();
      }
      if (!stopped) {
        carry();
        close();
      }
    }

    private void step() {
      switch (script.below(20)) {
        case 0, 1 -> carry();
        case 2 -> close();
        case 3, 4 -> order();
        case 5 -> one(replayed());
        case 6 -> say(anybody(), replayed().message());
        case 7 -> say(anybody(), new Message.Fetch(number(), lease()));
        case 8 -> say(anybody(), visit());
        case 9 -> say(anybody(), new Message.Visited(number(), lease().block(), numbers()));
        case 10 -> say(anybody(), new Message.Fetched(number(), lease().block(), batch()));
        case 11 -> say(anybody(), new Message.Offered(number(), pointer(), lease()));
        case 12 -> say(SwapFleet.HOSTILE, published());
        case 13 -> say(anybody(), new Message.Refused(number(), "no\nreason"));
        case 14 -> say(anybody(), toServers());
        case 15 -> say(anybody(), fromServers());
        case 16 -> fleet.pass(script.next() * 30L);
        case 17 -> train();
        case 18 -> say(anybody(), new Message.Summarise(number(), script.below(8), lease()));
        default -> say(anybody(), new Message.Summarised(number(), lease().block(), sums()));
      }
    }

    /** Delivers all that is under way, to each device at once. */
    private void carry() {
      List<Envelope> now = underway;
      underway = new ArrayList<>();
      for (DeviceId to : SwapFleet.DEVICES) {
        List<Envelope> inbox = now.stream().filter(one -> one.to().equals(to)).toList();
        if (!inbox.isEmpty()) {
          give(to, inbox.toArray(Envelope[]::new));
        }
      }
    }

    private void close() {
      for (DeviceId to : SwapFleet.DEVICES) {
        give(to, new Envelope(Envelope.ORCHESTRATOR, to, new Message.CloseSwaps(round)));
      }
      round++;
    }

    private void order() {
      DeviceId source = anybody();
      DeviceId receiver = anybody();
      if (source.equals(receiver)) {
        return;
      }
      int kind = script.next();
      List<Integer> labels =
          switch (kind % 4) {
            case 0 -> List.of();
            case 1 -> List.of(0, 2);
            case 2 -> List.of(1);
            default -> List.of(-1, 99);
          };
      int size = script.next();
      Duration lease = size == 255 ? SwapOrder.LONGEST_LEASE : Duration.ofSeconds(60L * size);
      SwapOrder order =
          new SwapOrder(
              number(),
              round - script.below(2),
              source,
              receiver,
              size == 254 ? Integer.MAX_VALUE : 1 + size % 5,
              labels,
              kind < 144 ? List.of(Exchange.values()).get(kind / 4 % 3) : Exchange.SYNTHETIC,
              List.of(Admission.values()).get(kind / 12 % 3),
              List.of(Selection.values()).get(kind / 36 % 4),
              0.5,
              kind % 2 == 0,
              lease,
              1 + kind % 3);
      say(receiver, Envelope.MONITOR, new Message.Ordered(order));
      say(source, Envelope.MONITOR, new Message.Ordered(order));
    }

    private int number() {
      return script.below(MOST_ORDERS);
    }

    private DeviceId anybody() {
      return SwapFleet.SENDERS.get(script.below(SwapFleet.SENDERS.size()));
    }

    private Envelope replayed() {
      if (seen.isEmpty()) {
        return new Envelope(SwapFleet.HOSTILE, SwapFleet.HOSTILE, new Message.Refused(0, "empty"));
      }
      return seen.get(seen.size() - 1 - script.next() % seen.size());
    }

    private void one(Envelope envelope) {
      say(envelope.to(), envelope.from(), envelope.message());
    }

    private void say(DeviceId from, Message message) {
      say(SwapFleet.DEVICES.get(script.below(SwapFleet.DEVICES.size())), from, message);
    }

    private void say(DeviceId to, DeviceId from, Message message) {
      if (SwapFleet.DEVICES.contains(to)) {
        give(to, new Envelope(from, to, message));
      }
    }

    private void give(DeviceId to, Envelope... inbox) {
      DeviceRuntime device = fleet.device(to);
      SwapRules.Before before = SwapRules.Before.of(device);
      seen.addAll(Arrays.asList(inbox));
      unlessOrderedToTrust(
          device,
          () -> {
            List<Envelope> said = device.receive(List.of(inbox), fleet.bench());
            rules.check(device, before, List.of(inbox), said, fleet.now());
            seen.addAll(said);
            underway.addAll(said);
          });
    }

    private void train() {
      DeviceId id = SwapFleet.DEVICES.get(script.below(3));
      say(id, Envelope.ORCHESTRATOR, new Message.Examine(round, Message.Occasion.FINAL));
      DeviceRuntime device = fleet.device(id);
      SwapRules.Before before = SwapRules.Before.of(device);
      unlessOrderedToTrust(
          device,
          () -> {
            device.train(round, SwapFleet.model(), SwapFleet.PLAN, fleet.bench());
            SwapRules.requireAccount(device, before);
          });
    }

    /**
     * Of samples and changes that a server lets in without a gate, training may fail, and says so
     * as it does of a learning rate.
     */
    private void unlessOrderedToTrust(DeviceRuntime device, Runnable work) {
      try {
        work.run();
      } catch (KulaException diverged) {
        if (!rules.isOrderedToTrust(device)) {
          throw diverged;
        }
        Bounds.requireMistake(KulaException.Blame.USER, diverged);
        stopped = true;
      }
    }

    /** A lease that was offered before, or one that nobody granted, with something changed. */
    private Lease lease() {
      Lease lease =
          seen.reversed().stream()
              .filter(one -> one.message() instanceof Message.Offered)
              .skip(script.below(4))
              .map(one -> ((Message.Offered) one.message()).lease())
              .findFirst()
              .orElseGet(
                  () -> granted(List.of(Exchange.values()).get(script.below(4)), anybody(), 1));
      int change = script.below(8);
      byte[] signature = lease.signature().clone();
      if (change == 1 && signature.length > 0) {
        signature[script.below(signature.length)] ^= 1;
      }
      return new Lease(
          change == 2 ? number() : lease.number(),
          lease.block(),
          lease.source(),
          change == 3 ? anybody() : lease.holder(),
          change == 4 ? Instant.MAX : lease.expires(),
          change == 5 ? Integer.MAX_VALUE : lease.uses(),
          change == 6 ? List.of(Exchange.values()).get(script.below(4)) : lease.exchange(),
          change == 7 ? new byte[0] : signature);
    }

    private Lease granted(Exchange exchange, DeviceId holder, int uses) {
      return fleet
          .hostileStore()
          .grant(hostilePointer(exchange, 3, 3), 1, holder, fleet.now().plusSeconds(60), uses);
    }

    private DataPointer hostilePointer(Exchange exchange, int count, int size) {
      int[] indices = IntStream.range(0, count).toArray();
      return fleet.hostileStore().publish(indices, size, List.of(), exchange, "swap");
    }

    /** An offer that the hostile device has signed, as it likes. */
    private Message published() {
      Exchange exchange = List.of(Exchange.values()).get(script.below(4));
      int count = 1 + script.below(3);
      int size = script.next() - 1;
      DataPointer pointer = hostilePointer(exchange, count, size == 254 ? Integer.MAX_VALUE : size);
      Instant end = fleet.now().plusSeconds(60);
      Lease lease = fleet.hostileStore().grant(pointer, 1, anybody(), end, 1);
      return new Message.Offered(number(), pointer, lease);
    }

    private DataPointer pointer() {
      DataPointer pointer =
          seen.reversed().stream()
              .filter(one -> one.message() instanceof Message.Offered)
              .skip(script.below(4))
              .map(one -> ((Message.Offered) one.message()).pointer())
              .findFirst()
              .orElseGet(() -> hostilePointer(Exchange.RAW, 3, 3));
      int change = script.below(5);
      return new DataPointer(
          change == 1 ? new BlockId("0".repeat(64)) : pointer.block(),
          change == 2 ? anybody() : pointer.source(),
          pointer.schema(),
          change == 3 ? Integer.MAX_VALUE : pointer.size(),
          pointer.labels(),
          pointer.exchange(),
          pointer.purpose(),
          change == 4 ? new byte[0] : pointer.signature());
    }

    private Message visit() {
      Map<Long, Lease> leases = new HashMap<>();
      int count = script.below(4);
      for (int i = 0; i < count; i++) {
        leases.put((long) number(), lease());
      }
      return new Message.Visit(leases, script.below(256) - 1, numbers());
    }

    private float[] numbers() {
      int kind = script.next();
      int size =
          switch (kind % 4) {
            case 0 -> SwapFleet.headSize();
            case 1 -> SwapFleet.modelSize();
            case 2 -> 0;
            default -> SwapFleet.modelSize() + 1;
          };
      float[] numbers = new float[size];
      Arrays.fill(numbers, value(kind / 4));
      return numbers;
    }

    private static float value(int kind) {
      return switch (kind % 6) {
        case 0 -> 0.1f;
        case 1 -> Float.NaN;
        case 2 -> Float.POSITIVE_INFINITY;
        case 3 -> Float.MAX_VALUE;
        case 4 -> -1e20f;
        default -> Float.MIN_VALUE;
      };
    }

    private ClassSums sums() {
      float[] counts = new float[SwapFleet.CLASSES + script.below(2)];
      Arrays.fill(counts, 10 * value(script.next()));
      float[] sums = numbers();
      double noise = value(script.next());
      return new ClassSums(counts, sums, noise, noise);
    }

    private SampleBatch batch() {
      int kind = script.next();
      int size = kind % 5;
      int columns = kind / 5 % 4 == 0 ? SwapFleet.FEATURES + 1 : SwapFleet.FEATURES;
      float[] values = new float[size * columns];
      Arrays.fill(values, value(script.next()));
      float[] targets = new float[size];
      float[] kinds = {0, 1, 2, -1, 3, Float.NaN, 0.5f, Float.MAX_VALUE};
      Arrays.fill(targets, kinds[script.below(kinds.length)]);
      return new SampleBatch(new FeatureTable.Floats(values, columns), targets);
    }

    private Message fromServers() {
      return switch (script.below(10)) {
        case 0 -> new Message.GlobalModel(round, numbersOfAModel());
        case 1 -> new Message.Examine(round, Message.Occasion.ROUND);
        case 2 -> new Message.Examine(round, Message.Occasion.FINAL);
        case 3 -> new Message.ProfileRequest(script.below(64));
        case 4 -> new Message.GroupModels(round, List.of(groupModel(), groupModel()));
        case 5 -> new Message.Assigned(round, script.below(5) - 2);
        case 6 -> new Message.DriftCheck(round);
        case 7 -> new Message.EarlierModel(round, script.below(5) - 2, numbers());
        case 8 -> new Message.Revoked(round, number());
        default -> new Message.CloseSwaps(script.below(8));
      };
    }

    private GroupModel groupModel() {
      double share = script.below(4) == 0 ? 0 : 1.0 / SwapFleet.CLASSES;
      double[] shares = new double[SwapFleet.CLASSES];
      Arrays.fill(shares, share);
      return new GroupModel(numbersOfAModel(), shares);
    }

    /** A server can send a model on which training fails; that is not what is looked for. */
    private float[] numbersOfAModel() {
      float[] numbers = numbers();
      return numbers.length > 0 && Math.abs(numbers[0]) > 1 && Float.isFinite(numbers[0])
          ? SwapFleet.model()
          : numbers;
    }

    private Message toServers() {
      return switch (script.below(4)) {
        case 0 -> new Message.Outcomes(round, List.of(), 0);
        case 1 -> new Message.ProfileDeclined(round, Double.NaN);
        case 2 -> new Message.Reliability(anybody(), -1, -1);
        default ->
            new Message.OutcomeSum(
                new Ballots.Sum(anybody(), new Ballots.Verdicts(0, 0, 0, 0), List.of()));
      };
    }
  }
}
