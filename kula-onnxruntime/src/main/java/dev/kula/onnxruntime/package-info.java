/**
 * Tests of exported models in ONNX Runtime: what a graph says of rows as a table has them is what
 * Kula says of them. The package is empty but for its tests; nothing imports it.
 */
@NullMarked
package dev.kula.onnxruntime;

import org.jspecify.annotations.NullMarked;
