package dev.kula.spark;

import dev.kula.device.PersonalModel;
import java.io.Serializable;

/** A device's personal model. */
record Personal(String device, PersonalModel model) implements Serializable {}
