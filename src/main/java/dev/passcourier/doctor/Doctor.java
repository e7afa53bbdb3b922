package dev.passcourier.doctor;

import dev.passcourier.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Looks at everything that the settings name and the service will need: directories, keys, the broker, the ledger,
 * clouds, destinations. Sends no request, no result and no mail; what it needs on a broker it takes away again. May run
 * beside the service.
 */
public final class Doctor implements AutoCloseable {

    /** Longest time that all of it takes; what is not done by then has failed. */
    public static final Duration AT_MOST = Duration.ofMinutes(2);

    private static final int AT_ONCE = 8;

    private final List<Examination> examinations = new ArrayList<>();
    private final CloudExaminations clouds;
    private final Clock clock;

    /**
     * For settings that have been checked.
     *
     * @param home the folder that holds {@code routes}
     */
    public Doctor(Path home, Settings settings, Clock clock) {
        this.clock = clock;
        clouds = new CloudExaminations(home.resolve("routes"), settings.accounts(), clock);
        examinations.addAll(new LocalExaminations(settings, clock).all());
        examinations.addAll(new BrokerExaminations(settings).all());
        examinations.addAll(clouds.all());
        examinations.addAll(new DestinationExaminations(settings, clock).all());
    }

    /** Told how it goes, on the thread that called. */
    public interface Progress {

        /** A subject has been looked at for so long. */
        void found(Diagnosis diagnosis, Duration took);

        /** These are still being looked at; about once a second. */
        void waiting(List<String> subjects);
    }

    /**
     * Examines side by side, for {@link #AT_MOST} at most.
     *
     * @param wanted which subjects, such as {@code broker} or {@code account.kakao-prod}
     */
    public void examine(Predicate<String> wanted, Progress progress) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, task -> {
            Thread thread = new Thread(task, "doctor");
            thread.setDaemon(true);
            return thread;
        });
        try {
            ExecutorCompletionService<Diagnosis> done = new ExecutorCompletionService<>(threads);
            Map<Future<Diagnosis>, String> open = new LinkedHashMap<>();
            examinations.stream()
                    .filter(examination -> wanted.test(examination.subject()))
                    .forEach(each -> open.put(done.submit(each::examine), each.subject()));
            collect(done, open, progress);
        } finally {
            threads.shutdownNow();
        }
    }

    private void collect(
            ExecutorCompletionService<Diagnosis> done, Map<Future<Diagnosis>, String> open, Progress progress)
            throws InterruptedException {
        Instant began = clock.instant();
        while (!open.isEmpty() && clock.instant().isBefore(began.plus(AT_MOST))) {
            Future<Diagnosis> next = done.poll(1, TimeUnit.SECONDS);
            if (next == null) {
                progress.waiting(List.copyOf(open.values()));
            } else {
                progress.found(of(next, open.remove(next)), Duration.between(began, clock.instant()));
            }
        }
        open.values()
                .forEach(subject -> progress.found(
                        Diagnosis.fail(
                                subject,
                                "was not done after " + AT_MOST.toSeconds() + " s; look at it alone: doctor --only "
                                        + subject),
                        AT_MOST));
    }

    private static Diagnosis of(Future<Diagnosis> done, String subject) throws InterruptedException {
        try {
            return done.get();
        } catch (ExecutionException e) {
            return Diagnosis.fail(subject, Causes.of(e.getCause() == null ? e : e.getCause()));
        }
    }

    @Override
    public void close() throws IOException {
        clouds.close();
    }
}
