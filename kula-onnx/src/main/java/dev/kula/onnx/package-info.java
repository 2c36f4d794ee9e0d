/**
 * Models as ONNX: one file, from the numbers of a table or the bytes of an image to a prediction.
 * Entry type: {@link dev.kula.onnx.OnnxModel}. Imports {@code dev.kula.model} and {@code
 * dev.kula.store}. What a layer of {@code kula-engine} computes stands here once more, as nodes of
 * a graph: whoever adds an architecture there adds it here, and {@code kula-onnxruntime} holds both
 * against each other.
 */
@NullMarked
package dev.kula.onnx;

import org.jspecify.annotations.NullMarked;
