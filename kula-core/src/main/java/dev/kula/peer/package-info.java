/**
 * Who takes part in a live fleet, and how others know: {@link dev.kula.peer.Peer} is what a
 * certificate says of its holder, {@link dev.kula.peer.Trust} decides whether to believe it, and
 * {@link dev.kula.peer.EnrolmentRequest} is how a process asks for one. Both sides of enrolment
 * need this, so it is here: the authority in {@code kula-pki}, which issues, and {@code
 * dev.kula.wire.identity}, which asks and opens connections. Imports {@code data}, {@code device}
 * for reserved names, and the JDK; knows no connection and no Bouncy Castle.
 *
 * <p>To add a role, add a constant to {@link dev.kula.peer.Role}.
 */
@NullMarked
package dev.kula.peer;

import org.jspecify.annotations.NullMarked;
