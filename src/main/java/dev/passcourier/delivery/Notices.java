package dev.passcourier.delivery;

import dev.passcourier.broker.Envelope;
import dev.passcourier.request.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.function.BinaryOperator;

/** Makes the messages that tell a request's destinations how it ended without a password. */
public final class Notices {

    private static final String SUFFIX = "/notice";

    private final BinaryOperator<String> deliveryIds;

    /**
     * Makes notices.
     *
     * @param deliveryIds stable id of a delivery, from the request's id and the alias
     */
    public Notices(BinaryOperator<String> deliveryIds) {
        this.deliveryIds = deliveryIds;
    }

    /**
     * One message per destination, to be sent in the hop that ends the request. A request that ends again after a
     * crash gets the same delivery ids again.
     *
     * @param requestId the request's id, never empty
     * @param account   the account, or empty if it is not known
     * @param instance  the instance, or empty if it is not known
     * @param verdict   how it ended
     * @param code      why, safe to log
     * @param advice    one sentence on what to do, for people
     * @param attempts  how often the cloud was asked
     * @param aliases   configured destinations that may be told
     * @param now       when it ended
     */
    public List<Envelope> notices(
            String requestId,
            String account,
            String instance,
            Verdict verdict,
            String code,
            String advice,
            int attempts,
            List<String> aliases,
            Instant now) {
        return notices(
                new Notice(requestId, account, instance, verdict, code, advice, attempts, now), requestId, aliases);
    }

    /**
     * One message per destination about a message that only bears a request's id.
     *
     * @param key takes the request id's place in the delivery ids, so that this notice is not taken for that request's
     */
    public List<Envelope> notices(Notice notice, String key, List<String> aliases) {
        return aliases.stream()
                .map(alias ->
                        OutboxItems.notice(notice, alias, deliveryIds.apply(key, alias + SUFFIX), notice.endedAt()))
                .map(item -> OutboxCodec.envelope(item, null))
                .toList();
    }
}
