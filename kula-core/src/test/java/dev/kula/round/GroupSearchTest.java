package dev.kula.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import dev.kula.device.Message;
import dev.kula.device.TrialFold;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Devices of two kinds, even and odd, that gain by what their own kind has learnt. */
class GroupSearchTest {
  private static final int ROUND = 4;
  private static final int SAMPLES = 30;

  private static DeviceId device(int number) {
    return new DeviceId("device-%02d".formatted(number));
  }

  private static int number(DeviceId device) {
    return Integer.parseInt(device.name().substring("device-".length()));
  }

  /** A lesson's first parameter is its device's number, by which trials know it. */
  private static GroupSearch search(int devices) {
    Map<DeviceId, GroupSearch.Lesson> lessons = new TreeMap<>();
    for (int i = 0; i < devices; i++) {
      lessons.put(
          device(i),
          new GroupSearch.Lesson(new float[] {i, 0}, 1, new double[] {SAMPLES / 2, SAMPLES / 2}));
    }
    return new GroupSearch(ROUND, new float[2], new double[] {1, 1}, lessons, new Seed(1));
  }

  /**
   * The end of a search.
   *
   * @param guard what each device gains a sample by groups, by its number
   */
  private static GroupSearch.Result result(int devices, IntToDoubleFunction guard) {
    GroupSearch search = search(devices);
    for (Envelope question : search.choosing()) {
      Message.Trial trial = (Message.Trial) question.message();
      double[] gains =
          trial.candidates().stream()
              .skip(1)
              .mapToLong(tried -> Math.round(tried.levels()[0] * tried.step()))
              .mapToDouble(other -> (other - number(question.to())) % 2 == 0 ? 10 : -10)
              .toArray();
      assertTrue(search.tried(question.to(), new Message.Tried(ROUND, TrialFold.CHOOSING, gains)));
    }
    for (Envelope question : search.guarding()) {
      double[] gains = new double[((Message.Trial) question.message()).candidates().size() - 1];
      Arrays.fill(gains, guard.applyAsDouble(number(question.to())) * SAMPLES / 3);
      assertTrue(search.tried(question.to(), new Message.Tried(ROUND, TrialFold.GUARDING, gains)));
    }
    return search.result();
  }

  @Test
  void devicesOfAKindMakeAGroupAndTheFewestGroupsAreTaken() {
    GroupSearch.Result result = result(12, device -> 0.2 + 0.01 * (device % 3));
    assertEquals(2, result.models().size());
    for (int i = 0; i < 12; i++) {
      assertEquals(result.grouping().get(device(i % 2)), result.grouping().get(device(i)));
    }
    float[] means = {5, 6};
    assertEquals(
        List.of(means[0], means[1]),
        result.models().stream().map(model -> model[0]).sorted().toList());
    assertEquals(5.5f, result.common()[0]);
  }

  @Test
  void whatGainsNothingIsNotLookedForAgain() {
    GroupSearch.Result loss = result(12, device -> -0.01 * (device % 3));
    assertEquals(1, loss.models().size());
    assertTrue(loss.isHopeless());
    GroupSearch.Result unsure = result(12, device -> device % 2 == 0 ? 0.3 : -0.2);
    assertEquals(1, unsure.models().size());
    assertFalse(unsure.isHopeless());
  }

  @Test
  void aGainThatIsSureButSmallIsNotWorthAModel() {
    assertEquals(1, result(12, device -> 0.004).models().size());
    assertEquals(2, result(12, device -> 0.006).models().size());
  }

  /** A mean of two would show each of them what the other has learnt, and one would show all. */
  @Test
  void noGroupIsSmallerThanThree() {
    GroupSearch.Result result = result(5, device -> 0.5);
    assertEquals(1, result.models().size());
    assertTrue(result.gains().isEmpty(), "two and three are no division");
    assertFalse(result.isHopeless(), "nothing has been tried");
  }

  @Test
  void whoeverLiesCountsForOneDevice() {
    GroupSearch.Result worse = result(12, device -> device == 3 ? -1e300 : 0.2);
    assertFalse(worse.isHopeless());
    assertTrue(worse.gains().stream().allMatch(gain -> gain.standardError() < 1));
    GroupSearch.Result better = result(12, device -> device == 3 ? 1e300 : -0.2);
    assertEquals(1, better.models().size());
  }

  /** Four standard errors: of twelve devices enough (t = 3.8 at 11), of six not (5.5 at 5). */
  @Test
  void fewDevicesMustAgreeMore() {
    for (int devices : List.of(12, 6)) {
      double sd = Math.sqrt(devices / (devices - 1.0)) / Math.sqrt(devices);
      GroupSearch.Result result =
          result(devices, device -> 0.01 + 4.1 * sd * 0.1 + (device % 2 == 0 ? 0.1 : -0.1));
      assertEquals(devices == 12 ? 2 : 1, result.models().size(), devices + " devices");
    }
  }

  @Test
  void answersToWhatNobodyAskedAreNotTaken() {
    GroupSearch search = search(4);
    search.choosing();
    double[] gains = new double[3];
    Message.Tried answer = new Message.Tried(ROUND, TrialFold.CHOOSING, gains);
    assertFalse(search.tried(new DeviceId("stranger"), answer));
    assertFalse(search.tried(device(0), new Message.Tried(ROUND + 1, TrialFold.CHOOSING, gains)));
    assertFalse(
        search.tried(device(0), new Message.Tried(ROUND, TrialFold.CHOOSING, new double[2])));
    assertFalse(
        search.tried(
            device(0),
            new Message.Tried(ROUND, TrialFold.CHOOSING, new double[] {0, Double.NaN, 0})));
    assertTrue(search.tried(device(0), answer));
    assertFalse(search.tried(device(0), answer), "twice");
  }
}
