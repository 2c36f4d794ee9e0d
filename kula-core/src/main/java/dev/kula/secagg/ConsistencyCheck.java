package dev.kula.secagg;

import dev.kula.KulaException;
import dev.kula.secagg.Message.Endorsement;
import dev.kula.secagg.Message.Survivors;
import java.util.Map;
import java.util.Optional;

/** Phase 3 of a device: signs what it was told of survivors. */
public final class ConsistencyCheck implements ClientState {
  private final Device device;

  /** Shares by owner, for everybody whose mask is on the vector; empty if they were no good. */
  private final Map<Integer, Optional<byte[]>> held;

  private final Once once = new Once("consistency check");

  ConsistencyCheck(Device device, Map<Integer, Optional<byte[]>> held) {
    this.device = device;
    this.held = held;
  }

  /**
   * Takes the survivors.
   *
   * @throws KulaException blaming the remote side if this device is not one of them, if they or its
   *     neighbours among them are too few, or if a neighbour is that shared nothing
   */
  public Step<Unmask> receive(byte[] survivors) {
    once.require();
    Survivors message = device.codec().fromServer(survivors, Survivors.class, device.self());
    Members told = message.survivors();
    if (!told.contains(device.self())) {
      throw KulaException.remote(
          "survivors are without device %d, must be with it, as it was asked to endorse them"
              .formatted(device.self()));
    }
    requireEnough(device, told);
    for (int neighbour : device.session().graph().neighboursAmong(device.self(), told)) {
      if (!held.containsKey(neighbour)) {
        throw KulaException.remote(
            "survivor is device %d, must be one whose shares came before".formatted(neighbour));
      }
    }
    byte[] hash = hash(told);
    byte[] signed = device.codec().sign(new Endorsement(device.self(), hash), device.identity());
    once.spend();
    return new Step<>(new Unmask(device, held, told, hash), signed);
  }

  static void requireEnough(Device device, Members survivors) {
    if (survivors.size() < device.session().fewestSurvivors()) {
      throw KulaException.remote(
          "survivors are %d, must be at least %d: start again with more devices"
              .formatted(survivors.size(), device.session().fewestSurvivors()));
    }
    int[] neighbours = device.session().graph().neighboursAmong(device.self(), survivors);
    device.requireEnough(neighbours.length, "surviving");
  }

  static byte[] hash(Members survivors) {
    return Session.sha256().digest(survivors.encode());
  }
}
