package dev.passcourier.benchmark;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** Sends requests to a subject's queue and takes its results, over one connection. */
final class Load implements AutoCloseable {

    static final String REQUESTS = "password.requests";
    static final String RESULTS = "password.results";

    private static final int AT_ONCE = 50;
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final Subject subject;
    private final Connection connection;
    private final Session sending;
    private final MessageProducer requests;
    private final Session taking;
    private final IntFunction<String> account;
    private final int instances;
    private final String run = Long.toString(System.currentTimeMillis(), 36) + "-" + RUNS.incrementAndGet() + "-";
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger results = new AtomicInteger();
    private final AtomicLong lastResult = new AtomicLong();
    private final Map<String, Long> sentAt = new ConcurrentHashMap<>();
    private final List<Double> latencies = new ArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();

    /**
     * Of a subject that listens.
     *
     * @param account   from a request's number to the account that it names
     * @param instances how many machines there are
     */
    Load(Subject subject, IntFunction<String> account, int instances)
            throws JMSException, IOException, InterruptedException {
        this.subject = subject;
        this.connection = subject.connect();
        this.account = account;
        this.instances = instances;
        this.sending = connection.createSession(true, Session.SESSION_TRANSACTED);
        this.requests = sending.createProducer(sending.createQueue(REQUESTS));
        this.taking = connection.createSession(false, Session.DUPS_OK_ACKNOWLEDGE);
        MessageConsumer consumer = taking.createConsumer(taking.createQueue(RESULTS));
        consumer.setMessageListener(this::take);
    }

    private void take(Message result) {
        try {
            long now = System.nanoTime();
            String id = result.getJMSCorrelationID();
            if (id == null || !id.startsWith(run)) {
                return;
            }
            if (!"RESULT".equals(result.getStringProperty("kind"))) {
                failures.incrementAndGet();
            }
            Long then = sentAt.remove(id);
            if (then != null) {
                synchronized (latencies) {
                    latencies.add((now - then) / 1e6);
                }
            }
            lastResult.set(now);
            results.incrementAndGet();
        } catch (JMSException e) {
            failures.incrementAndGet();
        }
    }

    private void send(int count) throws JMSException {
        for (int i = 0; i < count; i++) {
            int number = sent.getAndIncrement();
            String id = run + number;
            requests.send(sending.createTextMessage("{\"id\":\"" + id + "\",\"account\":\"" + account.apply(number)
                    + "\",\"instance\":\"i-" + number % instances + "\",\"deliverTo\":[\"out\"]}"));
        }
        sending.commit();
    }

    private int inHand() {
        return sent.get() - results.get();
    }

    /** What a measured stretch showed. */
    record Stretch(double perSecond, double cpuMillis, double cloudMillis) {}

    /** Keeps {@code waiting} requests under way for a while and measures; what is left is taken afterwards. */
    Stretch closed(int waiting, Duration time, Subject cloud) throws JMSException, IOException, InterruptedException {
        Stretch stretch = within(waiting, time, cloud);
        drain();
        return stretch;
    }

    private Stretch within(int waiting, Duration time, Subject cloud)
            throws JMSException, IOException, InterruptedException {
        top(waiting);
        long start = System.nanoTime();
        int before = results.get();
        Duration cpu = subject.cpu();
        Duration cloudCpu = cloud.cpu();
        while (System.nanoTime() - start < time.toNanos()) {
            top(waiting);
            subject.demandAlive();
            TimeUnit.MILLISECONDS.sleep(2);
        }
        double done = results.get() - before;
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Stretch(
                done / seconds,
                subject.cpu().minus(cpu).toNanos() / 1e6 / done,
                cloud.cpu().minus(cloudCpu).toNanos() / 1e6 / done);
    }

    private void top(int waiting) throws JMSException {
        while (inHand() <= waiting - AT_ONCE) {
            send(AT_ONCE);
        }
    }

    /** Measures while so many wait and as many more as are done come after. */
    Stretch backlog(int waiting, Duration time, Subject cloud) throws JMSException, IOException, InterruptedException {
        while (inHand() < waiting) {
            send(500);
            subject.demandAlive();
        }
        return within(waiting, time, cloud);
    }

    /** Sends so many a second for a while; milliseconds from send to result, in order, without the first fifth. */
    List<Double> open(double perSecond, Duration time) throws JMSException, IOException, InterruptedException {
        synchronized (latencies) {
            latencies.clear();
        }
        long gap = Math.round(1e9 / perSecond);
        long next = System.nanoTime();
        long end = next + time.toNanos();
        while (next < end) {
            for (long wait = next - System.nanoTime(); wait > 0; wait = next - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            // From when it was due: a late send is a wait too.
            sentAt.put(run + sent.get(), next);
            send(1);
            next += gap;
        }
        drain();
        synchronized (latencies) {
            return latencies.stream().skip(latencies.size() / 5).sorted().toList();
        }
    }

    /** Sends so many at once and waits for the results. Returns the seconds until the last. */
    double burst(int count) throws JMSException, IOException, InterruptedException {
        long start = System.nanoTime();
        for (int left = count; left > 0; left -= AT_ONCE) {
            send(Math.min(left, AT_ONCE));
        }
        drain();
        return (lastResult.get() - start) / 1e9;
    }

    /** Drops so many lines in one batch and waits for the results. Returns the subject's processor time a line in ms. */
    double batch(Path drop, int lines) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder("id,account,instance,deliverTo\n");
        for (int i = 0; i < lines; i++) {
            int number = sent.getAndIncrement();
            text.append(run)
                    .append(number)
                    .append(',')
                    .append(account.apply(number))
                    .append(",i-")
                    .append(number % instances)
                    .append(",out\n");
        }
        Duration before = subject.cpu();
        Files.writeString(drop.resolve("batch-" + run + lines + ".csv"), text);
        drain();
        return subject.cpu().minus(before).toNanos() / 1e6 / lines;
    }

    private void drain() throws IOException, InterruptedException {
        int left = inHand();
        long since = System.nanoTime();
        while (left > 0) {
            subject.demandAlive();
            TimeUnit.MILLISECONDS.sleep(2);
            int now = inHand();
            if (now != left) {
                left = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > Duration.ofMinutes(1).toNanos()) {
                throw new IOException(subject.name() + " left " + left + " requests without a result for a minute");
            }
        }
        if (failures.get() > 0) {
            throw new IOException(subject.name() + " refused " + failures.get() + " requests: see what it said");
        }
    }

    @Override
    public void close() throws JMSException {
        connection.close();
    }
}
