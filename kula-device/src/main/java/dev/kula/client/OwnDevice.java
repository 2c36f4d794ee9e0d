package dev.kula.client;

import dev.kula.KulaException;
import dev.kula.Seed;
import dev.kula.data.DataSchema;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.DeviceKeys;
import dev.kula.data.FederatedData;
import dev.kula.data.SampleStore;
import dev.kula.data.Sealer;
import dev.kula.data.SealingKey;
import dev.kula.data.partition.SplitSpec;
import dev.kula.data.target.Exam;
import dev.kula.data.target.TargetSpec;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.DeviceSettings;
import dev.kula.device.Surroundings;
import dev.kula.model.EngineFactory;
import dev.kula.model.ModelSpec;
import dev.kula.model.Samples;
import dev.kula.model.TrainingEngine;
import dev.kula.peer.Trust;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.accounting.RenyiFilter;
import dev.kula.wire.FleetData;
import dev.kula.wire.FleetSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * A device with samples, keys and noise of its own: takes part in any run whose schema its samples
 * fit, and tells its owner how it does.
 *
 * @param name as its certificate has it
 * @param keys that it signs with
 * @param trust whose certificates of other devices count
 * @param samples reads them as a schema says; called once a run
 * @param split of the samples in those that it trains on and those that it examines itself on
 * @param givesRaw whether raw samples may leave it, and those of others enter, where the operator
 *     allows it, too
 * @param mostEpsilon that its account may come to in all runs together, each fully spent; infinite
 *     for no limit, else it takes part in no run in which something is released without noise
 * @param journals opens the journal of its releases for a run, with the limit of that run
 * @param engines makes engines
 * @param owner is told what the server is not
 * @param served is offered each personal model
 */
public record OwnDevice(
    DeviceId name,
    DeviceKeys keys,
    Trust trust,
    Function<DataSchema, Dataset> samples,
    SplitSpec split,
    boolean givesRaw,
    double mostEpsilon,
    BiFunction<String, RenyiFilter, ReleaseJournal> journals,
    EngineFactory engines,
    Owner owner,
    ServedModel served) {
  private static final int FEWEST_ROWS = 4;

  /** What others seal to, for {@link FleetClient} to show. */
  public SealingKey shown() {
    return Sealer.shown(keys);
  }

  /**
   * Its part in a run.
   *
   * @param told what the server has said is set for all
   * @throws KulaException the user's mistake, if the run is not for such a device
   */
  public DeviceRunner runner(FleetSettings told) {
    if (!(told.data() instanceof FleetData.Own own)) {
      throw KulaException.user(
          "the server's run is a rehearsal, where devices deal the same data, must be one of devices"
              + " with data of their own; add --rehearse, or start another run");
    }
    if (told.model() instanceof ModelSpec.TorchScript file) {
      throw KulaException.user(
          "the server's run is of '%s', a program in a file, must be of a built-in model; ask the"
                  .formatted(file.notation())
              + " operator for one");
    }
    OwnersLimit limit = new OwnersLimit(mostEpsilon);
    limit.refuseBare(told.devices());
    FederatedData data = data(own.schema());
    RenyiFilter filter = told.devices().privacy().filter();
    ReleaseJournal journal = journals.apply(own.run(), filter);
    limit.refuseBeyond(filter, journal.history().earlierEpsilon());
    Dataset dataset = data.dataset();
    int[] train = data.devices().getFirst().train();
    Seed seed = keys.seed("run " + own.run()).derive(told.seed());
    Acquaintances acquaintances = new Acquaintances(trust);
    Samples exam = exam(told.target(), data).samples(dataset);
    DeviceRuntime runtime =
        new DeviceRuntime(
            name,
            new SampleStore(
                name, keys, told.schema(), dataset.features(), dataset.targets(), train),
            acquaintances::key,
            told.target()
                .prior(Arrays.stream(train).map(dataset::bin).toArray(), dataset.labels().size()),
            Optional.of(exam),
            consented(told.devices()),
            seed,
            Surroundings.live(journal));
    served.begin(told, own.schema(), exam, engines.create(told.model(), told.input(), told.task()));
    TrainingEngine engine = engines.create(told.model(), told.input(), told.task());
    return new DeviceRunner(
        runtime,
        new Ownership(
            own.run(),
            owner,
            served,
            acquaintances::meet,
            new SealedTalk(new Sealer(own.run(), name, keys), acquaintances, owner::trouble)),
        engine,
        engines.createHead(told.model(), engine));
  }

  /**
   * Each row is put aside by a coin of its own, so that a row more or less moves no other: what is
   * accounted for is one record. By time the boundary does move, by one row.
   */
  private FederatedData.DeviceRows split(Dataset dataset, int[] rows) {
    Seed seed = keys.seed("split");
    if (split instanceof SplitSpec.Time) {
      return split.split(dataset, name, rows, seed);
    }
    RandomGenerator coin = seed.generator();
    IntStream.Builder train = IntStream.builder();
    IntStream.Builder test = IntStream.builder();
    for (int row : rows) {
      (coin.nextDouble() < split.share() ? train : test).add(row);
    }
    FederatedData.DeviceRows dealt =
        new FederatedData.DeviceRows(name, train.build().toArray(), test.build().toArray());
    return dealt.train().length < 2 || dealt.test().length == 0
        ? split.split(dataset, name, rows, seed) // of a handful of rows
        : dealt;
  }

  private FederatedData data(DataSchema schema) {
    Dataset dataset = samples.apply(schema);
    if (dataset.size() < FEWEST_ROWS) {
      throw KulaException.user(
          "'%s' has %d rows, must have at least %d; add some"
              .formatted(dataset.name(), dataset.size(), FEWEST_ROWS));
    }
    int[] rows = IntStream.range(0, dataset.size()).toArray();
    return new FederatedData(
        dataset,
        List.of(split(dataset, rows)),
        new int[0],
        schema.standardisation(),
        split instanceof SplitSpec.Time);
  }

  /** Of its own test samples alone, whatever part of the target others' would have to be for. */
  private static Exam exam(TargetSpec target, FederatedData data) {
    return target.exam(data, 0, new Seed(0));
  }

  private DeviceSettings consented(DeviceSettings told) {
    return givesRaw ? told : told.withoutRaw();
  }
}
