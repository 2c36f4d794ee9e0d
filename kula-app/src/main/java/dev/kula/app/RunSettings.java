package dev.kula.app;

import dev.kula.KulaException;
import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run was asked to do, as it was typed: text such as {@code dirichlet:0.1} is known to be
 * well formed and in range, and is not taken apart here. {@link Flag} has each setting's meaning,
 * rule and default.
 *
 * <p>Immutable. The constructor throws {@link KulaException}, the user's mistake, for the first
 * setting that breaks its rule.
 *
 * @param data {@code fashion-mnist}, {@code idx:DIR}, {@code csv:FILE}, {@code parquet:FILE},
 *     {@code sql:QUERY}, {@code folder:DIR} or {@code leaf:PATH}
 * @param deviceColumn name of a column
 * @param timeColumn name of a column
 * @param labelColumn name of a column
 * @param task {@code classification} or {@code regression}
 * @param partition {@code natural}, {@code iid}, {@code dirichlet:ALPHA}, {@code classes:K} or
 *     {@code quantity:ALPHA}
 * @param devices at least 1
 * @param split {@code random:SHARE} or {@code time:SHARE}
 * @param target {@code local}, {@code mixture:W} or {@code recent}
 * @param scenario name of a {@link Preset}; null for none
 * @param shift {@code none}, {@code features:K} or {@code labels:K}
 * @param course what becomes of the data, as {@link Flag#COURSE} says
 * @param base share of all data, in [0, 0.5]
 * @param model {@code softmax}, {@code mlp:WIDTHS} or {@code cnn}
 * @param rounds at least 1
 * @param localEpochs at least 1
 * @param batch at least 1
 * @param lr finite, above 0; the default is smaller for a regression
 * @param participation in (0, 1]
 * @param examined share of the devices in a round but the last, in (0, 1]
 * @param pace {@code all}, {@code first:SHARE} or {@code buffer:K}
 * @param strategy {@code pooled}, or as {@link dev.kula.aggregate.AggregationStrategy#parse} reads
 *     it
 * @param clusters global models, from 1 to 100
 * @param robust {@code none} or a rule, as {@link Flag#ROBUST} says
 * @param updateBits 32, 16 or 8
 * @param attack {@code none} or an attack, as {@link Flag#ATTACK} says
 * @param attackers share of the devices, in [0, 1]
 * @param targetAccuracy in (0, 1]; null if it is to be taken from the runs
 * @param personalization {@code none}, {@code local}, {@code fine-tune}, {@code ditto}, {@code
 *     ditto:LAMBDA}, {@code fedper}, {@code fedrep} or {@code apfl}
 * @param fineTuneLr finite, above 0; null for that of {@code lr}
 * @param fineTuneEpochs at least 1
 * @param fineTuneScope {@code head} or {@code all}
 * @param groups {@code auto}, {@code trials} or {@code none}
 * @param labelPrior {@code none} or {@code fleet}
 * @param policy {@code none}, {@code static:B}, {@code random}, {@code dissimilar}, {@code similar}
 *     or {@code deficit}
 * @param exchange {@code visit}, {@code whole-visit}, {@code synthetic}, {@code raw} or {@code
 *     cheapest}
 * @param selection {@code diversity}, {@code importance} or {@code uniform}
 * @param swapEvery rounds, at least 1
 * @param swapBudget share of a device's data, in [0, 1]
 * @param swapMegabytes millions of bytes, 0 or more; null for no limit
 * @param epsilon above 0, possibly infinite
 * @param protect {@code none}, {@code profiles} or {@code all}
 * @param privacyUnit what noise hides, in the words of {@link Flag#PRIVACY_UNIT}
 * @param clip finite, above 0
 * @param clipQuantile in (0, 1); null for a fixed clip
 * @param privacyShares four weights, as {@link dev.kula.privacy.PrivacyBudget.Shares#parse} reads
 *     them
 * @param secureAggregation {@code none}, {@code complete} or {@code sparse}
 * @param seed any
 * @param seeds how many, from {@code seed} upwards; {@code compare} only
 * @param methods keys of methods, no two the same; {@code compare} only
 * @param fleet {@code local}, {@code spark} or {@code spark:MASTER}
 * @param threads at least 1
 * @param spillAbove devices in memory at the most, 0 or more
 * @param out a directory; null for a new one
 * @param resume a directory; null to start afresh
 * @param keepEvery rounds, at least 1; null to keep the last checkpoint alone; not {@code compare}
 * @param fromRound of {@code resume}, at least 1; null for its last checkpoint; not {@code compare}
 */
public record RunSettings(
    String data,
    String deviceColumn,
    String timeColumn,
    String labelColumn,
    String task,
    String partition,
    int devices,
    String split,
    String target,
    @Nullable String scenario,
    String shift,
    String course,
    double base,
    String model,
    int rounds,
    int localEpochs,
    int batch,
    double lr,
    double participation,
    double examined,
    String pace,
    String strategy,
    int clusters,
    String robust,
    int updateBits,
    String attack,
    double attackers,
    @Nullable Double targetAccuracy,
    String personalization,
    @Nullable Double fineTuneLr,
    int fineTuneEpochs,
    String fineTuneScope,
    String groups,
    String labelPrior,
    String policy,
    String exchange,
    String selection,
    int swapEvery,
    double swapBudget,
    @Nullable Double swapMegabytes,
    double epsilon,
    String protect,
    String privacyUnit,
    double clip,
    @Nullable Double clipQuantile,
    String privacyShares,
    String secureAggregation,
    long seed,
    int seeds,
    List<String> methods,
    String fleet,
    int threads,
    int spillAbove,
    @Nullable String out,
    @Nullable String resume,
    @Nullable Integer keepEvery,
    @Nullable Integer fromRound)
    implements Serializable {
  /** A squared error has no bound on its slope: at the rate for classes, training diverges. */
  static final double REGRESSION_LR = 0.01;

  public RunSettings {
    methods = List.copyOf(methods);
    Flag.DATA.check(data);
    Flag.DEVICE_COLUMN.check(deviceColumn);
    Flag.TIME_COLUMN.check(timeColumn);
    Flag.LABEL_COLUMN.check(labelColumn);
    Flag.TASK.check(task);
    Flag.PARTITION.check(partition);
    Flag.DEVICES.check(devices);
    Flag.SPLIT.check(split);
    Flag.TARGET.check(target);
    Flag.SCENARIO.check(scenario);
    Flag.SHIFT.check(shift);
    Flag.COURSE.check(course);
    Flag.BASE.check(base);
    Flag.MODEL.check(model);
    Flag.ROUNDS.check(rounds);
    Flag.LOCAL_EPOCHS.check(localEpochs);
    Flag.BATCH.check(batch);
    Flag.LR.check(lr);
    Flag.PARTICIPATION.check(participation);
    Flag.EXAMINED.check(examined);
    Flag.PACE.check(pace);
    Flag.STRATEGY.check(strategy);
    Flag.CLUSTERS.check(clusters);
    Flag.ROBUST.check(robust);
    Flag.UPDATE_BITS.check(updateBits);
    Flag.ATTACK.check(attack);
    Flag.ATTACKERS.check(attackers);
    Flag.TARGET_ACCURACY.check(targetAccuracy);
    Flag.PERSONALIZATION.check(personalization);
    Flag.FINE_TUNE_LR.check(fineTuneLr);
    Flag.FINE_TUNE_EPOCHS.check(fineTuneEpochs);
    Flag.FINE_TUNE_SCOPE.check(fineTuneScope);
    Flag.GROUPS.check(groups);
    Flag.LABEL_PRIOR.check(labelPrior);
    Flag.POLICY.check(policy);
    Flag.EXCHANGE.check(exchange);
    Flag.SELECTION.check(selection);
    Flag.SWAP_EVERY.check(swapEvery);
    Flag.SWAP_BUDGET.check(swapBudget);
    Flag.SWAP_MEGABYTES.check(swapMegabytes);
    Flag.EPSILON.check(epsilon);
    Flag.PROTECT.check(protect);
    Flag.PRIVACY_UNIT.check(privacyUnit);
    Flag.CLIP.check(clip);
    Flag.CLIP_QUANTILE.check(clipQuantile);
    Flag.PRIVACY_SHARES.check(privacyShares);
    Flag.SECURE_AGGREGATION.check(secureAggregation);
    Flag.SEED.check(seed);
    Flag.SEEDS.check(seeds);
    Flag.METHODS.check(methods);
    Flag.FLEET.check(fleet);
    Flag.THREADS.check(threads);
    Flag.SPILL_ABOVE.check(spillAbove);
    Flag.OUT.check(out);
    Flag.RESUME.check(resume);
    Flag.KEEP_EVERY.check(keepEvery);
    Flag.FROM_ROUND.check(fromRound);
  }

  /** Every setting at its default. */
  public static RunSettings defaults() {
    return of(Map.of());
  }

  /**
   * The settings that {@code values} name, and defaults for the rest; the inverse of {@link
   * #asMap()}.
   *
   * @param values texts, numbers or lists of texts by key, such as {@code local-epochs}
   * @throws KulaException the user's mistake, for an unknown key or a value that breaks its rule
   */
  public static RunSettings of(Map<String, ?> values) {
    Map<Flag, Object> typed = new EnumMap<>(Flag.class);
    values.forEach(
        (key, value) -> {
          Flag flag =
              Flag.withKey(key)
                  .orElseThrow(
                      () -> KulaException.user("'%s' is not a setting of Kula".formatted(key)));
          typed.put(flag, flag.read(text(value)));
        });
    return create(typed);
  }

  /** These settings with one of them changed. */
  RunSettings with(Flag flag, Object value) {
    Map<String, Object> values = asMap();
    values.put(flag.key(), value);
    return of(values);
  }

  /**
   * Every setting that has a value, by key, in the order of the help: texts, numbers and lists of
   * texts. An infinite epsilon is the text {@code inf}, because JSON has no infinity.
   */
  public Map<String, Object> asMap() {
    Map<String, Object> values = new LinkedHashMap<>();
    for (RecordComponent component : RunSettings.class.getRecordComponents()) {
      Object value = valueOf(component);
      if (value != null) {
        boolean infinite = value instanceof Double number && number.isInfinite();
        values.put(key(component.getName()), infinite ? "inf" : value);
      }
    }
    return values;
  }

  /** {@code localEpochs} → {@code local-epochs}. */
  static String key(String component) {
    return component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /**
   * By reflection, because in a list of thirty arguments, half of them text, nobody sees that two
   * have changed places; here each goes to the component of its own name.
   */
  private static RunSettings create(Map<Flag, Object> typed) {
    RecordComponent[] components = RunSettings.class.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    @Nullable Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      Flag flag = Flag.withKey(key(components[i].getName())).orElseThrow();
      Object value = typed.get(flag);
      arguments[i] = value != null ? value : normal(flag, typed);
    }
    try {
      return RunSettings.class.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof KulaException mistake ? mistake : new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Object normal(Flag flag, Map<Flag, Object> typed) {
    if (flag == Flag.LR && "regression".equals(typed.get(Flag.TASK))) {
      return REGRESSION_LR;
    }
    return flag.defaultText().map(flag::read).orElse(null);
  }

  private @Nullable Object valueOf(RecordComponent component) {
    try {
      return component.getAccessor().invoke(this);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
    return value.equals(Double.POSITIVE_INFINITY) ? "inf" : String.valueOf(value);
  }
}
