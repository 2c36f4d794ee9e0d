/**
 * How the updates of a cohort become the next global model: {@link
 * dev.kula.aggregate.AggregationStrategy} is the entry type and the seam, an init / accumulate /
 * merge / finish fold over {@link dev.kula.aggregate.Update}s. May import the root package, {@code
 * model}, {@code data} and {@code privacy}.
 *
 * <table><caption>Strategies</caption>
 * <tr><th>name</th><th>when</th></tr>
 * <tr><td>{@code fedavg}</td><td>the default (McMahan et al. 2017)</td></tr>
 * <tr><td>{@code fedprox[:MU]}</td><td>many local steps on very different data: the same fold,
 * while devices stay near the global model (Li et al. 2020)</td></tr>
 * </table>
 *
 * <p>To add one: implement the interface, run the aggregation contract suite against it, and name
 * it in {@code AggregationStrategy.parse}.
 */
@NullMarked
package dev.kula.aggregate;

import org.jspecify.annotations.NullMarked;
