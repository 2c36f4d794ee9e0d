package dev.kula.store;

import static dev.kula.store.ErrorAssertions.assertResourceError;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.data.DeviceId;
import dev.kula.device.Message;
import dev.kula.device.Remembered;
import dev.kula.device.States;
import dev.kula.fleet.StateShelf.Shelved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpilledStatesTest {
  private static final DeviceId DEVICE = new DeviceId("one");

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve(SpilledStates.NAME);
  }

  /** A device that remembers something of every kind. */
  private static Shelved shelved(float... personal) {
    return new Shelved(
        States.some(),
        new Remembered(
            Optional.of(new Message.ProfileDeclined(3, 1.5)),
            3,
            Optional.of(new Message.ClipQuery(3, 0.25f)),
            Optional.of(personal)));
  }

  @Test
  void whatIsPutLastComesBackBitForBit() {
    float nan = Float.intBitsToFloat(0x7fc00abc);
    try (SpilledStates states = SpilledStates.create(file())) {
      assertEquals(Optional.empty(), states.get(DEVICE));
      states.put(DEVICE, shelved(1));
      states.put(new DeviceId("another"), shelved());
      states.put(DEVICE, shelved(nan, -0f, 3));
      Shelved back = states.get(DEVICE).orElseThrow();
      assertArrayEquals(
          StateBytes.encode(shelved(nan, -0f, 3)), StateBytes.encode(back), "something is lost");
      assertEquals(Optional.of(new Message.ProfileDeclined(3, 1.5)), back.memory().profile());
      assertEquals(
          Float.floatToRawIntBits(nan),
          Float.floatToRawIntBits(back.memory().personal().orElseThrow()[0]));
    }
  }

  @Test
  void aStateThatGrowsAndShrinksTakesItsPlaceAgain() throws IOException {
    try (SpilledStates states = SpilledStates.create(file())) {
      for (int i = 0; i < 40; i++) {
        states.put(DEVICE, shelved(new float[i % 2 == 0 ? 100_000 : 10]));
      }
      assertTrue(Files.size(file()) < 4 * 400_000, "places are not used again");
    }
    assertFalse(Files.exists(file()));
  }

  @Test
  void severalThreadsMayPutAndGet() throws InterruptedException {
    try (SpilledStates states = SpilledStates.create(file())) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int number = i;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int k = 0; k < 50; k++) {
                        states.put(new DeviceId(number + "-" + k), shelved(number, k));
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      for (int i = 0; i < 4; i++) {
        Shelved back = states.get(new DeviceId(i + "-49")).orElseThrow();
        assertArrayEquals(new float[] {i, 49}, back.memory().personal().orElseThrow());
      }
    }
  }

  @Test
  void anOlderFileIsOfNoInterest() throws IOException {
    Files.writeString(file(), "left by another process");
    try (SpilledStates states = SpilledStates.create(file())) {
      assertEquals(Optional.empty(), states.get(DEVICE));
    }
  }

  @Test
  void whereThereCanBeNoneIsOneLine() throws IOException {
    Files.createDirectories(file().resolve("occupied"));
    assertResourceError(SpilledStates.NAME, () -> SpilledStates.create(file()).close());
    assertResourceError(
        "cannot be made",
        () -> SpilledStates.create(directory.resolve("nowhere").resolve("file")).close());
  }
}
