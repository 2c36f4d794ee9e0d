package dev.kula.device;

import dev.kula.Seed;
import dev.kula.data.BlockId;
import dev.kula.data.Ledger;
import dev.kula.data.SampleSet;
import dev.kula.data.SampleStore;
import dev.kula.model.ParameterLayout;
import dev.kula.model.TrainingEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * What a device's personal model is made of: its personal ledger and the changes that visits
 * brought back. Knows how to make the model with and without one more swap.
 */
final class PersonalModel {
  private final TrainingData data;
  private final SampleStore store;
  private final Personalizer personalizer;
  private final Ledger ledger;
  private final List<AcceptedSwap> accepted;

  PersonalModel(
      TrainingData data,
      SampleStore store,
      Personalizer personalizer,
      Ledger ledger,
      List<AcceptedSwap> accepted) {
    this.data = data;
    this.store = store;
    this.personalizer = personalizer;
    this.ledger = ledger;
    this.accepted = accepted;
  }

  /** Where fine-tuning starts, and on what. */
  record Ingredients(float[] start, SampleSet samples) {}

  /** As the device stands. */
  Ingredients current(ParameterLayout layout, float[] global) {
    float[] start = global;
    for (AcceptedSwap swap : accepted) {
      start = Personalizer.withHeadDelta(layout, start, swap.headDelta());
    }
    return new Ingredients(start, data.towardsTarget(data.ledger(ledger)));
  }

  /**
   * Forgets what earlier visits changed. A change belongs to the model it was made on; as that
   * model moves on it goes stale, so it is kept until the next swaps are decided and no longer.
   */
  void dropVisits() {
    List<AcceptedSwap> visits =
        accepted.stream().filter(swap -> swap.headDelta().length > 0).toList();
    visits.forEach(visit -> ledger.remove(visit.blockId()));
    accepted.removeAll(visits);
  }

  /** As the device would stand had it never swapped. */
  Ingredients withoutSwaps(float[] global) {
    return new Ingredients(global, data.towardsTarget(data.ledger(new Ledger())));
  }

  /** With one more visit's change. */
  Ingredients plusVisit(ParameterLayout layout, Ingredients base, float[] headDelta) {
    return new Ingredients(
        Personalizer.withHeadDelta(layout, base.start(), headDelta), base.samples());
  }

  /** With one more block of fetched samples. */
  Ingredients plusFetched(Ingredients base, BlockId block) {
    List<SampleSet> parts = new ArrayList<>(List.of(base.samples()));
    store.fetched(block).ifPresent(parts::add);
    return new Ingredients(base.start(), data.towardsTarget(SampleSet.concat(parts)));
  }

  Personalizer.Personal make(TrainingEngine engine, Ingredients ingredients, Seed seed) {
    return personalizer.personalize(engine, ingredients.start(), ingredients.samples(), seed);
  }
}
