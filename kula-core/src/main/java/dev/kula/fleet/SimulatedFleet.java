package dev.kula.fleet;

import dev.kula.device.PersonalModel;
import java.util.Map;

/** A fleet of simulated devices, who hide nothing from whoever runs the simulation. */
public interface SimulatedFleet extends Fleet {
  /** The personal models of all devices that have one, by name and in the order of these. */
  Map<String, PersonalModel> personalModels();
}
