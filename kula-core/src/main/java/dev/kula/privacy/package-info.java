/**
 * What it costs a device to say anything: the account that every device keeps over <em>all</em> it
 * releases, and how that account is divided before a run starts. Entry types: {@link
 * dev.kula.privacy.PrivacyLedger} for a device, {@link dev.kula.privacy.PrivacyBudget} for whoever
 * plans a run. Mechanisms are in {@code noise}, conversions between definitions of privacy in
 * {@code accounting}; this package imports both and the root package.
 *
 * <p>Throughout, two data sets are neighbours if one is the other with one record added or removed:
 * the privacy unit is the <em>record</em>, not the device, unless a class says otherwise. To add a
 * mechanism, state its sensitivity in that relation, charge the ledger first and release after.
 */
@NullMarked
package dev.kula.privacy;

import org.jspecify.annotations.NullMarked;
