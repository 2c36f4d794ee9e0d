/**
 * Folds under secure aggregation: {@link dev.kula.aggregate.secure.SecureAggregation} is the entry
 * type. May import the root package, {@code secagg}, {@code privacy} and {@code aggregate} with its
 * {@code robust} rules. To run the protocol over a network, put the states of {@code secagg} where
 * {@code GroupSum} calls them.
 */
@NullMarked
package dev.kula.aggregate.secure;

import org.jspecify.annotations.NullMarked;
