/** An application with a device in it. Needs {@code kula-device} and nothing else of Kula. */
@NullMarked
package dev.kula.examples;

import org.jspecify.annotations.NullMarked;
