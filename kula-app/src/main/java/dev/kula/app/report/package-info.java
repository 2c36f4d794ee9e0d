/**
 * The HTML report of a run: one page that needs no network. Entry type: {@link
 * dev.kula.app.report.Report}. {@code ReportData} gathers what the page shows from the run
 * directory; the page itself (HTML, style and scripts) lies in the resources of the same name. May
 * import {@code dev.kula}, {@code dev.kula.round}, {@code dev.kula.store}. To add a section, add
 * what it needs to {@code ReportData} and a function to one of the scripts; {@code elements.js},
 * {@code drawings.js} and the style are the dashboard's, too.
 */
@NullMarked
package dev.kula.app.report;

import org.jspecify.annotations.NullMarked;
