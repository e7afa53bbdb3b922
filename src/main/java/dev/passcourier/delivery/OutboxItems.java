package dev.passcourier.delivery;

import dev.passcourier.vault.Sealed;
import java.time.Instant;

/** Makes first attempts of deliveries. */
public final class OutboxItems {

    /** Media type of notices and reports in an outbox. */
    public static final String JSON = "application/json";

    private OutboxItems() {}

    /**
     * A sealed result.
     *
     * @param requestId the request
     * @param notAfter  when the result expires, as sealed inside
     * @param now       when the delivery becomes possible
     */
    public static OutboxItem result(Sealed sealed, String requestId, Instant notAfter, Instant now) {
        return new OutboxItem(
                OutboxItem.Kind.RESULT,
                sealed.alias(),
                sealed.deliveryId(),
                requestId,
                1,
                now,
                notAfter,
                sealed.mediaType(),
                sealed.bytes());
    }

    /** A requester's notice for one destination. */
    public static OutboxItem notice(Notice notice, String alias, String deliveryId, Instant now) {
        return new OutboxItem(
                OutboxItem.Kind.NOTICE,
                alias,
                deliveryId,
                notice.requestId(),
                1,
                now,
                null,
                JSON,
                DeliveryJson.bytes(notice));
    }

    /**
     * A report for one destination.
     *
     * @param reportId the run it reports on
     */
    public static OutboxItem report(
            CredentialReport report, String reportId, String alias, String deliveryId, Instant now) {
        return new OutboxItem(
                OutboxItem.Kind.REPORT, alias, deliveryId, reportId, 1, now, null, JSON, DeliveryJson.bytes(report));
    }
}
