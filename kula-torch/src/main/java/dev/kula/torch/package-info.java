/**
 * The training engine for TorchScript models of any architecture, on libtorch through DJL. Entry
 * type: {@link dev.kula.torch.TorchEngines}, which {@link java.util.ServiceLoader} finds as a
 * {@link dev.kula.model.EngineFactory}. The module is optional: nothing depends on it.
 *
 * <p>What a model must be like, which is checked when an engine is made:
 *
 * <ul>
 *   <li>{@code forward} takes one batch, {@code [N, features]} or, of images, {@code [N, channels,
 *       height, width]}, for any N, and returns one tensor {@code [N, outputs]}: raw scores without
 *       a softmax, or the prediction of a regression.
 *   <li>Trained are the parameters with {@code requires_grad}, in the order of the module and under
 *       its names. They are 32-bit floats, and there are no two names for one. All others stay as
 *       in the file, and so do buffers.
 *   <li>The last two are the weight {@code [outputs, width]} and the bias {@code [outputs]} of the
 *       output layer, a {@code torch.nn.Linear} that is applied last: the head, on what the rest,
 *       the body, makes of a sample.
 *   <li>It keeps no state: running statistics of batch normalisation are refused, since averaging
 *       parameters would leave them out. Dropout is welcome.
 * </ul>
 *
 * <p>How it is put together: {@code TorchEngines} reads files, {@code TorchLibrary} loads libtorch,
 * {@code TorchModule} is one loaded module with its parameters in reach, {@code Pass} one batch on
 * its way through it, {@code ModuleCheck} the rules above. {@code Training} and {@code Descent} are
 * the epochs and the steps, with {@code Loss} in Java, and {@code TorchEngine} is the whole behind
 * the seam.
 *
 * <p>Imports {@code dev.kula} and {@code dev.kula.model}.
 */
@NullMarked
package dev.kula.torch;

import org.jspecify.annotations.NullMarked;
