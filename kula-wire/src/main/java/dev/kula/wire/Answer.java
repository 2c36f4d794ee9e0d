package dev.kula.wire;

import dev.kula.data.DeviceId;
import dev.kula.round.LabelCounts;
import dev.kula.round.Monitor;
import dev.kula.round.RunEvent;
import java.util.List;

/** What a monitor answers to a {@link Question}. */
public sealed interface Answer {
  /** Devices, in their order. */
  record Devices(List<DeviceId> devices) implements Answer {
    public Devices {
      devices = List.copyOf(devices);
    }
  }

  /** One a message. */
  record Heard(List<Boolean> counts) implements Answer {
    public Heard {
      counts = List.copyOf(counts);
    }
  }

  /** Label counts by device. */
  record Labels(LabelCounts counts) implements Answer {}

  /** Shares of labels, or what devices are worth. */
  record Numbers(List<Double> numbers) implements Answer {
    public Numbers {
      numbers = List.copyOf(numbers);
    }
  }

  /** A plan. */
  record Planned(Monitor.Plan plan) implements Answer {}

  /** How sources stand. */
  record Standings(List<RunEvent.Standing> standings) implements Answer {
    public Standings {
      standings = List.copyOf(standings);
    }
  }
}
