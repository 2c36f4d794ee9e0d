/**
 * What attackers do, so that simulations can show what a rule stands: {@link
 * dev.kula.aggregate.attack.Attack} is the entry type, a closed set. May import the root package.
 *
 * <table><caption>Attacks</caption>
 * <tr><th>name</th><th>what attackers do</th></tr>
 * <tr><td>{@code sign-flip[:SCALE]}</td><td>send their update with the sign turned (Li et al.
 * 2019)</td></tr>
 * <tr><td>{@code gaussian:STDDEV}</td><td>send noise (Blanchard et al. 2017)</td></tr>
 * <tr><td>{@code inner-product:EPSILON}</td><td>send the honest mean with the sign turned (Xie et al.
 * 2020)</td></tr>
 * <tr><td>{@code a-little-is-enough[:Z]}</td><td>send what lies at the edge of the honest updates
 * (Baruch et al. 2019)</td></tr>
 * <tr><td>{@code label-flip}</td><td>train with the labels reversed (Tolpegin et al. 2020)</td></tr>
 * <tr><td>{@code backdoor:TARGET:VALUE:PIXEL,PIXEL}</td><td>train a trigger (Gu et al. 2017)</td></tr>
 * </table>
 *
 * <p>To add one: a record that {@code UpdateAttack} or {@code DataAttack} permits, and its name in
 * {@code AttackText}.
 */
@NullMarked
package dev.kula.aggregate.attack;

import org.jspecify.annotations.NullMarked;
