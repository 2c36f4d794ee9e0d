/**
 * What a process needs of certificates to take part in a live fleet: its keys ({@link
 * dev.kula.wire.identity.PeerKeys}), its certificate with them ({@link
 * dev.kula.wire.identity.Credentials}), the authority's list of what was revoked ({@link
 * dev.kula.wire.identity.RevocationList}), and TLS 1.3 with certificates on both sides ({@link
 * dev.kula.wire.identity.Tls}). May import {@code dev.kula.peer}, {@code dev.kula.data} and the JDK
 * alone: a device has no Bouncy Castle.
 */
@NullMarked
package dev.kula.wire.identity;

import org.jspecify.annotations.NullMarked;
