package dev.kula.peer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a process of a fleet is there for; it stands in the process's certificate. */
public enum Role {
  /** Runs the rounds. */
  ORCHESTRATOR(true),
  /** Compares devices and plans swaps. */
  MONITOR(false),
  /** Holds data and trains. */
  DEVICE(false),
  /** A person or program that looks after the fleet. */
  OPERATOR(false),
  /**
   * Gives certificates. The process that has the authority's key issues this to itself and nobody
   * else can have it, so the role says enough, and no host is named.
   */
  AUTHORITY(false);

  private final boolean server;

  Role(boolean server) {
    this.server = server;
  }

  /** Whether others connect to it by an address, which its certificate then has to name. */
  public boolean isServer() {
    return server;
  }

  /** As it is written in certificates and on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role that is written so, exactly. */
  public static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
  }

  /** Words of the roles that a certificate can be had for, in order. */
  public static List<String> words() {
    return Arrays.stream(values()).filter(Role::isForOthers).map(Role::word).toList();
  }

  /** Whether others than the authority can have it. */
  public boolean isForOthers() {
    return this != AUTHORITY;
  }
}
