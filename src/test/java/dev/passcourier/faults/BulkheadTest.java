package dev.passcourier.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.faults.FaultProxy.Wire;
import dev.passcourier.ledger.RequestRow;
import dev.passcourier.request.Verdict;
import dev.passcourier.retry.RetryRule;
import dev.passcourier.service.Whole;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One sick cloud or destination does not slow the others: a calm phase, then one cloud and one destination held without a
 * break, then a calm phase again. The long form holds them for ten minutes and has the bound that is promised:
 * {@code mvn -q test -Dtest=BulkheadTest -Dsurefire.redirect=false -Dpasscourier.bulkhead.minutes=10}.
 */
class BulkheadTest {

    private static final int MINUTES = Integer.getInteger("passcourier.bulkhead.minutes", 0);

    private static final Duration WINDOW = MINUTES == 0 ? Duration.ofSeconds(2) : Duration.ofSeconds(15);

    private static final int HELD_WINDOWS = MINUTES == 0 ? 3 : MINUTES * 4;

    /** Before and after: two minutes each in the long form, so that what else the machine does falls on both. */
    private static final int CALM_WINDOWS = MINUTES == 0 ? 2 : 8;

    /** Promised are 20 %. Windows of two seconds on a busy machine tell a stall from noise, not more. */
    private static final double MOST = MINUTES == 0 ? 3 : 1.2;

    /**
     * On top of it. The ledger's times are whole milliseconds at both ends, and the timers behind commits and syncs are
     * no finer than a tick of the system, up to four: of a percentile of 20 ms that alone is more than 20 %.
     */
    private static final Duration NOISE = MINUTES == 0 ? Duration.ofMillis(100) : Duration.ofMillis(5);

    private static final long BEAT_MILLIS = 50;

    /** At the pace of this test a webhook that failed for ten minutes rests for up to four. */
    private static final Duration CATCHING_UP = Duration.ofMinutes(6);

    /** More than the consumers of an account or a destination. */
    private static final int HELD = 12;

    @TempDir
    Path directory;

    private final CountDownLatch beat = new CountDownLatch(1);
    private final ShiftedClock clock = new ShiftedClock();
    private Whole whole;
    private RemoteWorld world;
    private RemoteEnd cloud;
    private RemoteEnd hook;
    private List<RemoteEnd> calm;
    private final List<String> sick = new ArrayList<>();
    private int requests;
    private int answered;

    @BeforeEach
    void start() throws Exception {
        whole = Whole.prepare(directory)
                .settings(Whole::withoutSchedules)
                .settings(text -> text.replace("destinations: [tickets, hook, ops-mail]", "destinations: [\"*\"]"));
        world = new RemoteWorld(whole, Clock.systemUTC());
        cloud = world.account("sick-cloud", 8);
        hook = world.hook("sick-hook");
        calm = List.of(world.account("calm-0", 8), world.account("calm-1", 8));
        world.hook("calm-hook");
        world.writeSettings(0.01);
        whole.start(clock);
    }

    @AfterEach
    void stop() throws Exception {
        whole.close();
        world.close();
    }

    @Test
    void othersAreAsFastAsBeforeWhileOneCloudAndOneDestinationAreHeld() throws Exception {
        window(false, 2);
        List<Long> before = phase("calm before", CALM_WINDOWS, false);
        hold();
        List<Long> held = phase("held", HELD_WINDOWS, true);
        int waiting = sick.size();
        assertThat(rows(sick))
                .as("of the held ones only what was tried often enough has ended")
                .allMatch(row -> !whole.isSettled(row) || isTriedOut(row));
        long triedOut = rows(sick).stream().filter(BulkheadTest::isTriedOut).count();
        letGo();
        List<Long> after = phase("calm after", CALM_WINDOWS, false);

        List<Long> calmWindows = new ArrayList<>(before);
        calmWindows.addAll(after);
        String figures = String.format(
                Locale.ROOT,
                "p95 in ms, windows of %d s: calm before %s (median %d), held %s (median %d), calm after %s (median %d),"
                        + " all calm (median %d); %d asked of the others, %d answered; %d held, %d of them tried out, the others then delivered",
                WINDOW.toSeconds(),
                before,
                median(before),
                held,
                median(held),
                after,
                median(after),
                median(calmWindows),
                requests - waiting,
                answered,
                waiting,
                triedOut);
        System.out.println(figures);
        assertThat(answered).as(figures).isEqualTo(requests - waiting);
        assertThat(median(held))
                .as(figures)
                .isLessThanOrEqualTo(Math.round(median(calmWindows) * MOST) + NOISE.toMillis());
        assertThat(whole.audited(AuditEvent.Type.QUARANTINED)).isEmpty();
    }

    /** Windows one after the other; while the sick ones are held, each brings them more work. Returns the p95 of each. */
    private List<Long> phase(String name, int windows, boolean held) throws Exception {
        List<Long> p95 = new ArrayList<>();
        for (int i = 1; i <= windows; i++) {
            if (held) {
                askTheSick();
            }
            p95.add(p95(window(held, 1)));
            System.out.printf(Locale.ROOT, "%-12s %3d/%d  p95 %d ms%n", name, i, windows, p95.get(i - 1));
        }
        return p95;
    }

    @Test
    void anOpenBreakerRestsOneAccountAndSendsOneProbe() throws Exception {
        cloud.proxy().always(Wire.RESET);
        for (int i = 0; i < HELD * 2; i++) {
            ask("sick-" + i, cloud, "sick-cloud", "calm-hook");
        }
        Whole.patiently().until(() -> rested(cloud.proxy()));
        int asked = cloud.proxy().connections();
        long busy = processorNanos("fetch.sick-cloud");
        long start = System.nanoTime();
        window(true, 1);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        assertThat(cloud.proxy().connections() - asked)
                .as("calls in %d seconds of rest, one probe every thirty", seconds)
                .isLessThanOrEqualTo((int) seconds / 30 + 1);
        assertThat(Duration.ofNanos(processorNanos("fetch.sick-cloud") - busy))
                .as("processor time of eight resting consumers in %d seconds", seconds)
                .isLessThan(Duration.ofSeconds(Math.max(3, seconds)).dividedBy(10));

        int before = cloud.proxy().connections();
        cloud.proxy().always(Wire.SILENT);
        clock.advance(Duration.ofSeconds(31));
        Whole.patiently().until(() -> cloud.proxy().connections() > before);
        pause(TimeUnit.SECONDS.toNanos(3));
        assertThat(cloud.proxy().connections()).as("calls with the probe").isEqualTo(before + 1);
        letGo();
    }

    /** No call for three of the seconds that its consumers look in. */
    private boolean rested(FaultProxy proxy) {
        int before = proxy.connections();
        pause(TimeUnit.SECONDS.toNanos(3));
        return before > 0 && proxy.connections() == before;
    }

    private static long processorNanos(String threads) {
        ThreadMXBean all = ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (ThreadInfo thread : all.getThreadInfo(all.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().contains(threads)) {
                sum += Math.max(0, all.getThreadCpuTime(thread.getThreadId()));
            }
        }
        return sum;
    }

    /** All consumers of the sick ones hang from now on. */
    private void hold() throws Exception {
        cloud.proxy().always(Wire.SILENT);
        hook.proxy().always(Wire.SILENT);
        for (int i = 0; i < HELD; i++) {
            askTheSick();
        }
        Whole.patiently()
                .until(() -> cloud.proxy().connections() > 0 && hook.proxy().connections() > 0);
    }

    private void askTheSick() throws Exception {
        ask("sick-c" + requests++, cloud, "sick-cloud", "calm-hook");
        ask("sick-h" + requests++, calm.get(0), "calm-0", "sick-hook");
    }

    /** With a deadline that lies behind the end of the test. */
    private void ask(String id, RemoteEnd account, String name, String destination) throws Exception {
        sick.add(id);
        String request = Whole.request(id, name, ((RemoteEnd.Cloud) account).instance(), destination);
        Instant deadline = clock.instant().plus(Duration.ofMinutes(MINUTES + 60));
        whole.send(request.replaceFirst("}$", ",\"deadline\":\"" + deadline.truncatedTo(ChronoUnit.SECONDS) + "\"}"));
    }

    /** And waits until they have caught up: all delivered, so that calm windows are calm. */
    private void letGo() {
        cloud.proxy().always(Wire.PASS);
        hook.proxy().always(Wire.PASS);
        cloud.proxy().cut();
        hook.proxy().cut();
        assertThat(ended(sick, CATCHING_UP)).allMatch(row -> row.verdict() == Verdict.DELIVERED || isTriedOut(row));
        sick.clear();
    }

    /** A cloud that hangs for minutes uses up a probe's attempts; what ends so is kept, to be returned. */
    private static boolean isTriedOut(RequestRow row) {
        return row.verdict() == Verdict.FAILED
                && "TIMEOUT".equals(row.code())
                && row.attempts() == RetryRule.CLOUD_SERVER.retries() + 1;
    }

    /** A steady load on two other clouds and three other destinations. Returns each request's time in milliseconds. */
    private List<Long> window(boolean held, int lengths) throws Exception {
        List<String> ids = new ArrayList<>();
        whole.asTicketing(session -> {
            try (MessageProducer producer = session.createProducer(session.createQueue(Whole.REQUESTS))) {
                long count = WINDOW.multipliedBy(lengths).toMillis() / BEAT_MILLIS;
                long start = System.nanoTime();
                for (int i = 0; i < count; i++) {
                    String id = (held ? "held-" : "calm-") + requests++;
                    ids.add(id);
                    producer.send(text(session, id, i));
                    pause(start + TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS * (i + 1)) - System.nanoTime());
                }
            }
        });
        List<Long> times = new ArrayList<>();
        for (RequestRow row : ended(ids)) {
            assertThat(row.verdict()).isEqualTo(Verdict.DELIVERED);
            times.add(Duration.between(row.askedAt(), row.endedAt()).toMillis());
        }
        answered += times.size();
        return times;
    }

    private List<RequestRow> ended(List<String> ids) {
        return ended(ids, Duration.ofMinutes(2));
    }

    private List<RequestRow> ended(List<String> ids, Duration atMost) {
        Whole.patiently()
                .atMost(atMost)
                .until(() -> rows(ids).stream().allMatch(whole::isSettled)
                        && rows(ids).size() == ids.size());
        return rows(ids);
    }

    private List<RequestRow> rows(List<String> ids) {
        return whole.service().ledger().requests(ids);
    }

    private Message text(Session session, String id, int turn) throws JMSException {
        String destination = List.of("calm-hook", "archive", "ops-mail").get(turn % 3);
        RemoteEnd account = calm.get(turn % 2);
        String instance = ((RemoteEnd.Cloud) account).instance();
        return session.createTextMessage(Whole.request(id, "calm-" + turn % 2, instance, destination));
    }

    private void pause(long nanos) {
        try {
            assertThat(beat.await(Math.max(0, nanos), TimeUnit.NANOSECONDS)).isFalse();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long p95(List<Long> times) {
        List<Long> sorted = times.stream().sorted().toList();
        return sorted.get((int) Math.ceil(sorted.size() * 0.95) - 1);
    }

    private static long median(List<Long> values) {
        List<Long> sorted = values.stream().sorted().toList();
        return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
    }
}
