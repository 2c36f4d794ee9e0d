/**
 * How the updates of a cohort become the next global model: {@link
 * dev.kula.aggregate.AggregationStrategy} is the entry type and the seam, an init / accumulate /
 * merge / finish fold over {@link dev.kula.aggregate.Update}s, and a {@link
 * dev.kula.aggregate.ServerOptimizer} that makes the model of what the fold says. May import the
 * root package, {@code model}, {@code data} and {@code privacy}.
 *
 * <table><caption>Strategies</caption>
 * <tr><th>name</th><th>when</th></tr>
 * <tr><td>{@code fedavg}</td><td>the default (McMahan et al. 2017)</td></tr>
 * <tr><td>{@code fedprox[:MU]}</td><td>many local steps on very different data: the same fold,
 * while devices stay near the global model (Li et al. 2020)</td></tr>
 * <tr><td>{@code fedavgm[:BETA]}</td><td>a cohort's mean is unsteady: momentum on the server (Hsu
 * et al. 2019)</td></tr>
 * <tr><td>{@code fedadam[:ETA]}, {@code fedyogi[:ETA]}</td><td>parameters move at very different
 * scales: adaptive steps on the server (Reddi et al. 2021)</td></tr>
 * <tr><td>{@code fednova}</td><td>devices take very different numbers of local steps (Wang et al.
 * 2020)</td></tr>
 * <tr><td>{@code scaffold}</td><td>local steps drift apart, and twice the bytes do not matter
 * (Karimireddy et al. 2020)</td></tr>
 * <tr><td>in clusters</td><td>devices fall into groups that no one model serves: {@link
 * dev.kula.aggregate.ClusteredAggregation} over one of the above (Ghosh et al. 2020)</td></tr>
 * </table>
 *
 * <p>To add one: implement the interface, run the aggregation contract suite against it, and name
 * it in {@code AggregationStrategy.parse}.
 */
@NullMarked
package dev.kula.aggregate;

import org.jspecify.annotations.NullMarked;
