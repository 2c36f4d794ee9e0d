/**
 * What releases cost together: definitions of privacy, how they compose, and how they are read in
 * (ε, δ). Entry types: {@link dev.kula.privacy.accounting.ZeroConcentrated}, in which accounts are
 * kept; {@link dev.kula.privacy.accounting.RenyiAccountant} and, tighter, {@link
 * dev.kula.privacy.accounting.PrivacyLossAccountant}, for planning. To add a mechanism to the
 * latter, add a record to {@code Mechanism}. Imports only the root package.
 */
@NullMarked
package dev.kula.privacy.accounting;

import org.jspecify.annotations.NullMarked;
