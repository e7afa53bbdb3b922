package dev.passcourier.audit;

/** The record of every act. */
public interface AuditTrail {

    /**
     * Appends the event and returns when it is synced to the disk. Concurrent callers share one sync.
     *
     * @return the event's sequence number, counted from 1 without gaps
     * @throws AuditException if it could not be written: then the act must not happen
     */
    long append(AuditEvent event) throws AuditException;
}
