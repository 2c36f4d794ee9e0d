/**
 * What a device's model must serve: the label distribution that the device may know of it, and the
 * exam that only the evaluator reads. Entry type: {@link dev.kula.data.target.TargetSpec}. To add a
 * target, add a record to it; its prior must not need a test label. Imports {@code data}.
 */
@NullMarked
package dev.kula.data.target;

import org.jspecify.annotations.NullMarked;
