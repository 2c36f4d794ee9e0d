/**
 * What a model is to the rest of Kula: one flat {@code float[]} with a named {@link
 * dev.kula.model.ParameterLayout}, a {@link dev.kula.model.Task}, and the {@link
 * dev.kula.model.TrainingEngine} seam that trains it. Entry type: {@code TrainingEngine}. To add an
 * engine, implement it together with {@link dev.kula.model.EngineFactory} and run the engine
 * contract suite against it. Imports only the root package.
 */
@NullMarked
package dev.kula.model;

import org.jspecify.annotations.NullMarked;
