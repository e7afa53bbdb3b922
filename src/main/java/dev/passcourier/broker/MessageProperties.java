package dev.passcourier.broker;

import dev.passcourier.audit.AuditEvent.Fact;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * The properties of our messages: ids, counts, times and codes only. Their names are a format that outlives a release:
 * messages of the one before still lie in the journal.
 */
public final class MessageProperties {

    /** The form of the message, body and properties, as a number; without it, it is 1. */
    public static final String FORMAT = "pcFormat";

    /** What this release writes, and the newest form that it reads. */
    static final int NEWEST = 1;

    /** Id of the request whose work the message carries. */
    public static final String REQUEST = "pcRequest";

    /** Id of the request whose password a cloud is to forget: the message is no part of the request's own work. */
    public static final String CLEARS = "pcClears";

    /** Of a request on the intake: where it came from. */
    public static final String ORIGIN = "pcOrigin";

    /** Of a request on its way to the intake: the batch that it belongs to. */
    public static final String BATCH = "pcBatch";

    /** Of a request on its way to the intake: its line in the batch. */
    public static final String LINE = "pcLine";

    /** Of a request on its way to the intake: the first line of its batch before it that has the same id. */
    public static final String REPEATS = "pcRepeats";

    /** Of such a request: how often it was put off, as that line had not been checked. */
    public static final String PUT_OFF = "pcPutOff";

    /** Of a delivery: result, notice or report. */
    public static final String KIND = "pcKind";

    /** Of a delivery: its destination. */
    public static final String ALIAS = "pcAlias";

    /** Of a delivery: its id, the same at every attempt. */
    public static final String DELIVERY = "pcDelivery";

    /** Of a delivery: the instance, unless its account keeps it inside the seal. */
    public static final String INSTANCE = "pcInstance";

    /** Of a delivery: the number of the attempt, 1 for the first. */
    public static final String ATTEMPT = "pcAttempt";

    /** Of a delivery: when its first attempt became possible, in milliseconds since 1970. */
    public static final String FIRST_TRY_AT = "pcFirstTryAt";

    /** Of a delivery: when it expires, in milliseconds since 1970. */
    public static final String NOT_AFTER = "pcNotAfter";

    /** Of a delivery: media type of the body. */
    public static final String MEDIA_TYPE = "pcMediaType";

    /** Of the confirmation that a delivery was sent: the code of its success. */
    public static final String SENT = "pcSent";

    /** Of failed and quarantined work: why it lies there, a code. */
    public static final String REASON = "pcReason";

    /** Of failed and quarantined work: the queue it came from. */
    public static final String FROM = "pcFrom";

    /** Of failed work: how it ended. */
    public static final String VERDICT = "pcVerdict";

    /** Of failed and quarantined work: true if the service itself had sent it to the queue it came from. */
    public static final String OWN = "pcOwn";

    /** Of a stranger's quarantined message: the validated user who sent it, if the broker knows one. */
    public static final String USER = "pcUser";

    /** Of a stranger's quarantined message: the message id under which it was sent. */
    public static final String REFERENCE = "pcReference";

    /** The broker's own, of a dead or expired message: the queue it came from. */
    public static final String ORIGINAL_QUEUE = "_AMQ_ORIG_QUEUE";

    private static final Map<String, Fact> FACTS = Map.of(
            REQUEST,
            Fact.REQUEST,
            ALIAS,
            Fact.ALIAS,
            DELIVERY,
            Fact.DELIVERY,
            KIND,
            Fact.KIND,
            BATCH,
            Fact.BATCH,
            LINE,
            Fact.LINE);

    private MessageProperties() {}

    /** The sender's properties of a message, without those of JMS and of the broker. */
    public static Map<String, Object> of(Message message) throws JMSException {
        Map<String, Object> properties = new HashMap<>();
        for (Object name : Collections.list(message.getPropertyNames())) {
            String property = (String) name;
            if (!property.startsWith("JMSX") && !property.startsWith("_AMQ")) {
                properties.put(property, message.getObjectProperty(property));
            }
        }
        return properties;
    }

    /** Whether a message of ours is a later release's, which alone can read it. */
    public static boolean isOfNewerRelease(Map<String, Object> properties) {
        return properties.get(FORMAT) instanceof Integer format && format > NEWEST;
    }

    /** Whose work a message carries, as the audit trail has it. True only of a message that is our own. */
    public static Map<Fact, String> facts(Map<String, Object> properties) {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        FACTS.forEach((property, fact) -> {
            Object value = properties.get(property);
            if (value != null) {
                facts.put(fact, value.toString());
            }
        });
        return facts;
    }
}
