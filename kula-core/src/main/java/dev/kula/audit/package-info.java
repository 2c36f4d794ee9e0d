/**
 * What an attacker learns of a record from what a device releases: measured, to be set beside what
 * the accountant says. Entry type: {@link dev.kula.audit.Audit}, which has real devices ({@link
 * dev.kula.device.DeviceRuntime}) make real releases, many times over, with and without a record,
 * and attacks what leaves them.
 *
 * <p>Two kinds of attack. <em>Membership</em>: was this record there? {@link
 * dev.kula.audit.RocCurve} says how often a guess is right, {@link dev.kula.audit.EpsilonBound}
 * which ε no proof can go below. <em>Inversion</em>: what does the record look like? {@link
 * dev.kula.audit.FirstLayer} solves for it, {@link dev.kula.audit.Recovery} says how close that
 * comes.
 *
 * <p>An audit refutes and never proves: a weak attack that finds nothing says nothing. Last in the
 * order of packages: it may import all others, and none imports it. To add an attack on membership,
 * score the trials in {@code Membership}; to add a release, a constant of {@link
 * dev.kula.audit.AuditedRelease.Kind}.
 */
@NullMarked
package dev.kula.audit;

import org.jspecify.annotations.NullMarked;
