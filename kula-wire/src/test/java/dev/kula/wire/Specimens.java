package dev.kula.wire;

import dev.kula.aggregate.Broadcast;
import dev.kula.aggregate.Update;
import dev.kula.data.BlockId;
import dev.kula.data.DataPointer;
import dev.kula.data.DataSchema;
import dev.kula.data.DeviceId;
import dev.kula.data.Exchange;
import dev.kula.data.FeatureTable;
import dev.kula.data.LabelSpace;
import dev.kula.data.Lease;
import dev.kula.data.SampleBatch;
import dev.kula.data.SealingKey;
import dev.kula.data.Standardisation;
import dev.kula.data.target.TargetSpec;
import dev.kula.device.ChangeProtection;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.SumProtection;
import dev.kula.model.InputShape;
import dev.kula.model.ModelSpec;
import dev.kula.model.PrivateSteps;
import dev.kula.model.Scope;
import dev.kula.model.Task;
import dev.kula.model.TrainingPlan;
import dev.kula.monitor.Noise;
import dev.kula.monitor.Profile;
import dev.kula.monitor.Similarity;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.privacy.noise.DistributedGaussian;
import dev.kula.round.LabelCounts;
import dev.kula.swap.Admission;
import dev.kula.swap.Gate;
import dev.kula.swap.Selection;
import dev.kula.swap.SwapOrder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Records with content drawn at random, by their components: what a record gains is in its
 * specimens at once, and a component of a new type has none until it is given some here.
 */
final class Specimens {
  private static final double[] ODD_DOUBLES = {
    -0.0, Double.MIN_VALUE, Double.MAX_VALUE, 0.1, Double.NEGATIVE_INFINITY, Double.NaN
  };
  private static final float[] ODD_FLOATS = {
    -0.0f, Float.MIN_VALUE, -Float.MAX_VALUE, 0.1f, Float.NaN, Float.POSITIVE_INFINITY
  };

  private final RandomGenerator random;

  Specimens(long seed) {
    this.random = RandomGeneratorFactory.<RandomGenerator>of("L64X128MixRandom").create(seed);
  }

  /** All records under a sealed interface. */
  static List<Class<?>> kinds(Class<?> sealed) {
    Set<Class<?>> kinds = new LinkedHashSet<>();
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      if (permitted.isRecord()) {
        kinds.add(permitted);
      } else {
        kinds.addAll(kinds(permitted));
      }
    }
    return List.copyOf(kinds);
  }

  <T> T of(Class<T> type) {
    return type.cast(make(type));
  }

  private Object make(Type type) {
    if (type instanceof ParameterizedType generic) {
      return container(generic);
    }
    Class<?> raw = (Class<?>) type;
    if (raw.isEnum()) {
      Object[] constants = raw.getEnumConstants();
      return constants[random.nextInt(constants.length)];
    }
    Object plain = plain(raw);
    if (plain == null) {
      plain = bounded(raw);
    }
    if (plain == null && raw.isSealed()) {
      List<Class<?>> kinds = kinds(raw);
      plain = make(kinds.get(random.nextInt(kinds.size())));
    }
    return plain == null ? record(raw) : plain;
  }

  private Object container(ParameterizedType type) {
    Type[] arguments = type.getActualTypeArguments();
    Class<?> raw = (Class<?>) type.getRawType();
    if (raw == Optional.class) {
      return random.nextBoolean() ? Optional.of(make(arguments[0])) : Optional.empty();
    }
    if (raw == List.class) {
      List<Object> list = new ArrayList<>();
      int size = random.nextInt(4);
      for (int i = 0; i < size; i++) {
        list.add(make(arguments[0]));
      }
      return List.copyOf(list);
    }
    if (raw == Set.class) {
      return Set.of(make(arguments[0]));
    }
    if (raw == Map.class && arguments[0] == Long.class) {
      Map<Long, Object> map = new TreeMap<>();
      int size = random.nextInt(4);
      for (int i = 0; i < size; i++) {
        map.put(random.nextLong(), make(arguments[1]));
      }
      return map;
    }
    throw new AssertionError("no specimens of " + type);
  }

  /** Null for what is no plain value. */
  private @Nullable Object plain(Class<?> type) {
    return switch (type.getName()) {
      case "int", "java.lang.Integer" -> random.nextInt(1, 1 << random.nextInt(2, 31));
      case "long" -> random.nextLong();
      case "boolean", "java.lang.Boolean" -> random.nextBoolean();
      case "double", "java.lang.Double" ->
          random.nextInt(4) == 0
              ? ODD_DOUBLES[random.nextInt(ODD_DOUBLES.length)]
              : random.nextGaussian();
      case "float" -> number();
      case "java.lang.String" -> "Größe " + random.nextInt(100) + "\n\u4e16";
      case "java.time.Instant" ->
          Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
      case "java.util.OptionalInt" ->
          random.nextBoolean() ? OptionalInt.of(random.nextInt()) : OptionalInt.empty();
      case "java.util.OptionalDouble" ->
          random.nextBoolean() ? OptionalDouble.of(random.nextDouble()) : OptionalDouble.empty();
      case "[F" -> floats(random.nextInt(9));
      case "[D" -> random.doubles(random.nextInt(5), -1, 1).toArray();
      case "[I" -> random.ints(random.nextInt(5)).toArray();
      case "[B" -> bytes(random.nextInt(9));
      default -> null;
    };
  }

  private float number() {
    return random.nextInt(4) == 0
        ? ODD_FLOATS[random.nextInt(ODD_FLOATS.length)]
        : (float) random.nextGaussian();
  }

  private float[] floats(int size) {
    float[] floats = new float[size];
    for (int i = 0; i < size; i++) {
      floats[i] = number();
    }
    return floats;
  }

  private byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private int count() {
    return random.nextInt(1, 100);
  }

  private double positive() {
    return random.nextDouble(0.01, 2);
  }

  /** Values whose rules are narrower than their components' types; null for others. */
  private @Nullable Object bounded(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "DeviceId" -> new DeviceId("Gerät-" + random.nextInt(1000));
      case "BlockId" -> new BlockId(HexFormat.of().formatHex(bytes(BlockId.BYTES)));
      case "Update" ->
          new Update(floats(5), count(), random.nextGaussian()).inSteps(count()).ofCluster(count());
      case "TrainingPlan" -> plan();
      case "Lease" ->
          new Lease(
              random.nextLong(),
              of(BlockId.class),
              of(DeviceId.class),
              of(DeviceId.class),
              of(Instant.class),
              count(),
              of(Exchange.class),
              bytes(64));
      case "DataPointer" ->
          new DataPointer(
              of(BlockId.class),
              of(DeviceId.class),
              of(String.class),
              random.nextInt(),
              labels(),
              of(Exchange.class),
              of(String.class),
              bytes(64));
      case "SwapOrder" -> order();
      case "Handed" -> new Message.Handed(of(Message.Kind.class), count(), bytes(32));
      case "Noise" -> new Noise(positive(), 0, positive());
      case "Profile" -> profile();
      case "SampleBatch" -> batch();
      case "Train" ->
          new Job.Train(
              count(),
              count(),
              random.nextBoolean() ? Optional.of(floats(5)) : Optional.empty(),
              plan(),
              count(),
              of(Instant.class),
              positive());
      case "Deliver" ->
          new Job.Deliver(introductions(), envelopes(), of(Instant.class), positive());
      case "Trained" ->
          new Result.Trained(
              random.nextBoolean() ? Optional.of(of(Update.class)) : Optional.empty(), positive());
      case "Said" -> new Result.Said(envelopes(), positive());
      case "Similarity" ->
          new Similarity(random.nextDouble(), random.nextDouble(), random.nextDouble());
      case "LabelCounts" ->
          new LabelCounts(2, new TreeMap<>(Map.of(of(DeviceId.class), new double[] {-0.0, 3.5})));
      case "Failed" -> new Result.Failed("rate is 7, must be below 1");
      default -> setting(type);
    };
  }

  private @Nullable Object setting(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "FleetSettings" -> settings();
      case "InputShape" -> new InputShape(count(), count(), count());
      case "Classification" -> new Task.Classification(1 + count());
      case "Mixture" -> new TargetSpec.Mixture(random.nextDouble());
      case "Mlp" -> new ModelSpec.Mlp(List.of(count(), count()));
      case "Own" -> new ModelSpec.Own("specimen:1");
      case "TorchScript" -> new ModelSpec.TorchScript("a model.pt");
      case "LabelSpace" ->
          random.nextBoolean()
              ? LabelSpace.classes(List.of("T-shirt", "Trouser"))
              : new LabelSpace(List.of("< 1", "1 to 2", "≥ 2"), List.of(0.1f, 2f));
      case "Gate" -> new Gate(positive(), positive(), positive(), 1 + count());
      case "Broadcast" -> new Broadcast(1, random.nextBoolean());
      case "RenyiFilter" ->
          new RenyiFilter(
              random.nextBoolean() ? positive() : Double.POSITIVE_INFINITY, 1e-5, 1 + count());
      case "SumProtection" -> new SumProtection(Double.POSITIVE_INFINITY, positive());
      case "WholeChange" -> new ChangeProtection.WholeChange(positive(), positive());
      case "DistributedGaussian" ->
          new DistributedGaussian(positive(), positive(), count(), count());
      case "PrivateSteps" ->
          new PrivateSteps(random.nextDouble(0.01, 1), count(), (float) positive(), positive());
      default -> null;
    };
  }

  /** Of a fleet whose devices have data of their own, if what is predicted fits them. */
  private FleetSettings settings() {
    InputShape vector = InputShape.vector(2);
    DeviceSettings devices = of(DeviceSettings.class);
    boolean classes = devices.labels().edges().isEmpty();
    boolean own = random.nextBoolean();
    Task task = classes ? new Task.Classification(devices.labels().size()) : new Task.Regression();
    return new FleetSettings(
        of(ModelSpec.class),
        own ? vector : of(InputShape.class),
        own ? task : of(Task.class),
        of(TargetSpec.class),
        of(String.class),
        devices,
        random.nextLong(),
        IntStream.range(0, 3).mapToObj(i -> new DeviceId("device-" + i)).toList(),
        own
            ? new FleetData.Own(of(String.class), schema(task, devices.labels()))
            : new FleetData.Rehearsed(of(String.class)));
  }

  private DataSchema schema(Task task, LabelSpace labels) {
    double[] deviations = {random.nextDouble(), 0};
    return new DataSchema(
        List.of("width", "height, mm"),
        "kind",
        random.nextBoolean() ? Optional.of("when") : Optional.empty(),
        task,
        labels,
        new Standardisation(
            Optional.of(
                new Standardisation.Columns(random.doubles(2, -9, 9).toArray(), deviations)),
            task instanceof Task.Regression
                ? Optional.of(new Standardisation.Scale(random.nextGaussian(), positive()))
                : Optional.empty()));
  }

  private List<Introduction> introductions() {
    return IntStream.range(0, random.nextInt(3))
        .mapToObj(
            i ->
                new Introduction(
                    List.of(bytes(5), bytes(3)),
                    random.nextBoolean()
                        ? Optional.of(new SealingKey(bytes(32), bytes(64)))
                        : Optional.empty(),
                    random.nextBoolean()
                        ? Optional.of(new PeerAddress("gate-3.example.org", count()))
                        : Optional.empty()))
        .toList();
  }

  private List<Envelope> envelopes() {
    return IntStream.range(0, 3).mapToObj(i -> of(Envelope.class)).toList();
  }

  private List<Integer> labels() {
    return IntStream.range(0, random.nextInt(4)).map(i -> random.nextInt()).boxed().toList();
  }

  private TrainingPlan plan() {
    return new TrainingPlan(
        count(),
        count(),
        (float) positive(),
        random.nextFloat(),
        (float) positive(),
        random.nextFloat(),
        of(Scope.class),
        random.nextBoolean() ? Optional.of(floats(3)) : Optional.empty());
  }

  private SwapOrder order() {
    return new SwapOrder(
        random.nextLong(),
        count(),
        new DeviceId("source"),
        new DeviceId("receiver"),
        count(),
        labels(),
        of(Exchange.class),
        of(Admission.class),
        of(Selection.class),
        random.nextDouble(),
        random.nextBoolean(),
        Duration.ofSeconds(random.nextInt(1, 10_000_000), random.nextInt(1_000_000_000)),
        count());
  }

  private Profile profile() {
    int bins = random.nextInt(1, 4);
    return new Profile(
        of(DeviceId.class),
        count(),
        random.doubles(bins, -1, 100).toArray(),
        random.doubles(bins * 8L, -1, 1).toArray(),
        random.nextGaussian(),
        -0.0,
        positive(),
        of(Noise.class));
  }

  private SampleBatch batch() {
    int rows = random.nextInt(1, 4);
    int columns = random.nextInt(1, 5);
    FeatureTable features =
        random.nextBoolean()
            ? new FeatureTable.Bytes(bytes(rows * columns), columns, 0.1f, -0.0f)
            : new FeatureTable.Floats(floats(rows * columns), columns);
    return new SampleBatch(features, floats(rows));
  }

  private Object component(RecordComponent component) {
    Object any = make(component.getGenericType());
    return component.getName().equals("updateBits") ? 8 << random.nextInt(3) : any;
  }

  private Object record(Class<?> type) {
    if (!type.isRecord()) {
      throw new AssertionError("no specimens of " + type);
    }
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = Arrays.stream(components).map(this::component).toArray();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      throw new AssertionError(type + " of " + Arrays.toString(values), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type.toString(), e);
    }
  }
}
