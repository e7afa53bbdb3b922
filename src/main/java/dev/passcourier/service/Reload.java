package dev.passcourier.service;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Finding;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.OrderException;
import dev.passcourier.extension.ExtensionFiles;
import dev.passcourier.ledger.LedgerStatus;
import dev.passcourier.ledger.WaitingWork;
import dev.passcourier.reload.Change;
import dev.passcourier.reload.ReloadAnswer;
import dev.passcourier.reload.ReloadOrder;
import dev.passcourier.reload.SettingsChanges;
import dev.passcourier.vault.KeyLoadException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the settings again while the service runs: checked as for a start, and put in force whole or not at all. */
final class Reload {

    /** What the audit trail calls whoever sent it. */
    private static final String SIGNAL = "SIGHUP";

    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

    private final Path home;
    private final @Nullable Path file;
    private final Supplier<InForce> inForce;
    private final Putting putting;
    private final LedgerStatus ledger;
    private final ExtensionFiles extensions;
    private final Clock clock;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    /** Puts settings in force. */
    @FunctionalInterface
    interface Putting {

        /**
         * Whole or not at all.
         *
         * @param who for the audit trail
         * @throws InterruptedException if the service stops meanwhile
         * @throws Exception            if they cannot be put in force; those before are, then
         */
        void inForce(InForce next, SettingsChanges changes, String who) throws Exception;
    }

    /**
     * Of a running service.
     *
     * @param home       the folder that holds the program's {@code config} and {@code routes}
     * @param file       the settings file, or null if the settings are from none
     * @param extensions what this service has of routes and jars of the operator's own
     */
    Reload(
            Path home,
            @Nullable Path file,
            Supplier<InForce> inForce,
            Putting putting,
            LedgerStatus ledger,
            ExtensionFiles extensions,
            Clock clock) {
        this.home = home;
        this.file = file;
        this.inForce = inForce;
        this.putting = putting;
        this.ledger = ledger;
        this.extensions = extensions;
        this.clock = clock;
    }

    /**
     * Carries out an order.
     *
     * @param who asks, for the audit trail
     * @throws OrderException if another reload is under way, or this one failed
     */
    ReloadAnswer carryOut(ReloadOrder order, String who) throws OrderException, InterruptedException {
        Path settings = file;
        if (settings == null) {
            throw new OrderException("RELOAD_UNAVAILABLE", "this service was not started from a settings file");
        }
        if (!oneAtATime.tryLock()) {
            throw new OrderException(
                    ControlException.Reason.NOT_NOW,
                    "RELOAD_UNDER_WAY",
                    "another reload is under way: try again later");
        }
        try {
            return carryOut(settings, order, who);
        } finally {
            oneAtATime.unlock();
        }
    }

    /** Because of a signal: who sent it is not known, and the log is where it is told what became of it. */
    void bySignal() {
        try {
            ReloadAnswer answer = carryOut(new ReloadOrder(false), SIGNAL);
            answer.findings().forEach(finding -> LOG.warn("RELOAD_FINDING {}", finding));
            answer.refused().forEach(why -> LOG.error("RELOAD_REFUSED {}: nothing was reloaded", why));
            if (answer.refused().isEmpty() && answer.changes().isEmpty()) {
                LOG.info("RELOAD_UNCHANGED {}", answer.file());
            }
        } catch (OrderException e) {
            LOG.error("{} {}", e.code(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ReloadAnswer carryOut(Path settings, ReloadOrder order, String who)
            throws OrderException, InterruptedException {
        StartCheck.Result check = StartCheck.of(home, settings, clock);
        InForce before = inForce.get();
        List<String> findings = check.findings().stream()
                .filter(finding -> finding.level() != Finding.Level.NOTE)
                .map(Finding::toString)
                .toList();
        List<String> refused = new ArrayList<>();
        extensions.changed().forEach(name -> refused.add(name + " needs a restart"));
        Settings read = check.settings();
        if (read == null) {
            long errors = check.count(Finding.Level.ERROR);
            refused.add(
                    0, errors + (errors == 1 ? " mistake" : " mistakes") + " in the settings or what they refer to");
            return new ReloadAnswer(
                    settings.toString(), before.digest(), check.digest(), findings, refused, List.of(), false);
        }
        InForce next = read(read, check);
        List<WaitingWork> accounts = ledger.accounts();
        List<WaitingWork> destinations = ledger.destinations();
        SettingsChanges changes = SettingsChanges.between(before.facts(), next.facts())
                .withWaiting(change -> waits(change, accounts, destinations));
        changes.restart().forEach(key -> refused.add(key + " needs a restart"));
        boolean applies =
                !order.dryRun() && refused.isEmpty() && !changes.changes().isEmpty();
        if (applies) {
            put(next, changes, who);
        }
        return new ReloadAnswer(
                settings.toString(), before.digest(), next.digest(), findings, refused, changes.changes(), applies);
    }

    private InForce read(Settings read, StartCheck.Result check) throws OrderException {
        try {
            return InForce.of(read, check.digest(), check.rings(), clock);
        } catch (KeyLoadException e) {
            throw new OrderException(
                    ControlException.Reason.NOT_NOW,
                    "SETTINGS_IN_MOTION",
                    "a key file has changed while it was looked at, nothing is reloaded: try again");
        }
    }

    private void put(InForce next, SettingsChanges changes, String who) throws OrderException, InterruptedException {
        try {
            putting.inForce(next, changes, who);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new OrderException(
                    "RELOAD_FAILED", "the settings could not be put in force, those before are: " + words(e));
        }
    }

    private static String words(Exception failure) {
        return failure instanceof ConfigurationException || failure instanceof KeyLoadException
                ? String.valueOf(failure.getMessage())
                : RouteCheck.cause(failure) + "; the log says more";
    }

    /** What waits at what goes away or is going to be asked or reached otherwise, and what becomes of it. */
    private static String waits(Change change, List<WaitingWork> accounts, List<WaitingWork> destinations) {
        boolean removed = change.action() == Change.Action.REMOVED;
        return switch (change.kind()) {
            case "account" ->
                words(
                        accounts,
                        change.name(),
                        removed
                                ? "stay in its queue until there is an account of this name again"
                                : "those that are not in hand are asked under the new settings");
            case "destination" ->
                words(
                        destinations,
                        change.name(),
                        removed
                                ? "stay in its outbox until there is a destination of this name again, results no"
                                        + " longer than they are valid"
                                : "those that are not in hand go out under the new settings");
            default -> "";
        };
    }

    private static String words(List<WaitingWork> all, String name, String become) {
        return all.stream()
                .filter(work -> work.name().equals(name))
                .map(work -> work.total() + " waiting: " + become)
                .findFirst()
                .orElse("");
    }
}
