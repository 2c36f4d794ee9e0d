package dev.kula.aggregate.attack;

import dev.kula.KulaException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Reads the names of attacks, and checks what is in them. */
final class AttackText {
  private static final String ATTACKS =
      "'sign-flip[:SCALE]', 'gaussian:STDDEV', 'inner-product:EPSILON', 'a-little-is-enough[:Z]',"
          + " 'label-flip' or 'backdoor:TARGET:VALUE:PIXEL,PIXEL'";

  private AttackText() {}

  static Attack parse(String text) {
    try {
      return read(text.split(":", -1));
    } catch (IllegalArgumentException e) {
      throw KulaException.user(
          "attack is '%s': %s; try 'sign-flip'".formatted(text, e.getMessage()), e);
    }
  }

  private static Attack read(String[] parts) {
    int values = parts.length - 1;
    return switch (parts[0]) {
      case SignFlip.NAME -> {
        requireValues(values, 0, 1);
        yield new SignFlip(values == 0 ? 1 : decimal("SCALE", parts[1]));
      }
      case GaussianAttack.NAME -> {
        requireValues(values, 1, 1);
        yield new GaussianAttack(decimal("STDDEV", parts[1]));
      }
      case InnerProduct.NAME -> {
        requireValues(values, 1, 1);
        yield new InnerProduct(decimal("EPSILON", parts[1]));
      }
      case ALittleIsEnough.NAME -> {
        requireValues(values, 0, 1);
        yield new ALittleIsEnough(
            values == 0 ? OptionalDouble.empty() : OptionalDouble.of(decimal("Z", parts[1])));
      }
      case LabelFlip.NAME -> {
        requireValues(values, 0, 0);
        yield new LabelFlip();
      }
      case Backdoor.NAME -> {
        requireValues(values, 3, 3);
        List<Integer> pixels = new ArrayList<>();
        for (String pixel : parts[3].split(",", -1)) {
          pixels.add(whole("PIXEL", pixel));
        }
        yield new Backdoor(pixels, (float) decimal("VALUE", parts[2]), whole("TARGET", parts[1]));
      }
      default -> throw new IllegalArgumentException("must be " + ATTACKS);
    };
  }

  static void positive(String what, double value) {
    if (!(value > 0) || value > 1e6) {
      throw new IllegalArgumentException(
          what + " is " + value + ", must be positive and at most 1e6");
    }
  }

  static int label(String what, int label, int classes) {
    if (label < 0 || label >= classes) {
      throw new IllegalArgumentException(
          "%s is %d, must be from 0 to below %d, the number of classes"
              .formatted(what, label, classes));
    }
    return label;
  }

  private static void requireValues(int values, int least, int most) {
    if (values < least || values > most) {
      throw new IllegalArgumentException("must be " + ATTACKS);
    }
  }

  private static double decimal(String what, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + " is '" + text + "', must be a number", e);
    }
  }

  private static int whole(String what, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + " is '" + text + "', must be a whole number", e);
    }
  }
}
