package dev.kula.app.advice;

import java.util.ArrayList;
import java.util.List;

/**
 * Which method of a summary is what, by name.
 *
 * @param local each device alone
 * @param federated the plain federated method
 * @param groups federated within groups that trials find
 * @param swaps what swaps, by what it gives away, least first
 * @param grouped whether within groups: then swaps are compared with {@code groups}, else with
 *     {@code federated}
 */
public record Roles(
    String local, String federated, String groups, List<String> swaps, boolean grouped) {
  public Roles {
    swaps = List.copyOf(swaps);
  }

  /** What swapping is compared with. */
  String base() {
    return grouped ? groups : federated;
  }

  /**
   * All methods, cheapest first: by what leaves a device (nothing, models to one server, models
   * that others try, models that others train, rows), which costs more than bytes.
   */
  List<String> byCost() {
    List<String> all = new ArrayList<>(List.of(local, federated, groups));
    all.addAll(swaps);
    return all;
  }
}
