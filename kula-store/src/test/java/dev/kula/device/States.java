package dev.kula.device;

import dev.kula.data.SampleStore;
import dev.kula.privacy.PrivacyLedger;
import dev.kula.privacy.accounting.RenyiFilter;
import java.util.List;
import java.util.Map;

/** States of devices, whose parts are nobody else's to make. */
public final class States {
  private States() {}

  /** Of a device that has a little of most things. */
  public static DeviceRuntime.State some() {
    return new DeviceRuntime.State(
        new SampleStore.State(
            Map.of("b1", new int[] {1, 2}),
            Map.of(7L, new SampleStore.LeaseUse(3, 1, false, "b1", 99)),
            List.of("b2"),
            8),
        List.of(),
        List.of(),
        Map.of(2L, "b2"),
        List.of(),
        new PrivacyLedger.State(
            new RenyiFilter(8, 1e-5, 4),
            List.of(new PrivacyLedger.Charge(new PrivacyLedger.Release(1, "profile"), 0.125)),
            List.of("updates"),
            null,
            0),
        new float[] {1, Float.NaN, -0f},
        3,
        new GroupChoice.State(new double[] {1, 2}, new double[] {0.5}, 4, -1),
        new double[] {0.25, 0.75},
        new Segments.State(1, 2, new int[] {0, 1}, Map.of("b2", 1)),
        Map.of("another", new int[] {3}),
        1,
        new float[] {2},
        new UpdateCompression.State(new float[] {0.5f}, 1, 0));
  }
}
