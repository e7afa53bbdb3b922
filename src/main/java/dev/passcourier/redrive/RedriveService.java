package dev.passcourier.redrive;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.broker.MessageProperties;
import dev.passcourier.broker.OutboundMessage;
import dev.passcourier.broker.PlainSend;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Suggestion;
import dev.passcourier.control.OrderException;
import dev.passcourier.outbox.GoneDestinations;
import dev.passcourier.request.Verdict;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what failed or was quarantined, and returns it: each message on record first, then in one transaction from where it lies
 * to where it came from. A crash between the two leaves the message where it was; to return it again does no harm.
 */
public final class RedriveService {

    /** Most messages shown or returned by one order. */
    static final int MOST = 500;

    private static final Set<String> VERDICTS =
            Arrays.stream(Verdict.values()).map(Verdict::name).collect(Collectors.toUnmodifiableSet());

    /** The broker looks through the whole queue for one message. */
    private static final long PATIENCE = 10_000;

    private final ConnectionFactory pool;
    private final String ownUser;
    private final Settings settings;
    private final ReturnRules rules;
    private final AuditTrail audit;
    private final GoneDestinations gone;
    private final Clock clock;

    /**
     * On one broker.
     *
     * @param ownUser who we are there
     */
    public RedriveService(
            ConnectionFactory pool,
            String ownUser,
            Settings settings,
            AuditTrail audit,
            GoneDestinations gone,
            Clock clock) {
        this.pool = pool;
        this.ownUser = ownUser;
        this.settings = settings;
        this.rules = new ReturnRules(settings, gone, clock);
        this.audit = audit;
        this.gone = gone;
        this.clock = clock;
    }

    /**
     * Carries out an order, if every name in it is known: of a verdict, or of an account or destination that the settings
     * have or something kept belongs to.
     *
     * @throws OrderException        with the names that may have been meant
     * @throws IllegalStateException as {@link #answer}
     */
    public RedriveAnswer carryOut(RedriveOrder order) throws OrderException {
        demandKnown("verdict", order.verdict(), VERDICTS);
        if (order.action() == RedriveOrder.Action.ENABLE && !gone.aliases().contains(order.destination())) {
            demandKnown(
                    "destination", order.destination(), settings.destinations().keySet());
        }
        RedriveAnswer answer = answer(order);
        if (order.action() != RedriveOrder.Action.ENABLE && answer.found().isEmpty()) {
            demandKnown("account", order.account(), settings.accounts().keySet());
            demandKnown(
                    "destination", order.destination(), settings.destinations().keySet());
            demandMeant(order);
        }
        return answer;
    }

    /** There are more codes than anybody could list: one is taken for misspelt if something is kept for a similar one. */
    private void demandMeant(RedriveOrder order) throws OrderException {
        String code = order.code();
        if (code == null) {
            return;
        }
        Set<String> kept = answer(RedriveOrder.LIST_ALL).found().stream()
                .map(FailedMessage::reason)
                .filter(reason -> !withoutNumber(reason).equals(withoutNumber(code)))
                .collect(Collectors.toSet());
        String near = Suggestion.near(code, kept);
        if (!near.isEmpty()) {
            throw new OrderException("CODE_UNKNOWN", "nothing is kept for a code " + code + "; " + near);
        }
    }

    /** Of two codes such as HTTP_403 and HTTP_404 neither is the other one misspelt. */
    private static String withoutNumber(String code) {
        return code.replaceFirst("(?<=_)\\d+$", "");
    }

    private static void demandKnown(String kind, @Nullable String name, Set<String> known) throws OrderException {
        if (name != null && !known.contains(name)) {
            throw new OrderException(
                    kind.toUpperCase(Locale.ROOT) + "_UNKNOWN",
                    "there is no " + kind + " " + name + "; " + Suggestion.forWord(name, known));
        }
    }

    /**
     * Carries out an order. One at a time.
     *
     * @throws IllegalStateException if the broker does not answer; what was returned before that stays returned
     */
    synchronized RedriveAnswer answer(RedriveOrder order) {
        boolean enabled = order.action() == RedriveOrder.Action.ENABLE
                && order.destination() != null
                && gone.enable(order.destination());
        if (order.action() == RedriveOrder.Action.ENABLE) {
            return new RedriveAnswer(List.of(), 0, false, gone.aliases(), enabled);
        }
        try (Connection connection = pool.createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            connection.start();
            return answer(order, session);
        } catch (JMSException e) {
            throw new IllegalStateException("BROKER " + e.getClass().getSimpleName());
        }
    }

    private RedriveAnswer answer(RedriveOrder order, Session session) throws JMSException {
        List<FailedMessage> found = new ArrayList<>();
        boolean more = false;
        for (FailedMessage.Place place : FailedMessage.Place.values()) {
            more |= find(order, session, place, found);
        }
        if (order.action() == RedriveOrder.Action.LIST || order.dryRun()) {
            return new RedriveAnswer(found, 0, more, gone.aliases(), false);
        }
        int returned = 0;
        for (int i = 0; i < found.size(); i++) {
            FailedMessage kept = found.get(i);
            if (kept.refusal() == null) {
                FailedMessage.Refusal refusal = giveBack(session, kept);
                returned += refusal == null ? 1 : 0;
                found.set(i, kept.refusedFor(refusal));
            }
        }
        return new RedriveAnswer(found, returned, more, gone.aliases(), false);
    }

    /** Adds what the order is about, up to a limit for each kind; true if there is more to return. */
    private boolean find(RedriveOrder order, Session session, FailedMessage.Place place, List<FailedMessage> found)
            throws JMSException {
        if (order.queue() != null && order.queue() != place) {
            return false;
        }
        boolean more = false;
        try (QueueBrowser browser = session.createBrowser(session.createQueue(place.queue()))) {
            Enumeration<?> all = browser.getEnumeration();
            while (all.hasMoreElements()) {
                FailedMessage kept = shown(new FailedMessageReader((Message) all.nextElement(), place, ownUser));
                if (order.fits(kept)) {
                    boolean full = isFull(found, kept.refusal() == null);
                    more |= full && kept.refusal() == null;
                    if (!full) {
                        found.add(kept);
                    }
                }
            }
        }
        return more;
    }

    private static boolean isFull(List<FailedMessage> found, boolean returnable) {
        return found.stream()
                        .filter(each -> (each.refusal() == null) == returnable)
                        .count()
                >= MOST;
    }

    private FailedMessage shown(FailedMessageReader kept) throws JMSException {
        try {
            rules.returned(kept);
            return kept.shown(null);
        } catch (ReturnException e) {
            return kept.shown(e.refusal());
        }
    }

    private FailedMessage.@Nullable Refusal giveBack(Session session, FailedMessage kept) throws JMSException {
        String only = "JMSMessageID = '" + kept.message().replace("'", "''") + "'";
        try (MessageConsumer consumer =
                session.createConsumer(session.createQueue(kept.place().queue()), only)) {
            Message message = consumer.receive(PATIENCE);
            if (message == null) {
                return FailedMessage.Refusal.TAKEN;
            }
            FailedMessageReader found = new FailedMessageReader(message, kept.place(), ownUser);
            OutboundMessage outboundMessage = rules.returned(found);
            audit.append(new AuditEvent(AuditEvent.Type.REDRIVEN, clock.instant(), facts(found)));
            PlainSend.send(session, outboundMessage, clock.instant());
            session.commit();
            return null;
        } catch (ReturnException e) {
            session.rollback();
            return e.refusal();
        } catch (JMSException | RuntimeException e) {
            session.rollback();
            throw e;
        }
    }

    private static Map<Fact, String> facts(FailedMessageReader kept) throws JMSException {
        Map<Fact, String> facts = new EnumMap<>(Fact.class);
        String reference = kept.text(MessageProperties.REFERENCE);
        facts.put(Fact.REFERENCE, reference == null ? kept.id() : reference);
        facts.put(Fact.QUEUE, kept.from());
        facts.put(Fact.CODE, kept.reason());
        if (kept.wasOurs()) {
            facts.putAll(kept.workFacts());
        }
        return facts;
    }
}
