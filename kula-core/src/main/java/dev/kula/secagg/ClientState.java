package dev.kula.secagg;

/**
 * What a device is waiting for. A transition takes the server's message and gives the next state
 * with what to send. If it throws, the state is as it was and can be asked again; once it has given
 * a next state it is spent, so that a device can never answer two versions of one question.
 *
 * <p>One thread at a time.
 */
public sealed interface ClientState
    permits Advertise, ShareKeys, MaskedInput, ConsistencyCheck, Unmask, ClientState.Done {
  /** The device has said all that it had to say, and keeps no secret of the session. */
  record Done() implements ClientState {}

  /**
   * A transition.
   *
   * @param next what the device is now
   * @param message for the server
   */
  record Step<S extends ClientState>(S next, byte[] message) {}
}
