package dev.passcourier.ledger;

/** The instance that a ciphertext was first opened for. */
public record FirstSeen(String provider, String account, String instance) {}
