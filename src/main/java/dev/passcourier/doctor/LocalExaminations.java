package dev.passcourier.doctor;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditVerifier;
import dev.passcourier.config.FileGuard;
import dev.passcourier.config.ScheduleTimes;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.control.ControlServer;
import dev.passcourier.intake.DropDirectory;
import dev.passcourier.intake.DropFilter;
import dev.passcourier.ledger.LedgerDatabase;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.ledger.NodeStatus;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.BatchReader;
import dev.passcourier.service.KeyAndLedgerFactory;
import dev.passcourier.service.RequestSignatures;
import dev.passcourier.service.StatusReader;
import dev.passcourier.vault.CryptoProvider;
import dev.passcourier.vault.KeyRing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What lies on this machine: directories, keys, the audit trail, lists, and the ledger's database. */
final class LocalExaminations {

    private static final int MOST_SHOWN = 10;
    private static final long MIB = 1024 * 1024;

    private final Settings settings;
    private final Clock clock;

    LocalExaminations(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    List<Examination> all() {
        List<Examination> all = new ArrayList<>();
        all.add(new Examination("data", this::data));
        all.add(new Examination(
                "crypto", subject -> Diagnosis.ok(subject, "RSA and P-256 are computed by " + CryptoProvider.inUse())));
        all.add(new Examination("keys", this::keys));
        settings.keyRings()
                .keySet()
                .forEach(ring -> all.add(new Examination("keys." + ring, subject -> ring(subject, ring))));
        all.addAll(new ExpiryExaminations(settings, clock).all());
        if (settings.service().controlGroup() != null) {
            all.add(new Examination("control", this::control));
        }
        all.add(new Examination("audit", this::audit));
        all.add(new Examination("ledger", this::ledger));
        if (settings.ledger().url() != null) {
            all.add(new Examination("nodes", this::nodes));
        }
        if (settings.sources().file() != null) {
            all.add(new Examination("sources.file", this::drop));
        }
        settings.schedules()
                .forEach((name, schedule) ->
                        all.add(new Examination("schedule." + name, subject -> list(subject, schedule))));
        return all;
    }

    private Diagnosis data(String subject) throws Exception {
        Path directory = settings.service().dataDirectory();
        if (!Files.isDirectory(directory)) {
            return Diagnosis.ok(subject, directory + " is made at the first start");
        }
        FileGuard.directory(directory);
        if (!Files.isWritable(directory)) {
            return Diagnosis.fail(subject, directory + " cannot be written by this user; run as the service's user");
        }
        return room(subject, directory);
    }

    private Diagnosis room(String subject, Path directory) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        long least = settings.service().minFreeSpace();
        String says = free / MIB + " MiB free at " + directory;
        if (free < least) {
            return Diagnosis.fail(
                    subject,
                    says + "; below " + least / MIB + " MiB nothing is taken: make room, or lower minFreeSpace");
        }
        return free < 4 * least
                ? Diagnosis.warn(subject, says + ", and nothing is taken below " + least / MIB + " MiB")
                : Diagnosis.ok(subject, says);
    }

    private Diagnosis control(String subject) {
        String group = String.valueOf(settings.service().controlGroup());
        return ControlServer.groupProblem(settings.service().dataDirectory(), group)
                .map(problem -> Diagnosis.fail(subject, problem))
                .orElseGet(() -> Diagnosis.ok(subject, "members of the group " + group + " may ask by commands"));
    }

    private Diagnosis keys(String subject) throws Exception {
        int rings = KeyAndLedgerFactory.keyRings(settings).size();
        KeyAndLedgerFactory.recipients(settings, clock);
        RequestSignatures.load(settings.policy(), clock);
        return Diagnosis.ok(
                subject,
                rings + " key rings, " + settings.recipients().size() + " recipients and "
                        + settings.policy().signers().size() + " signers can be used");
    }

    /** Which keys are on a ring, and for whom, as {@code ssh-keygen -l} and the audit trail name them. */
    private Diagnosis ring(String subject, String name) throws Exception {
        Settings.KeyRing ring = settings.keyRings().get(name);
        KeyRing read = KeyAndLedgerFactory.keyRing(name, ring);
        String accounts = settings.accounts().entrySet().stream()
                .filter(account -> name.equals(account.getValue().keyRing()))
                .map(Map.Entry::getKey)
                .sorted()
                .collect(Collectors.joining(", "));
        String says = read.keys().stream()
                .map(key -> key.name() + " " + key.algorithm() + " " + key.bits() + " " + key.fingerprint())
                .collect(Collectors.joining("; "));
        String unused = read.unused().stream()
                .map(finding -> "; not used: " + finding.file() + ", " + finding.advice())
                .collect(Collectors.joining());
        String whole = (accounts.isEmpty() ? "serves no account: " : "serves " + accounts + ": ") + says + unused;
        boolean isFine = !accounts.isEmpty()
                && read.opensPasswords()
                && read.unused().stream().allMatch(KeyRing::isHarmless);
        return isFine ? Diagnosis.ok(subject, whole) : Diagnosis.warn(subject, whole);
    }

    private Diagnosis audit(String subject) throws IOException {
        Path directory = settings.service().dataDirectory().resolve("audit");
        if (!Files.isDirectory(directory)) {
            return Diagnosis.ok(subject, "begins at the first start");
        }
        AuditVerifier.Finding finding = AuditVerifier.verify(directory);
        AuditDamage damage = finding.damage();
        return damage == null
                ? Diagnosis.ok(subject, finding.records() + " records in an unbroken chain")
                : Diagnosis.fail(
                        subject,
                        damage.file() + ":" + damage.line() + " " + damage.kind() + ": "
                                + damage.kind().meaning());
    }

    private Diagnosis ledger(String subject) throws Exception {
        Settings.LedgerStore store = settings.ledger();
        if (store.url() == null) {
            return Diagnosis.ok(subject, "H2 in the data directory, made again from the audit trail if it is lost");
        }
        SecretRef reference = store.password();
        byte[] password = reference == null ? null : reference.read();
        try {
            return Diagnosis.ok(subject, "PostgreSQL " + LedgerDatabase.version(store.url(), store.user(), password));
        } finally {
            if (password != null) {
                Arrays.fill(password, (byte) 0);
            }
        }
    }

    private Diagnosis nodes(String subject) throws Exception {
        try {
            return nodes(subject, StatusReader.nodes(settings.ledger()));
        } catch (LedgerException e) {
            return e.isOfNewerRelease()
                    ? Diagnosis.fail(subject, "the ledger is of a newer release than this one")
                    : Diagnosis.ok(subject, "none yet: the first start of this release makes their table");
        }
    }

    /** Whether nodes that run differ, and whether one has not been heard of. */
    static Diagnosis nodes(String subject, List<NodeStatus> all) {
        List<NodeStatus> running = all.stream()
                .filter(node -> node.state() != NodeStatus.State.STOPPED)
                .toList();
        String says = running.isEmpty()
                ? "none runs"
                : running.stream()
                        .map(node -> node.name() + " " + node.shortId() + " "
                                + node.state().name().toLowerCase(Locale.ROOT) + ", " + node.version() + ", settings "
                                + node.settings())
                        .collect(Collectors.joining("; "));
        String bad = "";
        if (running.stream().map(NodeStatus::version).distinct().count() > 1) {
            bad += "; of several releases: bring all to one";
        }
        if (running.stream().map(NodeStatus::settings).distinct().count() > 1) {
            bad +=
                    "; their settings differ in accounts, recipients, destinations, schedules, reports or policy: compare"
                            + " the files, and restart who has old ones";
        }
        if (running.stream().anyMatch(node -> node.state() == NodeStatus.State.SILENT)) {
            bad += "; one is silent: it hangs, was killed, or does not reach the database";
        }
        return bad.isEmpty() ? Diagnosis.ok(subject, says) : Diagnosis.warn(subject, says + bad);
    }

    private Diagnosis drop(String subject) throws Exception {
        Settings.FileSource source = settings.sources().file();
        DropDirectory.demandUsable(source.directory(), source.owners());
        Map<String, String> left = DropFilter.left(source, clock);
        Diagnosis room = room(subject, source.directory());
        return left.isEmpty() || room.level() == Diagnosis.Level.FAIL
                ? room
                : Diagnosis.warn(subject, room.says() + "; not taken: " + shown(left));
    }

    private static String shown(Map<String, String> left) {
        String some = left.entrySet().stream()
                .limit(MOST_SHOWN)
                .map(each -> "'" + each.getKey() + "': " + each.getValue())
                .collect(Collectors.joining("; "));
        return left.size() > MOST_SHOWN ? some + "; and " + (left.size() - MOST_SHOWN) + " more" : some;
    }

    private Diagnosis list(String subject, Settings.Schedule schedule) throws Exception {
        List<BatchLine> lines = BatchReader.read(
                Files.readAllBytes(schedule.requests()),
                BatchFormat.of(schedule.requests().toString()).orElseThrow(),
                line -> "line-" + line);
        List<BatchLine.Bad> bad = lines.stream()
                .filter(BatchLine.Bad.class::isInstance)
                .map(BatchLine.Bad.class::cast)
                .toList();
        String next = "; next "
                + String.join(", ", ScheduleTimes.next(schedule.cron(), schedule.timeZone(), clock.instant(), 3));
        return bad.isEmpty()
                ? Diagnosis.ok(subject, lines.size() + " requests in " + schedule.requests() + next)
                : Diagnosis.warn(
                        subject,
                        bad.size() + " of " + lines.size() + " requests will be refused, first in line "
                                + bad.get(0).line() + ": " + bad.get(0).code() + next);
    }
}
