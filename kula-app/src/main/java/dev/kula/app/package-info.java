/**
 * The {@code kula} command: flags, configuration files, what the terminal shows, exit codes. Entry
 * type: {@link dev.kula.app.Kula}. May import everything; nothing imports it but the benchmarks,
 * which start runs and print tables as it does.
 *
 * <p>To add a setting, add a constant to {@link dev.kula.app.Flag} and a component of the same name
 * to {@link dev.kula.app.RunSettings}: help, parsing, the configuration file, validation and {@code
 * summary.json} follow. What a command does once its settings are known is behind {@link
 * dev.kula.app.Runner}.
 */
@NullMarked
package dev.kula.app;

import org.jspecify.annotations.NullMarked;
