package dev.kula.client;

import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.accounting.RenyiFilter;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a device has released, for the one run at a time that it takes part in. Not thread safe.
 *
 * @param <J> the kind of journal
 */
public final class Journals<J extends ReleaseJournal> implements AutoCloseable {
  private final BiFunction<String, RenyiFilter, J> opener;
  private final Consumer<J> closer;
  private @Nullable J open;

  /**
   * None is open yet.
   *
   * @param opener opens the journal of a run, with its limit
   * @param closer closes what that has opened
   */
  public Journals(BiFunction<String, RenyiFilter, J> opener, Consumer<J> closer) {
    this.opener = opener;
    this.closer = closer;
  }

  /** The journal for a run; that for another is closed. */
  public ReleaseJournal of(String run, RenyiFilter filter) {
    close();
    J journal = opener.apply(run, filter);
    open = journal;
    return journal;
  }

  @Override
  public void close() {
    if (open != null) {
      closer.accept(open);
      open = null;
    }
  }
}
