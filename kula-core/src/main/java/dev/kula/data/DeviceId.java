package dev.kula.data;

/**
 * The name of a device or server, unique in its fleet; ordered by name.
 *
 * @param name not blank
 */
public record DeviceId(String name) implements Comparable<DeviceId> {
  public DeviceId {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a device's name must not be blank");
    }
  }

  @Override
  public int compareTo(DeviceId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
