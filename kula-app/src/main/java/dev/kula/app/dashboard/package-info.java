/**
 * What the live dashboard knows of a run: a view that follows the lines of the run's directory, and
 * tells a page what has changed since the page last asked; and what its operator wants of the run.
 * Entry types: {@link dev.kula.app.dashboard.RunFeed} and {@link
 * dev.kula.app.dashboard.RunControl}. The page itself (HTML and scripts) lies in the resources of
 * the same name, and uses the report's. May import {@code dev.kula}, {@code dev.kula.data}, {@code
 * dev.kula.round}, {@code dev.kula.store} and {@code dev.kula.app.advice}. To show more, keep it in
 * {@code TrackView}, tell it there, and add a section to {@code dashboard.js}.
 */
@NullMarked
package dev.kula.app.dashboard;

import org.jspecify.annotations.NullMarked;
