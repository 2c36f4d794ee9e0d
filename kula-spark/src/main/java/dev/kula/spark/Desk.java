package dev.kula.spark;

import dev.kula.aggregate.PartialSum;
import dev.kula.aggregate.Update;
import dev.kula.data.DeviceId;
import dev.kula.device.DeviceRuntime;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.fleet.EnginePool.Engines;
import dev.kula.store.StateBytes;
import dev.kula.wire.Job;
import dev.kula.wire.JobCodec;
import dev.kula.wire.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * Where one task works with one shard: what Spark lets an executor do. Each call leaves the shard
 * that it was given as it was, because Spark may call again, here or elsewhere, at the same time.
 *
 * @param workshop of this process
 * @param engines lent to this task
 */
record Desk(Workshop workshop, Engines engines) {
  private interface Work<T> {
    T at(Desk desk);
  }

  private static <T> T at(Setup setup, Work<T> work) {
    Workshop workshop = Workshop.of(setup);
    Engines engines = workshop.lend();
    try {
      return work.at(new Desk(workshop, engines));
    } finally {
      workshop.giveBack(engines);
    }
  }

  /** A round begins. */
  static Shard begin(Setup setup, Shard shard, Command.Begin begin) {
    return at(
        setup,
        desk -> {
          List<Cell> cells = new ArrayList<>();
          for (Cell cell : shard.cells()) {
            DeviceRuntime runtime = desk.workshop.take(cell, desk.engines);
            desk.workshop.begin(runtime, begin);
            Cell next = cell.with(new Entry(begin, List.of()));
            desk.workshop.putBack(next, runtime);
            cells.add(next);
          }
          return Shard.of(cells);
        });
  }

  /** Devices read what has come, and answer. */
  static Shard deliver(Setup setup, Shard shard, List<Letter> letters, Command.Deliver deliver) {
    return at(setup, desk -> desk.deliver(shard, letters, deliver));
  }

  private Shard deliver(Shard shard, List<Letter> letters, Command.Deliver deliver) {
    Map<String, List<Letter>> mail = new HashMap<>();
    letters.stream()
        .sorted(Comparator.comparing(Letter::from))
        .forEach(letter -> mail.computeIfAbsent(letter.to(), to -> new ArrayList<>()).add(letter));
    List<Cell> cells = new ArrayList<>();
    List<Said> said = new ArrayList<>();
    for (Cell cell : shard.cells()) {
      Entry entry = new Entry(deliver, mail.getOrDefault(cell.device(), List.of()));
      List<Envelope> inbox = inbox(cell.device(), entry, deliver);
      if (inbox.isEmpty()) {
        cells.add(cell);
        continue;
      }
      DeviceRuntime runtime = workshop.take(cell, engines);
      Cell next = cell.with(entry);
      cells.add(next);
      try {
        List<Envelope> answers =
            runtime.receive(inbox, workshop.bench(runtime, engines, deliver.now()));
        said.add(said(cell.device(), runtime, inbox, answers, deliver.post().value()));
        workshop.putBack(next, runtime);
      } catch (RuntimeException failure) {
        said.add(Said.failed(cell.device(), failure));
      }
    }
    return new Shard(cells, said, Folds.NONE);
  }

  private static List<Envelope> inbox(String device, Entry entry, Command.Deliver deliver) {
    if (deliver.first()) {
      return deliver.post().value().inbox(device);
    }
    return entry.letters().stream().flatMap(letter -> letter.read().stream()).toList();
  }

  private static Said said(
      String device,
      DeviceRuntime runtime,
      List<Envelope> inbox,
      List<Envelope> answers,
      Post post) {
    List<Envelope> toServers = new ArrayList<>();
    Map<DeviceId, List<Envelope>> toDevices = new LinkedHashMap<>();
    Map<Message.Kind, Long> delivered = new EnumMap<>(Message.Kind.class);
    for (Envelope answer : answers) {
      if (!post.isParticipant(answer.to())) {
        toServers.add(answer);
      } else if (post.reaches(answer)) {
        delivered.merge(answer.message().kind(), answer.message().bytes(), Long::sum);
        toDevices.computeIfAbsent(answer.to(), to -> new ArrayList<>()).add(answer);
      }
    }
    List<Letter> letters = new ArrayList<>();
    toDevices.forEach((to, theirs) -> letters.add(Letter.of(device, to.name(), theirs)));
    return new Said(
        device,
        bytes(inbox),
        runtime.takeForwardPasses(),
        bytes(answers),
        toServers.isEmpty() ? new byte[0] : Letter.encode(toServers),
        delivered,
        letters,
        null);
  }

  private static long bytes(List<Envelope> envelopes) {
    return envelopes.stream().mapToLong(envelope -> envelope.message().bytes()).sum();
  }

  /** Cohorts train, and what they make folds. */
  static Shard train(Setup setup, Shard shard, Command.Train train) {
    return at(setup, desk -> desk.train(shard, train));
  }

  private Shard train(Shard shard, Command.Train train) {
    Lessons lessons = train.lessons().value();
    List<PartialSum> sums = lessons.sums() ? Folds.none(workshop.strategy(), lessons) : List.of();
    List<Folds.Sent> sent = new ArrayList<>();
    Folds.@Nullable Failure failure = null;
    List<Cell> cells = new ArrayList<>();
    List<Said> said = new ArrayList<>();
    for (Cell cell : shard.cells()) {
      if (!lessons.isFor(cell.device())) {
        cells.add(cell);
        continue;
      }
      DeviceRuntime runtime = workshop.take(cell, engines);
      Cell next = cell.with(new Entry(train, List.of()));
      cells.add(next);
      boolean failed = false;
      for (int task = 0; task < lessons.tasks(); task++) {
        int place = lessons.place(task, cell.device());
        if (place < 0) {
          continue;
        }
        try {
          Optional<Update> update = update(runtime, task, train);
          if (update.isPresent() && lessons.sums()) {
            sums.get(task).accumulate(update.get());
          } else if (update.isPresent()) {
            sent.add(new Folds.Sent(task, place, JobCodec.encode(new Result.Trained(update, 0))));
          }
        } catch (RuntimeException reason) {
          failed = true;
          failure = Folds.Failure.first(failure, new Folds.Failure(task, place, reason));
        }
      }
      said.add(Said.trained(cell.device(), runtime.takeForwardPasses()));
      if (!failed) {
        workshop.putBack(next, runtime);
      }
    }
    return new Shard(cells, said, new Folds(sums, sent, failure));
  }

  private Optional<Update> update(DeviceRuntime runtime, int task, Command.Train train) {
    Lessons lessons = train.lessons().value();
    Job.Train job = lessons.task(task);
    return runtime.train(
        job.round(),
        job.group(),
        lessons.start(task),
        job.plan(),
        workshop.bench(runtime, engines, train.now()));
  }

  /** Lets a device that is made again do what it did. What came of it is known. */
  void obey(DeviceRuntime runtime, Entry entry) {
    switch (entry.command()) {
      case Command.Begin begin -> workshop.begin(runtime, begin);
      case Command.Deliver deliver ->
          runtime.receive(
              inbox(runtime.id().name(), entry, deliver),
              workshop.bench(runtime, engines, deliver.now()));
      case Command.Train train -> {
        Lessons lessons = train.lessons().value();
        for (int task = 0; task < lessons.tasks(); task++) {
          if (lessons.place(task, runtime.id().name()) >= 0) {
            update(runtime, task, train);
          }
        }
      }
    }
  }

  /** Devices write down what they are, so that nobody need know any more how they came to it. */
  static Shard keep(Setup setup, Shard shard, Broadcast<Models> models, int begun) {
    return at(
        setup,
        desk -> {
          List<Cell> cells = new ArrayList<>();
          for (Cell cell : shard.cells()) {
            DeviceRuntime runtime = desk.workshop.take(cell, desk.engines);
            byte[] kept = StateBytes.encode(new Kept(runtime.state(), runtime.fetchedBlocks()));
            desk.workshop.putBack(cell, runtime);
            cells.add(new Cell(cell.device(), kept, models, begun, cell.at(), List.of()));
          }
          return Shard.of(cells);
        });
  }

  /** The personal models of a shard, by device. */
  static List<Personal> personal(Setup setup, Shard shard) {
    return at(
        setup,
        desk -> {
          List<Personal> models = new ArrayList<>();
          for (Cell cell : shard.cells()) {
            DeviceRuntime runtime = desk.workshop.take(cell, desk.engines);
            runtime.personal().ifPresent(model -> models.add(new Personal(cell.device(), model)));
            desk.workshop.putBack(cell, runtime);
          }
          return models;
        });
  }
}
