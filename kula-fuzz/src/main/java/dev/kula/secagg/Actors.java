package dev.kula.secagg;

import dev.kula.secagg.ClientState.Step;
import dev.kula.secagg.Message.Advertisement;
import dev.kula.secagg.Message.Endorsement;
import dev.kula.secagg.Message.MaskedVector;
import dev.kula.secagg.Message.Reveal;
import dev.kula.secagg.Message.SharesSent;
import dev.kula.secagg.ServerState.Closed;
import java.util.Map;

/** The devices and the server of a session, whatever states they are in. */
final class Actors {
  private final Parties parties;
  private final ClientState[] devices;
  private ServerState server;

  Actors(Parties parties) {
    this.parties = parties;
    this.devices = new ClientState[parties.session().cohort()];
    for (int member = 0; member < devices.length; member++) {
      devices[member] = parties.device(member);
    }
    this.server = CollectAdvertisements.create(parties.session());
  }

  ClientState device(int member) {
    return devices[member];
  }

  ServerState server() {
    return server;
  }

  /** Gives a device a message in the state that it is in, and returns what it says. */
  byte[] give(int member, byte[] message) {
    Step<?> step = give(devices[member], message, parties.vectors()[member]);
    devices[member] = step.next();
    return step.message();
  }

  static Step<?> give(ClientState state, byte[] message, int[] vector) {
    return switch (state) {
      case Advertise device -> device.advertise();
      case ShareKeys device -> device.receive(message);
      case MaskedInput device -> device.receive(message, vector);
      case ConsistencyCheck device -> device.receive(message);
      case Unmask device -> device.receive(message);
      case ClientState.Done done -> throw new IllegalArgumentException("done is done");
    };
  }

  /** Gives the server a message. */
  void take(byte[] message) {
    switch (server) {
      case CollectAdvertisements phase -> phase.receive(message);
      case CollectShares phase -> phase.receive(message);
      case CollectMaskedInputs phase -> phase.receive(message);
      case CollectEndorsements phase -> phase.receive(message);
      case CollectReveals phase -> phase.receive(message);
      case ServerState.Aggregated end -> throw new IllegalArgumentException("the end is the end");
    }
  }

  /** Ends the server's phase, and returns what it says to each device. */
  Map<Integer, byte[]> close() {
    Closed<?> closed =
        switch (server) {
          case CollectAdvertisements phase -> phase.close();
          case CollectShares phase -> phase.close();
          case CollectMaskedInputs phase -> phase.close();
          case CollectEndorsements phase -> phase.close();
          case CollectReveals phase -> phase.close();
          case ServerState.Aggregated end -> throw new IllegalArgumentException("no phase to end");
        };
    server = closed.next();
    return closed.messages();
  }

  /** Whether the server is waiting for what the device has to say next. */
  boolean isDevicesTurn(int member) {
    return switch (server) {
      case CollectAdvertisements phase -> devices[member] instanceof Advertise;
      case CollectShares phase -> devices[member] instanceof ShareKeys;
      case CollectMaskedInputs phase -> devices[member] instanceof MaskedInput;
      case CollectEndorsements phase -> devices[member] instanceof ConsistencyCheck;
      case CollectReveals phase -> devices[member] instanceof Unmask;
      case ServerState.Aggregated end -> false;
    };
  }

  /** What the server reads in its phase. */
  static Class<? extends Message.FromDevice> awaited(ServerState server) {
    return switch (server) {
      case CollectAdvertisements phase -> Advertisement.class;
      case CollectShares phase -> SharesSent.class;
      case CollectMaskedInputs phase -> MaskedVector.class;
      case CollectEndorsements phase -> Endorsement.class;
      case CollectReveals phase -> Reveal.class;
      case ServerState.Aggregated end -> throw new IllegalArgumentException("nothing any more");
    };
  }
}
