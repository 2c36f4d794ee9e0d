/**
 * What releases cost together: definitions of privacy, how they compose, and how they are read in
 * (ε, δ). Entry types: {@link dev.kula.privacy.accounting.RenyiFilter}, in which accounts are kept;
 * {@link dev.kula.privacy.accounting.PrivacyLossAccountant}, tighter, for planning; {@link
 * dev.kula.privacy.accounting.ZeroConcentrated} and {@link
 * dev.kula.privacy.accounting.RenyiAccountant} for conversions. To add a mechanism to the second,
 * add a record to {@code Mechanism}. Imports only the root package.
 */
@NullMarked
package dev.kula.privacy.accounting;

import org.jspecify.annotations.NullMarked;
