package dev.kula.fleet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.aggregate.Update;
import dev.kula.aggregate.attack.Attack;
import dev.kula.data.Dataset;
import dev.kula.data.DeviceId;
import dev.kula.data.FeatureTable;
import dev.kula.data.FederatedData;
import dev.kula.data.ToyClusters;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class AttackersTest {
  private final FederatedData data = ToyClusters.skewed(4, 40, 0);
  private final List<DeviceId> devices =
      data.devices().stream().map(FederatedData.DeviceRows::device).toList();

  @Test
  void aShareIsPickedBySeedAndRoundedDown() {
    Attack attack = Attack.parse("sign-flip");
    Attackers half = Attackers.pick(attack, 0.5, devices, new Seed(1));
    assertEquals(2, half.devices().size());
    assertEquals(half, Attackers.pick(attack, 0.5, devices, new Seed(1)));
    assertEquals(1, Attackers.pick(attack, 0.49, devices, new Seed(1)).devices().size());
    assertEquals(3, Attackers.count(0.3, 10), "though 0.3 · 10 is below 3 in doubles or may be");
    TreeSet<DeviceId> met = new TreeSet<>();
    for (int seed = 0; seed < 40; seed++) {
      met.addAll(Attackers.pick(attack, 0.25, devices, new Seed(seed)).devices());
    }
    assertEquals(new TreeSet<>(devices), met, "anybody may be one");
  }

  @Test
  void dataAttacksTouchTheAttackersTrainingRowsAlone() {
    Attackers one = Attackers.pick(Attack.parse("backdoor:2:9.5:0,1"), 0.25, devices, new Seed(2));
    Dataset clean = data.dataset();
    Dataset poisoned = one.poisoned(data);
    TreeSet<Integer> touched = new TreeSet<>();
    for (FederatedData.DeviceRows rows : data.devices()) {
      if (one.devices().contains(rows.device())) {
        for (int row : rows.train()) {
          touched.add(row);
        }
      }
    }
    float[] before = new float[clean.input().size()];
    float[] after = before.clone();
    for (int row = 0; row < clean.size(); row++) {
      clean.features().copyRow(row, before, 0);
      poisoned.features().copyRow(row, after, 0);
      if (touched.contains(row)) {
        assertEquals(9.5f, after[0]);
        assertEquals(9.5f, after[1]);
        assertEquals(2f, poisoned.targets()[row]);
      } else {
        assertArrayEquals(before, after);
        assertEquals(clean.targets()[row], poisoned.targets()[row]);
      }
    }
    assertTrue(touched.size() > 10);
    Attackers forgers = Attackers.pick(Attack.parse("sign-flip"), 0.5, devices, new Seed(2));
    assertSame(clean, forgers.poisoned(data), "who forges updates trains on what it has");
  }

  @Test
  void bytesTakeTheNearestLevel() {
    FeatureTable table = new FeatureTable.Bytes(new byte[] {0, 10, 20, 30}, 2, 0.1f, -1f);
    FeatureTable replaced = table.replace(new int[] {1}, new float[] {0.04f, 99f});
    float[] row = new float[2];
    replaced.copyRow(0, row, 0);
    assertArrayEquals(new float[] {-1f, 0f}, row, 1e-6f);
    replaced.copyRow(1, row, 0);
    assertArrayEquals(new float[] {0f, 24.5f}, row, 1e-5f);
  }

  @Test
  void updateAttacksReplaceTheAttackersUpdatesAlone() {
    Attackers half =
        new Attackers(
            Attack.parse("sign-flip:2"), new TreeSet<>(devices.subList(0, 2)), new Seed(3));
    List<Optional<Update>> honest =
        List.of(
            Optional.of(new Update(new float[] {1, 2}, 5, 0.5)),
            Optional.empty(),
            Optional.of(new Update(new float[] {3, 4}, 6, 0.6)),
            Optional.of(new Update(new float[] {5, 6}, 7, 0.7)));
    List<Optional<Update>> sent = half.sent(1, devices, honest);
    assertArrayEquals(new float[] {-2, -4}, sent.get(0).orElseThrow().delta());
    assertEquals(5, sent.get(0).orElseThrow().weight());
    assertTrue(sent.get(1).isEmpty());
    assertSame(honest.get(2), sent.get(2));
    assertArrayEquals(new float[] {1, 2}, honest.get(0).orElseThrow().delta(), "not written over");
  }
}
