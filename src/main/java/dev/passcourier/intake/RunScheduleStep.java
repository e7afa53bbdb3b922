package dev.passcourier.intake;

import dev.passcourier.config.Settings;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for what is on a schedule's list, or for what a report looks at, once per planned time, whatever makes it run: Quartz
 * when the time comes, or the catch-up after a stop, a failure or a machine asleep. Of several missed times only the latest
 * is caught up. Two nodes may run the same time; the broker takes it once.
 */
public final class RunScheduleStep implements Processor {

    private static final String SCHEDULE = "schedule";
    /** Between a schedule's name and what a run that somebody asked for is known by. */
    private static final String BY_HAND = "@now-";

    private static final String SCHEDULED_FIRE_TIME = "scheduledFireTime";
    private static final Logger LOG = LoggerFactory.getLogger(RunScheduleStep.class);

    private volatile Map<String, Entry> schedules;
    private final Function<String, Optional<Instant>> lastPlanned;
    private final Predicate<String> hasBegun;
    private final BatchHandOver handOver;
    private final Clock clock;
    private final Instant startedAt;

    /** What a run asks for, and under which conditions. */
    @FunctionalInterface
    public interface Lines {

        /**
         * The lines of one run; a second time the same.
         *
         * @param run     its id
         * @param prefix  what makes ids of its requests unique
         * @param planned when it was planned, or null of one by hand
         * @throws RequestException if its list is none
         * @throws IOException      if its list cannot be read
         */
        List<BatchLine> of(String run, String prefix, @Nullable Instant planned) throws IOException, RequestException;
    }

    /** For the configured schedules, and no reports. */
    public RunScheduleStep(
            Map<String, Settings.Schedule> schedules,
            Function<String, Optional<Instant>> lastPlanned,
            BatchHandOver handOver,
            Clock clock) {
        this(
                schedules,
                Map.of(),
                name -> (run, prefix, planned) -> List.of(),
                lastPlanned,
                run -> false,
                handOver,
                clock);
    }

    /**
     * For the configured schedules and reports, whose names differ.
     *
     * @param inspected   what is to be inspected, by the report's name
     * @param lastPlanned the latest planned time of which a run reached the intake, as the ledger knows it
     * @param hasBegun    whether a report's run with this id was written down, though it may not have reached the intake
     */
    public RunScheduleStep(
            Map<String, Settings.Schedule> schedules,
            Map<String, Settings.Report> reports,
            Function<String, Lines> inspected,
            Function<String, Optional<Instant>> lastPlanned,
            Predicate<String> hasBegun,
            BatchHandOver handOver,
            Clock clock) {
        this.schedules = entries(schedules, reports, inspected);
        this.lastPlanned = lastPlanned;
        this.hasBegun = hasBegun;
        this.handOver = handOver;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    private static Map<String, Entry> entries(
            Map<String, Settings.Schedule> schedules,
            Map<String, Settings.Report> reports,
            Function<String, Lines> inspected) {
        Map<String, Entry> entries = new HashMap<>();
        schedules.forEach((name, schedule) -> entries.put(name, Entry.of(name, schedule)));
        reports.forEach((name, report) -> entries.put(name, Entry.of(name, report, inspected.apply(name))));
        return Map.copyOf(entries);
    }

    /**
     * From now on runs these. One whose times are the same keeps what is known of its runs; of others, what was planned
     * before now has not been missed.
     */
    public void follow(
            Map<String, Settings.Schedule> others,
            Map<String, Settings.Report> reports,
            Function<String, Lines> inspected) {
        Map<String, Entry> before = schedules;
        Map<String, Entry> next = entries(others, reports, inspected);
        next.forEach((name, entry) -> {
            Entry known = before.get(name);
            if (known != null && known.planned.equals(entry.planned)) {
                synchronized (known) {
                    entry.last = known.last;
                    entry.complained = known.complained;
                }
            } else {
                entry.last = clock.instant();
            }
        });
        schedules = next;
    }

    /** Runs the schedule that the route names in the property {@value #SCHEDULE}: Quartz says that its time has come. */
    @Override
    public void process(Exchange exchange) {
        Date scheduled = exchange.getMessage().getHeader(SCHEDULED_FIRE_TIME, Date.class);
        exchange.getMessage().removeHeaders("*");
        fire(exchange.getProperty(SCHEDULE, String.class), scheduled.toInstant());
    }

    /**
     * Runs a schedule because its time has come.
     *
     * @param scheduled the time that the timer had in mind
     */
    void fire(String name, Instant scheduled) {
        Entry schedule = schedules.get(name);
        if (schedule == null) {
            throw new IllegalArgumentException("SCHEDULE_UNKNOWN");
        }
        Optional<Instant> planned =
                schedule.times.isPlanned(scheduled) ? Optional.of(scheduled) : schedule.times.latest(clock.instant());
        planned.ifPresent(time -> run(schedule, time));
    }

    /** Runs every schedule whose latest planned time has been missed. One that fails does not hold up the others. */
    public void catchUp() {
        for (Entry schedule : schedules.values()) {
            try {
                schedule.times.latest(clock.instant()).ifPresent(latest -> run(schedule, latest));
            } catch (RuntimeException failed) {
                String why = failed.getClass().getName();
                LOG.warn("SCHEDULE_NOT_RUN {}: {}; the next catch-up tries again", schedule.name, why);
            }
        }
    }

    private void run(Entry schedule, Instant planned) {
        synchronized (schedule) {
            if (planned.isAfter(last(schedule))) {
                try {
                    if (!handOver.handOver(batch(schedule, planned), 0)) {
                        LOG.warn(
                                "SCHEDULE_REPEATED {} at {}: was taken before, here or by another node",
                                schedule.name,
                                planned);
                    }
                    schedule.last = planned;
                } catch (IOException | RequestException unusable) {
                    complain(schedule, planned, unusable);
                }
            }
        }
    }

    /**
     * The last time that ran; before the first one, only what is planned after our start counts as missed, and what had
     * begun when the service stopped.
     */
    private Instant last(Entry schedule) {
        if (schedule.last == null) {
            Instant start = startedAt.minusMillis(1);
            Instant known = lastPlanned.apply(schedule.name).orElse(start);
            schedule.last = schedule.skips && known.isBefore(start) && !wasBegun(schedule, start) ? start : known;
        }
        return schedule.last;
    }

    private boolean wasBegun(Entry schedule, Instant start) {
        return schedule.times
                .latest(start)
                .filter(planned -> hasBegun.test(run(schedule.name, planned)))
                .isPresent();
    }

    private static String run(String name, Instant planned) {
        return name + "@" + planned;
    }

    /**
     * Runs a schedule because somebody asks for it, beside its planned times, which stay as they are.
     *
     * @param user who asks
     * @throws IllegalArgumentException if there is no such schedule
     * @throws RequestException         if its list is none
     * @throws IOException              if its list cannot be read
     */
    public RunOrder.Begun runNow(RunOrder order, String user) throws IOException, RequestException {
        Entry schedule = schedules.get(order.schedule());
        if (schedule == null) {
            throw new IllegalArgumentException("SCHEDULE_UNKNOWN");
        }
        Batch batch = batch(
                schedule, schedule.name + BY_HAND + order.id(), null, user, schedule.name + "-now-" + order.id() + "-");
        boolean isNew = handOver.handOver(batch, 0);
        LOG.info(
                "SCHEDULE_BY_HAND {} by {}: {} lines",
                schedule.name,
                user,
                batch.lines().size());
        long bad =
                batch.lines().stream().filter(BatchLine.Bad.class::isInstance).count();
        return new RunOrder.Begun(batch.id(), batch.lines().size(), (int) bad, !isNew);
    }

    private static Batch batch(Entry schedule, Instant planned) throws IOException, RequestException {
        return batch(
                schedule,
                run(schedule.name, planned),
                planned,
                null,
                schedule.name + "-" + RunIds.compact(planned) + "-");
    }

    private static Batch batch(
            Entry schedule, String run, @Nullable Instant planned, @Nullable String user, String prefix)
            throws IOException, RequestException {
        List<BatchLine> lines = schedule.lines.of(run, prefix, planned);
        return new Batch(schedule.source, user, run, schedule.name, planned, lines.size(), lines);
    }

    private static List<BatchLine> list(Path list, BatchFormat format, String prefix)
            throws IOException, RequestException {
        return BatchReader.read(content(list), format, line -> Integer.toString(line)).stream()
                .map(line -> RunIds.prefixed(line, prefix))
                .toList();
    }

    private static byte[] content(Path list) throws IOException {
        try (InputStream in = Files.newInputStream(list)) {
            return in.readNBytes(BatchReader.MAX_BYTES + 1);
        }
    }

    /** Once per planned time: the catch-up tries again until the next one. */
    private static void complain(Entry schedule, Instant planned, Exception why) {
        if (!planned.equals(schedule.complained)) {
            schedule.complained = planned;
            String code = why instanceof RequestException refused ? refused.getMessage() : "SCHEDULE_LIST_UNREADABLE";
            LOG.error("{} in the list of {}, planned for {}; it is tried again", code, schedule.name, planned);
        }
    }

    /** A schedule and what has become of it; guarded by its own lock. */
    private static final class Entry {

        private final String name;
        private final Origin.Source source;
        private final String planned;
        private final PlannedTimes times;
        private final boolean skips;
        private final Lines lines;
        private @Nullable Instant last;
        private @Nullable Instant complained;

        static Entry of(String name, Settings.Schedule schedule) {
            BatchFormat format = BatchFormat.of(schedule.requests().toString())
                    .orElseThrow(() -> new IllegalArgumentException("SCHEDULE_LIST_ENDING"));
            return new Entry(
                    name,
                    Origin.Source.SCHEDULE,
                    schedule.cron(),
                    schedule.timeZone(),
                    false,
                    (run, prefix, planned) -> list(schedule.requests(), format, prefix));
        }

        static Entry of(String name, Settings.Report report, Lines lines) {
            return new Entry(
                    name,
                    Origin.Source.REPORT,
                    report.cron(),
                    report.timeZone(),
                    report.misfire() == Settings.Misfire.SKIP,
                    lines);
        }

        /** One that {@code skips} leaves out what was planned before our start. */
        private Entry(String name, Origin.Source source, String cron, ZoneId zone, boolean skips, Lines lines) {
            this.name = name;
            this.source = source;
            this.planned = cron + " " + zone;
            this.times = new PlannedTimes(cron, zone);
            this.skips = skips;
            this.lines = lines;
        }
    }

    /** Makes the ids of a schedule's list unique per run: {@code <schedule>-<planned time>-<id or line>}. */
    private static final class RunIds {

        private static final DateTimeFormatter COMPACT =
                DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
        private static final int LONGEST_ID = 128;

        private RunIds() {}

        static String compact(Instant planned) {
            return COMPACT.format(planned);
        }

        /** The line with its request's id prefixed; an id that grows too long makes it a bad one. */
        static BatchLine prefixed(BatchLine line, String prefix) {
            if (!(line instanceof BatchLine.Good good)) {
                return line;
            }
            PasswordRequest request = good.request();
            String id = prefix + request.id();
            if (id.length() > LONGEST_ID) {
                return new BatchLine.Bad(line.line(), RefusalCode.FIELD_INVALID, "id", "");
            }
            return new BatchLine.Good(
                    line.line(),
                    new PasswordRequest(
                            id,
                            request.account(),
                            request.instance(),
                            request.parameters(),
                            request.key(),
                            request.deliverTo(),
                            request.deadline(),
                            request.requestedBy(),
                            request.reason()),
                    good.repeats());
        }
    }
}
