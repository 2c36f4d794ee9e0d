/**
 * The run directory and the files in it: summaries, rounds and events as JSON, checkpoints as CBOR,
 * models as safetensors; {@code docs/formats.md} describes them. Entry types: {@link
 * dev.kula.store.RunDirectory} to write a run, {@link dev.kula.store.RunReader} to read one. {@link
 * dev.kula.store.SqliteReleaseJournal} keeps what a device has released, {@link
 * dev.kula.store.SqlitePointerTrail} what became of its pointers. May import all of the core but
 * {@code dev.kula.audit}. To add a file to a run directory, write it with {@link
 * dev.kula.store.AtomicFile} and describe it in {@code docs/formats.md}.
 */
@NullMarked
package dev.kula.store;

import org.jspecify.annotations.NullMarked;
