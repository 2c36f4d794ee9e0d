package dev.kula.client;

import dev.kula.wire.Introduction;
import java.util.function.Consumer;

/**
 * What there is to a device with samples of its own beside what a rehearsal has.
 *
 * @param run by which it tells this run from others
 * @param owner is told what the server is not
 * @param served is offered each personal model
 * @param introduced is told of other devices, before their messages are handled
 * @param talk with these
 */
record Ownership(
    String run,
    Owner owner,
    ServedModel served,
    Consumer<Introduction> introduced,
    SealedTalk talk) {}
