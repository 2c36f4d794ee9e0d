package dev.kula;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The extensions of one seam: those that {@link ServiceLoader} finds, and those that a program has
 * at hand {@link #with}. Nothing is kept from one call to the next. Thread safe.
 *
 * @param <T> what they make
 */
public final class Extensions<T> {
  private static final ScopedValue<List<Extension<?>>> AT_HAND = ScopedValue.newInstance();
  private static final String NAME = "[a-z][a-z0-9-]*";

  private final String what;
  private final Class<? extends Extension<T>> seam;
  private final Set<String> taken;

  /**
   * Those of a seam.
   *
   * @param what they make, for messages, such as {@code policy}
   * @param seam the interface that they implement
   * @param taken names that Kula has itself
   */
  public Extensions(String what, Class<? extends Extension<T>> seam, Set<String> taken) {
    this.what = what;
    this.seam = seam;
    this.taken = Set.copyOf(taken);
  }

  /**
   * Runs something for which some more extensions are there, in this thread, as if they were on the
   * class path.
   */
  public static <R> R with(List<? extends Extension<?>> more, Supplier<R> something) {
    List<Extension<?>> all = new ArrayList<>(AT_HAND.orElse(List.of()));
    all.addAll(more);
    return ScopedValue.where(AT_HAND, List.copyOf(all)).call(something::get);
  }

  /**
   * Their names, sorted.
   *
   * @throws KulaException (USER) if one cannot be loaded or has a name that it may not have
   */
  public List<String> names() {
    return List.copyOf(all().keySet());
  }

  /** To follow a list of what Kula has itself: empty, or the names of those that are there. */
  public String words() {
    List<String> names = names();
    return names.isEmpty() ? "" : ", or of the class path " + String.join(", ", names);
  }

  /** Whether {@code text} begins with the name of one of them. */
  public boolean has(String text) {
    return all().containsKey(name(text));
  }

  /**
   * What {@code text} stands for; empty if that is none of theirs.
   *
   * @throws KulaException (USER) if its argument is not what it must be, if one cannot be loaded or
   *     has a name that it may not have
   */
  public Optional<T> create(String text) {
    Extension<T> extension = all().get(name(text));
    if (extension == null) {
      return Optional.empty();
    }
    int colon = text.indexOf(':');
    try {
      return Optional.of(
          extension.create(colon < 0 ? Optional.empty() : Optional.of(text.substring(colon + 1))));
    } catch (IllegalArgumentException refused) {
      throw KulaException.user(
          "%s is '%s', which %s refuses: %s"
              .formatted(what, text, extension.getClass().getName(), refused.getMessage()),
          refused);
    }
  }

  private static String name(String text) {
    int colon = text.indexOf(':');
    return colon < 0 ? text : text.substring(0, colon);
  }

  private Map<String, Extension<T>> all() {
    Map<String, Extension<T>> all = new TreeMap<>();
    AT_HAND.orElse(List.of()).stream()
        .filter(seam::isInstance)
        .forEach(extension -> add(seam.cast(extension), all));
    try {
      ServiceLoader.load(seam).forEach(extension -> add(extension, all));
    } catch (ServiceConfigurationError broken) {
      Throwable cause = broken.getCause();
      throw KulaException.user(
          "a %s of the class path cannot be loaded: %s%s; correct its jar or take it away"
              .formatted(what, broken.getMessage(), cause == null ? "" : " (" + cause + ")"),
          broken);
    }
    return all;
  }

  private void add(Extension<T> extension, Map<String, Extension<T>> to) {
    String name = extension.name();
    String type = extension.getClass().getName();
    if (!name.matches(NAME) || taken.contains(name)) {
      throw KulaException.user(
          "%s calls its %s '%s', must be lower-case letters, digits and hyphens and none of Kula's own names; rename it"
              .formatted(type, what, name));
    }
    Extension<T> other = to.put(name, extension);
    if (other != null) {
      throw KulaException.user(
          "%s and %s both call their %s '%s', names must differ; rename one or take its jar away"
              .formatted(other.getClass().getName(), type, what, name));
    }
  }
}
