/**
 * The certificate authority of a live fleet. Entry type: {@link dev.kula.pki.Authority}, which
 * issues certificates and revokes them; {@link dev.kula.pki.Enrolment} gives them to whoever brings
 * a token. Imports {@code dev.kula.peer}, {@code dev.kula.data} and Bouncy Castle, which nothing
 * else of Kula may; knows no connection.
 */
@NullMarked
package dev.kula.pki;

import org.jspecify.annotations.NullMarked;
