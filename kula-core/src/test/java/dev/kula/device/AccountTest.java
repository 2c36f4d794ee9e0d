package dev.kula.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.Seed;
import dev.kula.privacy.PrivacyLedger.Charge;
import dev.kula.privacy.PrivacyLedger.Release;
import dev.kula.privacy.ReleaseJournal;
import dev.kula.privacy.noise.GaussianMechanism;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** With secure noise, as a live device has it: a second draw would be a second release. */
final class AccountTest {
  private static final Release RELEASE = new Release(3, "profile");

  private record Noised(double value) {}

  /** Survives what the test calls a restart. */
  private static final class KeptJournal implements ReleaseJournal {
    private final List<Charge> charges = new ArrayList<>();
    private final Map<Release, Record> contents = new HashMap<>();
    private final TreeSet<String> withoutNoise = new TreeSet<>();
    private @Nullable Release refusal;

    @Override
    public History history() {
      return new History(charges, List.copyOf(withoutNoise), refusal, 0);
    }

    @Override
    public <T extends Record> Optional<T> content(Release release, Class<T> type) {
      return Optional.ofNullable(contents.get(release)).map(type::cast);
    }

    @Override
    public void paid(Charge charge, Record content) {
      charges.add(charge);
      contents.put(charge.release(), content);
    }

    @Override
    public void withoutNoise(String purpose) {
      withoutNoise.add(purpose);
    }

    @Override
    public void refused(Release release) {
      refusal = refusal == null ? release : refusal;
    }

    @Override
    public boolean worksOutAgain() {
      return false;
    }
  }

  private final KeptJournal journal = new KeptJournal();

  private Account account(Protection protection) {
    return new Account(
        ToyDevices.privacy(8, protection, 0.5), Surroundings.live(journal), new Seed(1));
  }

  private static Optional<Noised> release(Account account, Release release, double value) {
    return account.release(
        release,
        0.5,
        Account.Kind.PROFILE,
        Noised.class,
        noise -> {
          double[] noised = {value};
          new GaussianMechanism(1, 0.5, 1).addTo(noised, noise);
          return new Noised(noised[0]);
        });
  }

  @Test
  void aRetryAndARestartSendTheSame() {
    Account before = account(Protection.PROFILES);
    Optional<Noised> first = release(before, RELEASE, 7);
    assertEquals(first, release(before, RELEASE, 7));
    Account after = account(Protection.PROFILES);
    assertEquals(before.spentEpsilon(), after.spentEpsilon());
    assertEquals(first, release(after, RELEASE, 8), "even where the data are others by now");
    assertEquals(before.spentEpsilon(), after.spentEpsilon(), "charged once");
    assertNotEquals(first, release(after, new Release(4, "profile"), 7));
  }

  @Test
  void whatIsNotKeptIsNotMadeAgain() {
    Account account = account(Protection.PROFILES);
    assertTrue(release(account, RELEASE, 7).isPresent());
    journal.contents.clear();
    assertEquals(Optional.empty(), release(account, RELEASE, 7));
    assertEquals(Optional.empty(), release(account(Protection.PROFILES), RELEASE, 7));
  }

  @Test
  void aFailureOnTheWayReleasesAndChargesNothing() {
    Account account = account(Protection.PROFILES);
    assertThrows(
        IllegalStateException.class,
        () ->
            account.release(
                RELEASE,
                0.5,
                Account.Kind.PROFILE,
                Noised.class,
                noise -> {
                  throw new IllegalStateException("crash");
                }));
    assertEquals(0, account.spentEpsilon());
    assertEquals(0, account(Protection.PROFILES).spentEpsilon());
    assertTrue(release(account, RELEASE, 7).isPresent(), "it never left, so it can still be made");
  }

  @Test
  void aRestartDoesNotRefillASpentAccount() {
    Account account = account(Protection.PROFILES);
    for (int round = 1; round <= 2; round++) {
      assertTrue(release(account, new Release(round, "profile"), 1).isPresent());
    }
    assertFalse(release(account, RELEASE, 1).isPresent());
    Account after = account(Protection.PROFILES);
    assertTrue(release(after, new Release(2, "profile"), 1).isPresent(), "paid for");
    assertFalse(after.isSpent(), "not before it comes to the release that was refused");
    assertFalse(release(after, RELEASE, 1).isPresent());
    assertTrue(after.isSpent());
  }

  @Test
  void whatLeftWithoutNoiseStaysKnown() {
    assertTrue(release(account(Protection.NONE), RELEASE, 1).isPresent());
    Account after = account(Protection.PROFILES);
    assertEquals(List.of("profiles"), List.copyOf(after.releasesWithoutNoise()));
  }
}
