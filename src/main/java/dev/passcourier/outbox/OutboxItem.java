package dev.passcourier.outbox;

import dev.passcourier.vault.AtRest;
import dev.passcourier.vault.Sealed;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What lies in an {@code outbox.<destination>} queue: the message's body and the ids that travel as its properties.
 *
 * @param kind        what it is
 * @param alias       the destination
 * @param deliveryId  stable over all attempts and in every channel
 * @param requestId   the request, or the report's id
 * @param instance    the instance, to be shown outside of the seal; null for reports, and where the account says no
 * @param attempt     1 for the first try
 * @param firstTryAt  when the first attempt was made possible: the retry span counts from here
 * @param notAfter    when a result expires; null for notices and reports
 * @param mediaType   of the body
 * @param body        sealed bytes ({@link Kind#RESULT}), or JSON ({@link Kind#NOTICE}); either ({@link Kind#REPORT})
 * @param restore     the restore of a backup that it waited at, so that its recipient may have got it before; or null
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record OutboxItem(
        Kind kind,
        String alias,
        String deliveryId,
        String requestId,
        @Nullable String instance,
        int attempt,
        Instant firstTryAt,
        @Nullable Instant notAfter,
        String mediaType,
        byte[] body,
        @Nullable String restore) {

    /** One that waited at no restore. */
    public OutboxItem(
            Kind kind,
            String alias,
            String deliveryId,
            String requestId,
            @Nullable String instance,
            int attempt,
            Instant firstTryAt,
            @Nullable Instant notAfter,
            String mediaType,
            byte[] body) {
        this(kind, alias, deliveryId, requestId, instance, attempt, firstTryAt, notAfter, mediaType, body, null);
    }

    /** Kinds of item. */
    public enum Kind {
        /** A sealed result. */
        RESULT,
        /** A verdict other than DELIVERED, as a {@link Notice}. */
        NOTICE,
        /** A report: a {@link ReportMessage}, or its archive sealed for a recipient. */
        REPORT
    }

    /** What an instance is called in a request; anything else is not shown. */
    static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");

    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9_-]");

    /** Two of them, and a delivery's id of 128, leave room for an ending in 255 characters. */
    private static final int LONGEST_PART = 60;

    private static final String DUPLICATE = "_possible-duplicate";

    /** Media type of notices and reports in an outbox. */
    public static final String JSON = "application/json";

    /**
     * The first attempt to deliver a sealed result.
     *
     * @param requestId the request
     * @param instance  the instance, or null if its account keeps it inside
     * @param notAfter  when the result expires, as sealed inside
     * @param now       when the delivery becomes possible
     */
    public static OutboxItem result(
            Sealed sealed, String requestId, @Nullable String instance, Instant notAfter, Instant now) {
        return new OutboxItem(
                Kind.RESULT,
                sealed.alias(),
                sealed.deliveryId(),
                requestId,
                instance,
                1,
                now,
                notAfter,
                sealed.mediaType(),
                sealed.bytes());
    }

    /** The first attempt to deliver a requester's notice to one destination. */
    public static OutboxItem notice(Notice notice, String alias, String deliveryId, Instant now) {
        return new OutboxItem(
                Kind.NOTICE,
                alias,
                deliveryId,
                notice.requestId(),
                INSTANCE.matcher(notice.instance()).matches() ? notice.instance() : null,
                1,
                now,
                null,
                JSON,
                OutboxJson.bytes(notice));
    }

    /**
     * The first attempt to deliver a report to one destination.
     *
     * @param reportId the run it reports on
     */
    public static OutboxItem report(
            ReportMessage report, String reportId, String alias, String deliveryId, Instant now) {
        return new OutboxItem(
                Kind.REPORT, alias, deliveryId, reportId, null, 1, now, null, JSON, OutboxJson.bytes(report));
    }

    /**
     * The first attempt to deliver a report that is sealed for the destination's recipient.
     *
     * @param reportId the run it reports on
     */
    public static OutboxItem report(Sealed sealed, String reportId, Instant now) {
        return new OutboxItem(
                Kind.REPORT,
                sealed.alias(),
                sealed.deliveryId(),
                reportId,
                null,
                1,
                now,
                null,
                sealed.mediaType(),
                sealed.bytes());
    }

    /** The same delivery, tried once more. */
    public OutboxItem nextAttempt() {
        return new OutboxItem(
                kind, alias, deliveryId, requestId, instance, attempt + 1, firstTryAt, notAfter, mediaType, body);
    }

    /** The same delivery begun anew, with all its tries before it. */
    public OutboxItem afresh(Instant now) {
        return new OutboxItem(kind, alias, deliveryId, requestId, instance, 1, now, notAfter, mediaType, body);
    }

    /** The same delivery, of which its recipient is told that it waited at this restore; null for none. */
    public OutboxItem waitedAt(@Nullable String id) {
        return new OutboxItem(
                kind, alias, deliveryId, requestId, instance, attempt, firstTryAt, notAfter, mediaType, body, id);
    }

    /** Whether its recipient may have got it before a backup was restored. */
    public boolean isPossibleDuplicate() {
        return restore != null;
    }

    /** Whether the body is sealed for a recipient: most results, and reports of destinations that want it. */
    public boolean isSealed() {
        return !mediaType.equals(JSON) && !isAtRest();
    }

    /** Whether the body is under the service's own seal, to be opened at the send. */
    public boolean isAtRest() {
        return mediaType.equals(AtRest.MEDIA_TYPE);
    }

    /**
     * A name for a file that holds the item, such as {@code chg-4711_i-1_dlv_Yq0jsq9JC37Voay12XCnlG1x.jwe}: request,
     * instance and delivery. Letters, digits, {@code -} and {@code _} only, so that every file system takes it; at most 255
     * characters; and no other item's, as the delivery's id stands whole in it. A possible duplicate says so, as it lies
     * beside the first if that is still there.
     *
     * @param ending with its dot
     */
    public String fileName(String ending) {
        String mark = isPossibleDuplicate() ? DUPLICATE : "";
        int longest = LONGEST_PART - (mark.length() + 1) / 2;
        String first = part(requestId, longest) + "_" + (instance == null ? "" : part(instance, longest) + "_");
        return (first.startsWith("-") ? "_" + first.substring(1) : first) + deliveryId + mark + ending;
    }

    private static String part(String id, int longest) {
        String safe = UNSAFE.matcher(id).replaceAll("_");
        return safe.substring(0, Math.min(safe.length(), longest));
    }

    /** Names ids only. */
    @Override
    public String toString() {
        return "OutboxItem[" + kind + " " + deliveryId + " attempt " + attempt + "]";
    }
}
