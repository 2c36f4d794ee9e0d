package dev.kula.wire;

import dev.kula.data.DeviceId;
import dev.kula.device.Envelope;
import java.util.List;

/** What an orchestrator asks a monitor: the calls of {@link dev.kula.round.Monitor}. */
public sealed interface Question {
  /** {@link dev.kula.round.Monitor#census}. Answered by {@link Answer.Devices}. */
  record Census(int round, List<DeviceId> devices, boolean fleet) implements Question {
    public Census {
      Job.requireRound(round);
      devices = List.copyOf(devices);
    }
  }

  /** {@link dev.kula.round.Monitor#hear}. Answered by {@link Answer.Heard}. */
  record Hear(List<Envelope> messages) implements Question {
    public Hear {
      messages = List.copyOf(messages);
    }
  }

  /** {@link dev.kula.round.Monitor#labels}. Answered by {@link Answer.Labels}. */
  record Labels() implements Question {}

  /** {@link dev.kula.round.Monitor#joined}. Answered by {@link Answer.Numbers}. */
  record Joined(List<DeviceId> devices) implements Question {
    public Joined {
      devices = List.copyOf(devices);
    }
  }

  /** {@link dev.kula.round.Monitor#plan}. Answered by {@link Answer.Planned}. */
  record Plan(int round, List<List<DeviceId>> groups) implements Question {
    public Plan {
      Job.requireRound(round);
      groups = groups.stream().map(List::copyOf).toList();
    }
  }

  /** {@link dev.kula.round.Monitor#close}. Answered by {@link Answer.Standings}. */
  record Close() implements Question {}

  /** {@link dev.kula.round.Monitor#reputations}. Answered by {@link Answer.Numbers}. */
  record Reputations(List<DeviceId> devices) implements Question {
    public Reputations {
      devices = List.copyOf(devices);
    }
  }
}
