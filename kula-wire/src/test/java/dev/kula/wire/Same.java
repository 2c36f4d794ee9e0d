package dev.kula.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kula.aggregate.Update;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Whether two values are the same bit for bit: records by their components, numbers by bits. */
final class Same {
  private Same() {}

  static void assertSame(Object expected, Object actual, String path) {
    assertEquals(expected.getClass().isRecord(), actual.getClass().isRecord(), path);
    switch (expected) {
      case float[] floats -> assertArrayEquals(bits(floats), bits((float[]) actual), path);
      case double[] doubles -> assertArrayEquals(bits(doubles), bits((double[]) actual), path);
      case int[] ints -> assertArrayEquals(ints, (int[]) actual, path);
      case byte[] bytes -> assertArrayEquals(bytes, (byte[]) actual, path);
      case Double number ->
          assertEquals(
              Double.doubleToRawLongBits(number),
              Double.doubleToRawLongBits((double) actual),
              path);
      case Float number ->
          assertEquals(
              Float.floatToRawIntBits(number), Float.floatToRawIntBits((float) actual), path);
      case Optional<?> optional -> {
        Optional<?> other = (Optional<?>) actual;
        assertEquals(optional.isPresent(), other.isPresent(), path);
        optional.ifPresent(value -> assertSame(value, other.orElseThrow(), path));
      }
      case List<?> list -> {
        List<?> others = (List<?>) actual;
        assertEquals(list.size(), others.size(), path);
        for (int i = 0; i < list.size(); i++) {
          assertSame(list.get(i), others.get(i), path + "[" + i + "]");
        }
      }
      case Map<?, ?> map -> {
        Map<?, ?> others = (Map<?, ?>) actual;
        assertEquals(map.keySet(), others.keySet(), path);
        map.forEach(
            (key, value) ->
                assertSame(value, Objects.requireNonNull(others.get(key)), path + "{" + key + "}"));
      }
      case Update update -> {
        Update other = (Update) actual;
        assertSame(update.delta(), other.delta(), path + ".delta");
        assertSame(update.weight(), other.weight(), path + ".weight");
        assertSame(update.trainingLoss(), other.trainingLoss(), path + ".trainingLoss");
        assertEquals(update.steps(), other.steps(), path + ".steps");
        assertEquals(update.cluster(), other.cluster(), path + ".cluster");
      }
      case Record record -> assertSame(record, (Record) actual, path);
      default -> assertEquals(expected, actual, path);
    }
  }

  private static void assertSame(Record expected, Record actual, String path) {
    assertEquals(expected.getClass(), actual.getClass(), path);
    for (RecordComponent component : expected.getClass().getRecordComponents()) {
      Method accessor = component.getAccessor();
      try {
        accessor.setAccessible(true);
        assertSame(
            accessor.invoke(expected), accessor.invoke(actual), path + "." + component.getName());
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(path, e);
      }
    }
  }

  private static int[] bits(float[] numbers) {
    int[] bits = new int[numbers.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(numbers[i]);
    }
    return bits;
  }

  private static long[] bits(double[] numbers) {
    long[] bits = new long[numbers.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Double.doubleToRawLongBits(numbers[i]);
    }
    return bits;
  }
}
