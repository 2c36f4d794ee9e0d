package dev.kula.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kula.KulaException;
import dev.kula.engine.Engines;
import dev.kula.model.ModelSpec;
import dev.kula.model.Samples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is timed is the work that the comparison says it is. */
final class PeerWorkTest {
  private static final ModelSpec MODEL = new ModelSpec.Softmax();

  @Test
  void everyDeviceTrainsOnImagesOfItsOwnAndTheExamHasOthers() {
    try (PeerWork work = new PeerWork(MODEL, 4, 1, Engines.java())) {
      List<Samples> all = new ArrayList<>(work.training());
      all.forEach(samples -> assertEquals(PeerWork.SAMPLES, samples.size()));
      all.add(work.exam());
      Set<Integer> seen = new HashSet<>();
      int images = 0;
      for (Samples samples : all) {
        float[] image = new float[samples.features()];
        for (int i = 0; i < samples.size(); i++, images++) {
          samples.copyFeatures(i, image, 0);
          seen.add(Arrays.hashCode(image));
        }
      }
      String found = "%d different images of %d".formatted(seen.size(), images);
      assertTrue(seen.size() > 0.999 * images, found);
    }
  }

  @Test
  void roundsLearnAndDoNotDependOnThreads() {
    try (PeerWork one = new PeerWork(MODEL, 3, 1, Engines.java());
        PeerWork two = new PeerWork(MODEL, 3, 2, Engines.java())) {
      double first = one.round(10, 0.01f);
      double second = one.round(10, 0.01f);
      assertTrue(second < first, () -> "loss went from %s to %s".formatted(first, second));
      assertEquals(first, two.round(10, 0.01f));
      two.round(10, 0.01f);
      assertArrayEquals(one.global(), two.global());
      assertTrue(one.examine().correctSum() > 0.5 * one.exam().size());
    }
  }

  @Test
  void restartGoesBackToTheStart() {
    try (PeerWork work = new PeerWork(MODEL, 1, 1, Engines.java())) {
      work.round(100, 0.01f);
      work.restart();
      assertArrayEquals(work.start(), work.global());
    }
  }

  @Test
  void enginesAreTimed() {
    try (PeerWork work = new PeerWork(MODEL, 2, 1, Engines.java())) {
      assertEquals(0, work.engineSeconds());
      long begin = System.nanoTime();
      work.round(10, 0.01f);
      double taken = (System.nanoTime() - begin) / 1e9;
      assertTrue(work.engineSeconds() > 0 && work.engineSeconds() < taken);
    }
  }

  @Test
  void moreDevicesThanImagesAreRefused() {
    KulaException refusal =
        assertThrows(KulaException.class, () -> new PeerWork(MODEL, 200, 1, Engines.java()));
    assertEquals("devices is 200, must be from 1 to 103; try 100", refusal.getMessage());
  }
}
