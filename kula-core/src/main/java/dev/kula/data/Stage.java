package dev.kula.data;

/**
 * What is true of a device's data from some round on, until its next stage. Immutable by contract.
 *
 * @param round first round in which it holds; 0 is before training
 * @param held how many of the device's training rows it has by then, the first ones in their order;
 *     at least 1
 * @param exam rows that its model is examined on; rows that it gets to train on in a later round
 *     are allowed (test, then train)
 * @param change whether what the device meets begins to differ from before; for the evaluator alone
 */
public record Stage(int round, int held, int[] exam, boolean change) {
  public Stage {
    if (round < 0 || held < 1 || exam.length == 0) {
      throw new IllegalArgumentException(
          "a stage from round %d with %d rows held and %d to be examined on, must be from 0 with 1 and 1"
              .formatted(round, held, exam.length));
    }
    exam = exam.clone();
  }
}
