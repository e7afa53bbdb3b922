package dev.passcourier.broker;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.io.buffer.TimedBuffer;
import org.apache.activemq.artemis.core.journal.Journal;
import org.apache.activemq.artemis.core.paging.PagingManager;
import org.apache.activemq.artemis.core.persistence.impl.journal.AbstractJournalStorageManager;
import org.apache.activemq.artemis.core.postoffice.impl.LocalQueueBinding;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.settings.impl.DiskFullMessagePolicy;
import org.apache.activemq.artemis.spi.core.remoting.Acceptor;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.apache.activemq.artemis.utils.collections.LinkedListIterator;
import org.jspecify.annotations.Nullable;

/**
 * Artemis inside this process. Its journal lies under {@code <data>/broker}; it has a {@code vm://} acceptor for
 * ourselves, and a TCP acceptor for other programs only if the configuration opens one. Every address has a dead-letter
 * and an expiry address, because Artemis drops messages of an address that has none.
 */
public final class EmbeddedBroker implements AutoCloseable {

    /** The user that only this process knows the password of. */
    static final String OWN_USER = "passcourier";

    /**
     * Of the heap, for messages that wait; more of them lie in pages on the disk. The broker takes about twice as much as it
     * counts, and half of the heap, as is its default, left too little for all else with 100,000 requests in 256 MB.
     */
    private static final int MEMORY_PERCENT = 15;

    private static final String OWN_ROLE = "service";
    private static final AtomicInteger NEXT_VM_ID = new AtomicInteger();
    private static final int BROKER_ATTEMPTS = 10;
    private static final int DUPLICATE_IDS = 20_000;
    private static final int DISK_SCAN_MILLIS = 1_000;
    /** The default of 3.3 ms caps each session at about 290 commits a second. */
    private static final int JOURNAL_BUFFER_NANOS = 200_000;

    /** Empty files that are kept to be used again. By default all are, so that the journal stays as large as its largest backlog. */
    private static final int JOURNAL_SPARE_FILES = 2;

    private static final String JOURNAL = "journal";
    private static final String BINDINGS = "bindings";
    private static final String PAGING = "paging";
    private static final String LARGE = "large";

    private static final int LOOKS = 100;
    private static final int LOOK_MILLIS = 100;

    /** What lies below its directory and is all that its queues are made of. */
    public static final List<String> FILES = List.of(JOURNAL, BINDINGS, PAGING, LARGE);

    private final BrokerAccess access;
    private final Plan plan;
    private final Set<String> collectable;
    private ActiveMQServer server;
    private boolean listening;
    private boolean closed;

    private EmbeddedBroker(BrokerAccess access, Plan plan, Set<String> collectable) throws Exception {
        this.access = access;
        this.collectable = collectable;
        this.plan = plan;
        this.server = plan.server();
    }

    /** Makes a server that is set up and not started, the same one each time. */
    @FunctionalInterface
    private interface Plan {
        ActiveMQServer server() throws Exception;
    }

    /**
     * Starts the broker, reachable for ourselves only: its queues can be made before {@link #listen()} lets other
     * programs in.
     *
     * @param directory   where its files lie
     * @param minDiskFree bytes that must be free there; with less every send fails
     * @param settings    the acceptor and its users
     * @param intake      the queue that users with the requester role may send to
     * @param collectable the queues that users with the collector role may read
     * @throws ConfigurationException if the acceptor's port is taken; nothing is left running then
     */
    public static EmbeddedBroker start(
            Path directory, long minDiskFree, Settings.Broker settings, String intake, Set<String> collectable)
            throws Exception {
        AcceptorPort.demandFree(settings.acceptor());
        int vmId = NEXT_VM_ID.getAndIncrement();
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        Set<String> collected = ConcurrentHashMap.newKeySet();
        collected.addAll(collectable);
        Plan plan = () -> {
            Configuration configuration = configuration(directory, vmId, settings.acceptor());
            configuration.setGlobalMaxSizePercentOfJvmMaxMemory(MEMORY_PERCENT);
            configuration.setMinDiskFree(minDiskFree).setMaxDiskUsage(-1).setDiskScanPeriod(DISK_SCAN_MILLIS);
            configuration.setSecurityRoles(roles(intake, collected));
            ActiveMQServer server = new ActiveMQServerImpl(
                    configuration,
                    null,
                    new ActiveMQJAASSecurityManager(
                            InVMLoginModule.class.getName(), users(settings.users(), password)));
            server.addProtocolManagerFactory(new OtherProtocols.Factory());
            return server;
        };
        EmbeddedBroker broker =
                new EmbeddedBroker(new BrokerAccess("vm://" + vmId, OWN_USER, password), plan, collected);
        try {
            broker.begin();
            return broker;
        } catch (Exception | Error e) {
            broker.close();
            throw e;
        }
    }

    private synchronized void begin() throws Exception {
        server.start();
        if (!server.waitForActivation(30, java.util.concurrent.TimeUnit.SECONDS)) {
            throw new ConfigurationException("the embedded broker did not start: see the log above");
        }
    }

    /**
     * Whether it has stopped by itself, as it does when its journal cannot be written: what the journal has is whole, and
     * {@link #restart} reads it as after a crash.
     */
    public synchronized boolean hasStopped() {
        if (!closed && server.getState() == ActiveMQServer.SERVER_STATE.STOPPING) {
            freeStuckStop();
        }
        return !closed && server.getState() == ActiveMQServer.SERVER_STATE.STOPPED;
    }

    /**
     * Artemis 2.57.0 may never come to the end of a stop that an I/O error began: holding the storage's write lock, it waits
     * for the thread that flushes the journal, and that rolls back the session whose commit failed, for which it waits for
     * the read lock. An interrupted stop lets go of the lock and goes on with what else there is to stop.
     */
    private static void freeStuckStop() {
        ThreadInfo[] threads = ManagementFactory.getThreadMXBean().dumpAllThreads(false, false);
        // Who owns the lock that the flush waits for stops the same broker, not another one.
        Set<Long> owners = Arrays.stream(threads)
                .filter(thread -> has(thread.getStackTrace(), TimedBuffer.class.getName() + "$CheckTimer", "run")
                        && has(
                                thread.getStackTrace(),
                                AbstractJournalStorageManager.class.getName(),
                                "closeableReadLock"))
                .map(ThreadInfo::getLockOwnerId)
                .collect(Collectors.toSet());
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (owners.contains(thread.getId())
                    && has(stack, TimedBuffer.class.getName(), "stop")
                    && has(stack, ActiveMQServerImpl.class.getName(), "stop")) {
                thread.interrupt();
            }
        });
    }

    private static boolean has(StackTraceElement[] stack, String type, String method) {
        return Arrays.stream(stack)
                .anyMatch(frame -> frame.getClassName().equals(type)
                        && frame.getMethodName().equals(method));
    }

    /**
     * Starts it again where it was, under the same address; connections to it come back by themselves. Only after
     * {@link #hasStopped}, and when its disk can be written again. Nothing happens once it is closed.
     *
     * @throws Exception if it cannot start; it is stopped then as before
     */
    public synchronized void restart() throws Exception {
        if (closed) {
            return;
        }
        try {
            server.stop();
            server = plan.server();
            begin();
            if (listening) {
                listen();
            }
        } catch (Exception e) {
            server.stop();
            throw e;
        }
    }

    /** How this process reaches the broker. */
    public BrokerAccess access() {
        return access;
    }

    /**
     * Opens the TCP acceptor, if the settings have one.
     *
     * @throws Exception if it cannot listen
     */
    public synchronized void listen() throws Exception {
        listening = true;
        Acceptor acceptor = acceptor();
        if (acceptor != null) {
            acceptor.start();
        }
    }

    /**
     * Looks at every message there is, also those with a delay, which no JMS browser shows. Complete only while nobody
     * consumes; the expiry queue comes last, as the broker itself moves messages there meanwhile.
     *
     * @throws IllegalStateException if a queue shows fewer messages than it counts
     */
    public void look(Consumer<QueuedMessage> each) {
        List<Queue> queues = server.getPostOffice()
                .getAllBindings()
                .filter(LocalQueueBinding.class::isInstance)
                .map(binding -> ((LocalQueueBinding) binding).getQueue())
                .sorted(Comparator.comparing(queue -> queue.getName().toString().equals(Queues.EXPIRED)))
                .toList();
        queues.forEach(queue -> look(queue, each));
    }

    private static void look(Queue queue, Consumer<QueuedMessage> each) {
        long seen = 0;
        // First: a delay that ends meanwhile moves a message to where we look next.
        for (MessageReference delayed : queue.getScheduledMessages()) {
            each.accept(queued(queue, delayed.getMessage()));
            seen++;
        }
        try (LinkedListIterator<MessageReference> messages = queue.browserIterator()) {
            while (messages.hasNext()) {
                each.accept(queued(queue, messages.next().getMessage()));
                seen++;
            }
        }
        if (seen < queue.getMessageCount()) {
            throw new IllegalStateException("QUEUE_NOT_SEEN_WHOLE " + queue.getName());
        }
    }

    private static QueuedMessage queued(Queue queue, Message message) {
        Map<String, Object> properties = new HashMap<>();
        for (SimpleString name : message.getPropertyNames()) {
            Object value = message.getObjectProperty(name);
            if (value != null && !name.toString().startsWith("_AMQ")) {
                properties.put(name.toString(), value instanceof SimpleString text ? text.toString() : value);
            }
        }
        String id = message.getUserID() == null
                ? SenderIdentity.id(message.getMessageID(), message.getTimestamp())
                : "ID:" + message.getUserID();
        return new QueuedMessage(
                queue.getName().toString(), id, OWN_USER.equals(message.getValidatedUserID()), properties);
    }

    /**
     * Does something while the broker's files stand still: what it has confirmed to anybody before is in them, and it
     * confirms nothing more until this is done. Whoever sends or takes meanwhile waits.
     *
     * @throws IllegalStateException if the broker does not run
     */
    public synchronized <T> T whileStill(Callable<T> work) throws Exception {
        if (server.getState() != ActiveMQServer.SERVER_STATE.STARTED) {
            throw new IllegalStateException("BROKER_STOPPED");
        }
        Journal messages = server.getStorageManager().getMessageJournal();
        Journal bindings = server.getStorageManager().getBindingsJournal();
        PagingManager paging = server.getPagingManager();
        paging.disableCleanup();
        try {
            // In the order in which Artemis itself takes them to hand its files to a backup server.
            messages.synchronizationLock();
            bindings.synchronizationLock();
            paging.lock();
            try {
                server.getStorageManager().getJournalSequentialFileFactory().flush();
                return work.call();
            } finally {
                paging.unlock();
                bindings.synchronizationUnlock();
                messages.synchronizationUnlock();
            }
        } finally {
            paging.resumeCleanup();
        }
    }

    /** How the broker treats a queue's messages, for whoever checks it. */
    synchronized AddressSettings settings(String queue) {
        return server.getAddressSettingsRepository().getMatch(queue);
    }

    /** The port of the TCP acceptor, or -1 without one. */
    public synchronized int port() {
        Acceptor acceptor = acceptor();
        return acceptor == null ? -1 : acceptor.getActualPort();
    }

    private @Nullable Acceptor acceptor() {
        return server.getRemotingService().getAcceptor("tcp");
    }

    /** Stops the broker; what is in the journal stays. A stop that has begun by itself gets ten seconds to come to its end. */
    @Override
    public synchronized void close() throws Exception {
        closed = true;
        for (int look = 0; look < LOOKS && server.getState() == ActiveMQServer.SERVER_STATE.STOPPING; look++) {
            freeStuckStop();
            wait(LOOK_MILLIS);
        }
        server.stop();
    }

    private static Configuration configuration(Path directory, int vmId, Settings.@Nullable Acceptor acceptor)
            throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setName("passcourier")
                .setPersistenceEnabled(true)
                .setJournalType(JournalType.NIO)
                .setJournalFileSize(Settings.Service.JOURNAL_FILE)
                .setJournalPoolFiles(JOURNAL_SPARE_FILES)
                .setJournalDirectory(directory.resolve(JOURNAL).toString())
                .setBindingsDirectory(directory.resolve(BINDINGS).toString())
                .setPagingDirectory(directory.resolve(PAGING).toString())
                .setLargeMessagesDirectory(directory.resolve(LARGE).toString())
                .setJournalBufferTimeout_NIO(JOURNAL_BUFFER_NANOS)
                .setJournalSyncTransactional(true)
                .setJournalSyncNonTransactional(true)
                .setPersistDeliveryCountBeforeDelivery(true)
                .setPersistIDCache(true)
                .setIDCacheSize(DUPLICATE_IDS)
                .setSecurityEnabled(true)
                .setPopulateValidatedUser(true)
                .setJMXManagementEnabled(false)
                .setCriticalAnalyzer(false)
                .setGracefulShutdownEnabled(false);
        configuration.addAcceptorConfiguration(
                new TransportConfiguration(InVMAcceptorFactory.class.getName(), Map.of("serverId", vmId), "vm"));
        if (acceptor != null) {
            configuration.addAcceptorConfiguration(tcp(acceptor, directory));
        }
        configuration.addAddressSetting("#", addressSettings());
        for (String queue : Set.of(Queues.DEAD, Queues.EXPIRED, Queues.QUARANTINE, Queues.FAILED)) {
            configuration.addAddressSetting(queue, lastResort());
        }
        configuration.registerBrokerPlugin(new MessageLimits());
        return configuration;
    }

    private static AddressSettings addressSettings() {
        return new AddressSettings()
                .setDeadLetterAddress(SimpleString.of(Queues.DEAD))
                .setExpiryAddress(SimpleString.of(Queues.EXPIRED))
                .setMaxDeliveryAttempts(BROKER_ATTEMPTS)
                .setRedeliveryDelay(500)
                .setRedeliveryMultiplier(2)
                .setMaxRedeliveryDelay(60_000)
                .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                .setDiskFullMessagePolicy(DiskFullMessagePolicy.FAIL)
                .setAutoCreateQueues(false)
                .setAutoCreateAddresses(false)
                .setAutoDeleteQueues(false)
                .setAutoDeleteAddresses(false)
                .setDefaultConsumerWindowSize(0);
    }

    /**
     * Of the queues that hold what failed elsewhere. Their dead letters would come back to them and, past the limit,
     * be dropped; so there is no limit. A hop that cannot do its work there tries again every half second.
     */
    private static AddressSettings lastResort() {
        return addressSettings().setMaxDeliveryAttempts(-1).setRedeliveryMultiplier(1);
    }

    private static TransportConfiguration tcp(Settings.Acceptor acceptor, Path directory)
            throws IOException, ConfigurationException {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put(TransportConstants.HOST_PROP_NAME, acceptor.host());
        parameters.put(TransportConstants.PORT_PROP_NAME, acceptor.port());
        parameters.put(TransportConstants.PROTOCOLS_PROP_NAME, "CORE," + OtherProtocols.NAME);
        parameters.put(TransportConstants.AUTO_START, false);
        if (acceptor.certificate() != null && acceptor.privateKey() != null) {
            parameters.put(TransportConstants.SSL_ENABLED_PROP_NAME, true);
            parameters.put(TransportConstants.KEYSTORE_TYPE_PROP_NAME, PemIdentity.TYPE);
            parameters.put(TransportConstants.ENABLED_PROTOCOLS_PROP_NAME, "TLSv1.3,TLSv1.2");
            parameters.put(
                    TransportConstants.KEYSTORE_PATH_PROP_NAME,
                    PemIdentity.write(directory, acceptor.certificate(), acceptor.privateKey())
                            .toString());
        }
        return new TransportConfiguration(NettyAcceptorFactory.class.getName(), parameters, "tcp");
    }

    private static SecurityConfiguration users(Map<String, Settings.BrokerUser> users, String ownPassword)
            throws ConfigurationException {
        SecurityConfiguration security = new SecurityConfiguration();
        security.addUser(OWN_USER, ownPassword);
        security.addRole(OWN_USER, OWN_ROLE);
        for (var user : users.entrySet()) {
            security.addUser(user.getKey(), text(user.getValue().password()));
            for (Settings.BrokerUser.Role role : user.getValue().roles()) {
                security.addRole(user.getKey(), role.name());
            }
        }
        return security;
    }

    /** Artemis keeps its users' passwords as text; they open queues, not machines. */
    static String text(SecretRef secret) throws ConfigurationException {
        byte[] bytes = secret.read();
        try {
            return new String(bytes, StandardCharsets.UTF_8);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Lets users with the collector role read these queues from now on, too. Those before can be read until the next start:
     * what was delivered there is theirs.
     */
    public synchronized void alsoCollectable(Set<String> queues) {
        Set<String> more = new HashSet<>(queues);
        more.removeAll(collectable);
        collectable.addAll(more);
        more.forEach(queue -> server.getSecurityRepository().addMatch(queue, collectors()));
    }

    private static Map<String, Set<Role>> roles(String intake, Set<String> collectable) {
        Role own = own();
        Map<String, Set<Role>> roles = new HashMap<>();
        roles.put("#", Set.of(own));
        roles.put(intake, Set.of(own, role(Settings.BrokerUser.Role.REQUESTER, true, false)));
        for (String queue : collectable) {
            roles.put(queue, collectors());
        }
        return roles;
    }

    private static Role own() {
        return new Role(OWN_ROLE, true, true, true, true, true, true, true, true, true, true, true, true);
    }

    private static Set<Role> collectors() {
        return Set.of(own(), role(Settings.BrokerUser.Role.COLLECTOR, false, true));
    }

    private static Role role(Settings.BrokerUser.Role role, boolean send, boolean consume) {
        return new Role(
                role.name(), send, consume, false, false, false, false, false, false, false, false, false, false);
    }
}
