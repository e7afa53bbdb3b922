package dev.passcourier.report;

import dev.passcourier.audit.AuditText;
import dev.passcourier.config.Settings;
import dev.passcourier.ledger.Inspection;
import dev.passcourier.ledger.Ledger;
import dev.passcourier.ledger.ReportRun;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.Inventory;
import dev.passcourier.request.Inventory.Machine;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.WorkCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Begins a report's runs: writes down once which machines it looks at, and makes a request to inspect each of them. A run
 * that has begun, here or on another node, stays as it was written down, whatever its inventory says by now.
 */
public final class ReportScope {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String name;
    private final Settings.Report report;
    private final Collection<String> accounts;
    private final Ledger ledger;
    private final Clock clock;

    /**
     * Of one report.
     *
     * @param accounts all that the settings have
     */
    public ReportScope(String name, Settings.Report report, Collection<String> accounts, Ledger ledger, Clock clock) {
        this.name = name;
        this.report = report;
        this.accounts = accounts(report, accounts);
        this.ledger = ledger;
        this.clock = clock;
    }

    private static List<String> accounts(Settings.Report report, Collection<String> all) {
        return report.scope().accounts().contains("*")
                ? List.copyOf(all)
                : List.copyOf(report.scope().accounts());
    }

    /**
     * The requests of a run; the same if it has begun before. Nobody can foresee their ids: whoever may send requests, even
     * without any rule for them, could otherwise take these ids first, and the machines would not be inspected.
     *
     * @param run     its id
     * @param prefix  what makes ids of its requests unique
     * @param planned when it was planned, or null of one by hand
     * @throws RequestException if the inventory is none, or names no machine of these accounts
     * @throws IOException      if it cannot be read
     */
    public List<BatchLine> begin(String run, String prefix, @Nullable Instant planned)
            throws IOException, RequestException {
        ReportRun begun = ledger.reports().run(run).orElse(null);
        List<Inspection> inspections;
        if (begun == null) {
            Instant now = clock.instant();
            List<Inspection> machines = inspections();
            inspections = ledger.reports()
                    .begin(
                            new ReportRun(
                                    run,
                                    name,
                                    planned,
                                    now,
                                    now.plus(report.deadline()),
                                    machines.size(),
                                    nonce(),
                                    null),
                            machines);
            begun = ledger.reports().run(run).orElseThrow();
        } else {
            inspections = ledger.reports().inspections(run);
        }
        List<BatchLine> lines = new ArrayList<>();
        for (Inspection inspection : inspections) {
            lines.add(new BatchLine.Good(
                    inspection.line(), request(prefix + begun.nonce(), inspection, begun.deadline()), 0));
        }
        return lines;
    }

    /** A part of an id, which the line follows: as long as the longest names leave room for. */
    private static String nonce() {
        byte[] random = new byte[6];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random) + "-";
    }

    private PasswordRequest request(String prefix, Inspection inspection, Instant deadline) {
        return new PasswordRequest(
                prefix + inspection.line(),
                inspection.account(),
                inspection.instance(),
                WorkCodec.parametersFromText(inspection.parameters()),
                inspection.key(),
                report.destinations(),
                deadline,
                null,
                null);
    }

    private List<Inspection> inspections() throws IOException, RequestException {
        Map<List<String>, Machine> machines = new LinkedHashMap<>();
        for (Machine machine : named()) {
            if (accounts.contains(machine.account())
                    || report.scope().accounts().contains("*")) {
                machines.putIfAbsent(List.of(machine.account(), Inspection.comparable(machine.instance())), machine);
            }
        }
        if (machines.isEmpty()) {
            throw new RequestException(RefusalCode.BATCH_EMPTY, "");
        }
        if (machines.size() > BatchReader.MAX_LIST) {
            throw new RequestException(RefusalCode.BATCH_TOO_LARGE, "");
        }
        List<Inspection> inspections = new ArrayList<>();
        for (Machine machine : machines.values()) {
            inspections.add(new Inspection(
                    inspections.size() + 1,
                    AuditText.clean(machine.account()),
                    AuditText.clean(machine.instance()),
                    machine.name() == null ? null : AuditText.clean(machine.name()),
                    machine.key(),
                    WorkCodec.parametersToText(machine.parameters())));
        }
        return inspections;
    }

    /** The inventory first: it knows their names. */
    private List<Machine> named() throws IOException, RequestException {
        List<Machine> machines = new ArrayList<>();
        Path inventory = report.scope().inventory();
        if (inventory != null) {
            machines.addAll(inventory(inventory));
        }
        new TreeMap<>(report.scope().instances())
                .forEach((account, instances) ->
                        instances.forEach(instance -> machines.add(new Machine(account, instance))));
        if (report.scope().ledger()) {
            ledger.machines(accounts).forEach(known -> machines.add(new Machine(known.account(), known.instance())));
        }
        return machines;
    }

    /**
     * The machines of an inventory.
     *
     * @throws RequestException naming the line that cannot be used
     * @throws IOException      if it cannot be read
     */
    public static List<Machine> inventory(Path file) throws IOException, RequestException {
        try (InputStream in = Files.newInputStream(file)) {
            return Inventory.read(
                    in.readNBytes(BatchReader.MAX_BYTES + 1),
                    BatchFormat.of(file.toString()).orElse(BatchFormat.CSV));
        }
    }
}
