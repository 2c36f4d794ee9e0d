package dev.kula.fleet;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A map of names, in their order, whose values are made when they are asked for, and not kept: for
 * those that do not fit into memory all at once. Not to be changed.
 *
 * @param <K> what values are made of
 */
final class LazyMap<K, V> extends AbstractMap<String, V> {
  private final SortedMap<String, K> keys;
  private final Function<K, V> value;

  LazyMap(SortedMap<String, K> keys, Function<K, V> value) {
    this.keys = keys;
    this.value = value;
  }

  @Override
  public int size() {
    return keys.size();
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return keys.containsKey(name);
  }

  @Override
  public @Nullable V get(@Nullable Object name) {
    K key = keys.get(name);
    return key == null ? null : value.apply(key);
  }

  @Override
  public Set<String> keySet() {
    return keys.keySet();
  }

  @Override
  public Set<Map.Entry<String, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<String, V>> iterator() {
        Iterator<Map.Entry<String, K>> entries = keys.entrySet().iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return entries.hasNext();
          }

          @Override
          public Map.Entry<String, V> next() {
            Map.Entry<String, K> entry = entries.next();
            return Map.entry(entry.getKey(), value.apply(entry.getValue()));
          }
        };
      }

      @Override
      public int size() {
        return keys.size();
      }
    };
  }
}
