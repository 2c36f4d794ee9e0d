/**
 * What it costs a device to say anything: mechanisms that add noise, conversions between privacy
 * definitions, the account that every device keeps over <em>all</em> it releases, and how that
 * account is divided before a run starts. Entry types: {@link dev.kula.privacy.PrivacyLedger} for a
 * device, {@link dev.kula.privacy.PrivacyBudget} for whoever plans a run, {@link
 * dev.kula.privacy.GaussianMechanism} for whoever releases numbers. Imports only the root package.
 *
 * <p>Throughout, two data sets are neighbours if one is the other with one record added or removed:
 * the privacy unit is the <em>record</em>, not the device, unless a class says otherwise. To add a
 * mechanism, state its sensitivity in that relation, charge the ledger first and release after.
 */
@NullMarked
package dev.kula.privacy;

import org.jspecify.annotations.NullMarked;
