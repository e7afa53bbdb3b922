package dev.passcourier.audit;

/**
 * An event at its place in the chain.
 *
 * @param sequence counted from 1 without gaps
 * @param previous hash of the record before; of the first record, a random value that names the trail
 * @param hash     SHA-256 over this record's line up to the hash itself, in lower-case hex
 * @param event    what was recorded
 */
public record AuditRecord(long sequence, String previous, String hash, AuditEvent event) {}
