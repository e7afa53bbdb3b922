package dev.passcourier.audit;

import java.util.List;

/** The record of every act. */
public interface AuditTrail {

    /**
     * Appends the event and returns when it is synced to the disk. Concurrent callers share one sync.
     *
     * @return the event's sequence number, counted from 1 without gaps
     * @throws AuditException if it could not be written: then the act must not happen
     */
    long append(AuditEvent event) throws AuditException;

    /**
     * Appends the records of one act in their order, and returns when all are synced.
     *
     * @param events one or more
     * @return the last one's sequence number
     * @throws AuditException if not all could be written: then the act must not happen
     */
    default long append(List<AuditEvent> events) throws AuditException {
        long last = 0;
        for (AuditEvent event : events) {
            last = append(event);
        }
        return last;
    }
}
