/**
 * What a browser makes of the dashboard: tests alone, which drive Chromium through Playwright.
 * Apart from the other modules, so that only who asks for them downloads what drives a browser. To
 * add one, open a page with {@code Chromium}, and look at the picture that it leaves.
 */
@NullMarked
package dev.kula.browser;

import org.jspecify.annotations.NullMarked;
