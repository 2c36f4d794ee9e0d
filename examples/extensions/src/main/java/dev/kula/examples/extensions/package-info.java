/**
 * Extensions of Kula, each in a class or two, found by {@link java.util.ServiceLoader} through the
 * files in {@code META-INF/services}: a model with an engine of its own ({@link
 * dev.kula.examples.extensions.BrierModels}), a swap policy ({@link
 * dev.kula.examples.extensions.Opposites}), an aggregation strategy ({@link
 * dev.kula.examples.extensions.Fair}) and a reader of tables ({@link
 * dev.kula.examples.extensions.Logfmt}). May import {@code kula-core}; nothing imports it.
 */
@NullMarked
package dev.kula.examples.extensions;

import org.jspecify.annotations.NullMarked;
