/**
 * How the updates of a cohort become one when some may have been made up: {@link
 * dev.kula.aggregate.robust.RobustRule} is the entry type, a closed set of pure functions over a
 * {@link dev.kula.aggregate.robust.Cohort}. May import the root package and {@code aggregate}.
 *
 * <table><caption>Rules for n updates of which f are made up</caption>
 * <tr><th>name</th><th>stands</th><th>when</th></tr>
 * <tr><td>{@code norm-bound[:BOUND]}</td><td>f &lt; n/2; f &lt; n with a bound</td><td>cheapest; keeps
 * the weighted mean and bounds what attackers reach, without removing it (Sun et al. 2019)</td></tr>
 * <tr><td>{@code median}</td><td>f &lt; n/2</td><td>nothing is known of f (Yin et al. 2018)</td></tr>
 * <tr><td>{@code trimmed-mean:SHARE}</td><td>f &lt; SHARE · n</td><td>a bound on the share is known:
 * closer to the mean than the median (Yin et al. 2018)</td></tr>
 * <tr><td>{@code geometric-median[:ITERATIONS[:NU]]}</td><td>less than half the weight</td><td>weights
 * are to count (Pillutla et al. 2019)</td></tr>
 * <tr><td>{@code krum:F}</td><td>n ≥ 2F + 3</td><td>the result must be somebody's update (Blanchard et
 * al. 2017)</td></tr>
 * <tr><td>{@code multi-krum:F[:KEEP]}</td><td>n ≥ 2F + 3</td><td>Krum, closer to the mean (Blanchard et
 * al. 2017)</td></tr>
 * <tr><td>{@code bulyan:F}</td><td>n ≥ 4F + 3</td><td>attackers may hide a large change of few
 * parameters in a small distance (El Mhamdi et al. 2018)</td></tr>
 * <tr><td>{@code trusted-root}</td><td>any f</td><td>the server has data of its own (Cao et al.
 * 2021)</td></tr>
 * <tr><td>{@code bucketing:S:RULE}</td><td>f of ⌈n/S⌉ buckets, as RULE does</td><td>before another
 * rule, when devices' data differ much (Karimireddy et al. 2022)</td></tr>
 * </table>
 *
 * <p>To add one: a record that {@code RobustRule} permits, its name in {@code RuleText}, and its
 * example in {@code RobustRuleContractTest}.
 */
@NullMarked
package dev.kula.aggregate.robust;

import org.jspecify.annotations.NullMarked;
