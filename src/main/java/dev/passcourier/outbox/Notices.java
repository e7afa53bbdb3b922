package dev.passcourier.outbox;

import dev.passcourier.broker.OutboundMessage;
import java.time.Instant;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Makes the messages that tell a request's destinations how it ended without a password. */
public final class Notices {

    private static final String SUFFIX = "/notice";

    private final BinaryOperator<String> deliveryIds;
    private final Predicate<String> showsInstance;
    private final Predicate<String> isDestination;

    /** The same where every alias is a destination. */
    public Notices(BinaryOperator<String> deliveryIds, Predicate<String> showsInstance) {
        this(deliveryIds, showsInstance, alias -> true);
    }

    /**
     * Makes notices.
     *
     * @param deliveryIds   stable id of a delivery, from the request's id and the alias
     * @param showsInstance whether an account, by its name, lets instances be named outside of the seal
     * @param isDestination whether there is, still, a destination of this alias: others cannot be told
     */
    public Notices(
            BinaryOperator<String> deliveryIds, Predicate<String> showsInstance, Predicate<String> isDestination) {
        this.deliveryIds = deliveryIds;
        this.showsInstance = showsInstance;
        this.isDestination = isDestination;
    }

    /**
     * One message per destination, to be sent in the hop that ends the request. A request that ends again after a
     * crash gets the same delivery ids again.
     *
     * @param key     the request's id; takes its place in the delivery ids if the message only bears that id, so that
     *                this notice is not taken for that request's
     * @param aliases configured destinations that may be told
     */
    public List<OutboundMessage> notices(Notice notice, String key, List<String> aliases) {
        return notices(notice, key, aliases, null);
    }

    /**
     * One message per destination, which the broker holds back for a while.
     *
     * @param notBefore when the broker may hand them out, or null for at once
     */
    public List<OutboundMessage> notices(Notice notice, String key, List<String> aliases, @Nullable Instant notBefore) {
        Notice told = showsInstance.test(notice.account()) ? notice : notice.withoutInstance();
        return aliases.stream()
                .filter(isDestination)
                .map(alias -> OutboxItem.notice(told, alias, deliveryIds.apply(key, alias + SUFFIX), notice.endedAt()))
                .map(item -> OutboxCodec.outboundMessage(item, notBefore))
                .toList();
    }
}
