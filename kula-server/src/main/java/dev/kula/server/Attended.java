package dev.kula.server;

import dev.kula.KulaException;
import dev.kula.wire.Introduction;
import dev.kula.wire.v1.Frame;
import dev.kula.wire.v1.Hello;
import java.util.Optional;

/**
 * A device as whoever takes its connections knows it: told of its sessions, and of what comes in
 * them.
 *
 * <p>Thread safe.
 */
public interface Attended {
  /**
   * A session begins; an earlier one of the same device ends.
   *
   * @param shown with what others may be introduced to the device
   * @throws KulaException blaming the device, if it may not go on as it is
   */
  void attend(DeviceLine line, Hello hello, Optional<Introduction> shown);

  /**
   * A piece of a result has come. It is let lie if it is of another job than the present one, or of
   * an earlier session: the device has been told to send again what had not come by then.
   *
   * @throws KulaException blaming the device
   */
  void take(DeviceLine line, Frame frame);

  /** A session has ended. */
  void left(DeviceLine line);
}
