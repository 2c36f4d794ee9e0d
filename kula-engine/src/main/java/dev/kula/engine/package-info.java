/**
 * Training engines behind the seam {@link dev.kula.model.TrainingEngine}. Entry type: {@link
 * dev.kula.engine.Engines}.
 *
 * <p>How it is put together: an {@code Architecture} turns a {@link dev.kula.model.ModelSpec} into
 * a {@code Network}, a row of {@code Layer}s ({@code Dense}, {@code FirstConvolution}, {@code
 * Convolution}, {@code MaxPool}, {@code Flatten}) with the buffers between them. A {@code Loss}
 * closes it, {@code Descent} takes gradients and steps, {@code Training} runs the epochs, and
 * {@code NetworkEngine} is the whole behind the seam. Matrix products come from {@link
 * dev.kula.engine.blas}.
 *
 * <p>To add a layer, implement {@code Layer} and use it in {@code Architecture}; to add an engine
 * of another kind, implement {@link dev.kula.model.EngineFactory}. Either way run {@code
 * EngineContract} against it.
 *
 * <p>Imports {@code dev.kula}, {@code dev.kula.model} and {@code dev.kula.engine.blas}.
 */
@NullMarked
package dev.kula.engine;

import org.jspecify.annotations.NullMarked;
