package dev.kula.swap;

import dev.kula.Extension;
import dev.kula.Extensions;
import java.util.Set;

/** Makes a swap policy of your own, which {@link SwapPolicy#parse} then knows by its name. */
public interface SwapPolicyProvider extends Extension<SwapPolicy> {
  /** Those that are there. */
  Extensions<SwapPolicy> FOUND =
      new Extensions<>(
          "policy",
          SwapPolicyProvider.class,
          Set.of("none", "static", "random", "dissimilar", "similar", "deficit"));
}
