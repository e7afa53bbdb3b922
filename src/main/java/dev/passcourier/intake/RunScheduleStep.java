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
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for what is on a schedule's list, once per planned time, whatever makes it run: Quartz when the time comes, or the catch-up after a
 * stop, a failure or a machine asleep. Of several missed times only the latest is caught up. Two nodes may run the same
 * time; the broker takes it once.
 */
public final class RunScheduleStep implements Processor {

    private static final String SCHEDULE = "schedule";
    /** Between a schedule's name and what a run that somebody asked for is known by. */
    private static final String BY_HAND = "@now-";

    private static final String SCHEDULED_FIRE_TIME = "scheduledFireTime";
    private static final Logger LOG = LoggerFactory.getLogger(RunScheduleStep.class);

    private final Map<String, Entry> schedules = new ConcurrentHashMap<>();
    private final Function<String, Optional<Instant>> lastPlanned;
    private final BatchHandOver handOver;
    private final Clock clock;
    private final Instant startedAt;

    /**
     * For the configured schedules.
     *
     * @param lastPlanned the latest planned time of a schedule whose run reached the intake, as the ledger knows it
     */
    public RunScheduleStep(
            Map<String, Settings.Schedule> schedules,
            Function<String, Optional<Instant>> lastPlanned,
            BatchHandOver handOver,
            Clock clock) {
        schedules.forEach((name, settings) -> this.schedules.put(name, new Entry(name, settings)));
        this.lastPlanned = lastPlanned;
        this.handOver = handOver;
        this.clock = clock;
        this.startedAt = clock.instant();
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

    /** The last time that ran; before the first one, only what is planned after our start counts as missed. */
    private Instant last(Entry schedule) {
        if (schedule.last == null) {
            schedule.last = lastPlanned.apply(schedule.name).orElse(startedAt.minusMillis(1));
        }
        return schedule.last;
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
                schedule.name + "@" + planned,
                planned,
                null,
                schedule.name + "-" + RunIds.compact(planned) + "-");
    }

    private static Batch batch(
            Entry schedule, String run, @Nullable Instant planned, @Nullable String user, String prefix)
            throws IOException, RequestException {
        List<BatchLine> lines = BatchReader.read(
                content(schedule.settings.requests()), schedule.format, line -> Integer.toString(line));
        return new Batch(
                Origin.Source.SCHEDULE,
                user,
                run,
                schedule.name,
                planned,
                lines.size(),
                lines.stream().map(line -> RunIds.prefixed(line, prefix)).toList());
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
            LOG.error("{} in the list of schedule {}, planned for {}; it is tried again", code, schedule.name, planned);
        }
    }

    /** A schedule and what has become of it; guarded by its own lock. */
    private static final class Entry {

        private final String name;
        private final Settings.Schedule settings;
        private final PlannedTimes times;
        private final BatchFormat format;
        private @Nullable Instant last;
        private @Nullable Instant complained;

        Entry(String name, Settings.Schedule settings) {
            this.name = name;
            this.settings = settings;
            this.times = new PlannedTimes(settings.cron(), settings.timeZone());
            this.format = BatchFormat.of(settings.requests().toString())
                    .orElseThrow(() -> new IllegalArgumentException("SCHEDULE_LIST_ENDING"));
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
