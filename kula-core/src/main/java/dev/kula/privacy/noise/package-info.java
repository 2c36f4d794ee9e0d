/**
 * Noise, and the mechanisms that add it. Entry type: {@link
 * dev.kula.privacy.noise.GaussianMechanism}. To add a mechanism, state its sensitivity and the
 * neighbouring relation; whoever uses it charges the account first and releases after. Imports only
 * the root package.
 */
@NullMarked
package dev.kula.privacy.noise;

import org.jspecify.annotations.NullMarked;
