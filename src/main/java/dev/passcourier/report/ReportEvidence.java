package dev.passcourier.report;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.AuditVerifier;
import dev.passcourier.audit.AuditVerifier.Demands;
import dev.passcourier.audit.AuditVerifier.Expected;
import dev.passcourier.audit.AuditVerifier.Finding;
import dev.passcourier.audit.CheckpointKeys;
import dev.passcourier.outbox.ReportMessage.Part;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.report.CredentialReport.Trail;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.SignedFiles;
import dev.passcourier.vault.StatementVerifier;
import dev.passcourier.vault.UnverifiedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What makes a report provable: the service's signature over its files, which names the audit trail's position, and the
 * trail itself, which has that record and one for each row.
 */
public final class ReportEvidence {

    private static final String REPORT = "report";
    private static final String RUN = "run";
    private static final String SEQUENCE = "trailSequence";
    private static final String HASH = "trailHash";

    private ReportEvidence() {}

    /** Signs reports with the service's key, as of the time when they ended. */
    public static CredentialReportWriter.Signer signer(ServiceKeys keys) {
        return (report, files) -> keys.sign(
                        files.stream().map(file -> file(report, file)).toList(),
                        Map.of(
                                REPORT, report.name(),
                                RUN, report.run(),
                                SEQUENCE, Long.toString(report.trail().sequence()),
                                HASH, report.trail().hash()),
                        report.endedAt())
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static SignedFiles.File file(CredentialReport report, Part file) {
        return new SignedFiles.File(
                CredentialReportWriter.name(report) + "." + file.name(), file.mediaType(), file.content());
    }

    /**
     * What a signature says about a report.
     *
     * @param files  whose key, when, and each file's hash
     * @param report the report's name
     * @param run    the run's id
     * @param trail  the position that it rests on
     */
    public record Signature(SignedFiles files, String report, String run, Trail trail) {

        /** The name under which a file with this content was signed, or null if none was. */
        public @Nullable String nameOf(byte[] content) {
            String hash = SignedFiles.hash(content);
            return files.hashes().entrySet().stream()
                    .filter(file -> file.getValue().equals(hash))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * Checks a report's signature.
     *
     * @param jws  content of the {@code .jws} file
     * @param keys public keys of the service
     * @throws UnverifiedException if it is no signature of one of these keys
     * @throws IOException         if what it signs is no report
     */
    public static Signature signature(byte[] jws, StatementVerifier keys) throws UnverifiedException, IOException {
        SignedFiles files = keys.verifyFiles(new String(jws, StandardCharsets.ISO_8859_1));
        Map<String, String> about = files.about();
        try {
            return new Signature(
                    files,
                    about.getOrDefault(REPORT, ""),
                    about.getOrDefault(RUN, ""),
                    new Trail(Long.parseLong(about.getOrDefault(SEQUENCE, "")), about.getOrDefault(HASH, "")));
        } catch (NumberFormatException e) {
            throw new IOException("REPORT_MALFORMED");
        }
    }

    /**
     * Checks that a trail is whole, has the record that a report rests on, and up to there for each of its rows a record of
     * that row's request.
     *
     * @param report   what the signature says: the position and the run
     * @param rows     of the report; none if only the position is to be checked
     * @param trail    directory of the trail; it may be in use
     * @param archive  with the beginning of the trail, or null: then rows whose records were archived are told
     * @param keys     for the trail's own checkpoints, or null to leave them unchecked
     * @param progress told the number of each record that was read
     * @return what does not hold, in the order in which it was found; empty if all does
     */
    public static List<String> missing(
            Signature report,
            List<Row> rows,
            Path trail,
            @Nullable Path archive,
            @Nullable CheckpointKeys keys,
            LongConsumer progress)
            throws IOException {
        Trail position = report.trail();
        Expected expected = new Expected(position.sequence(), position.hash());
        Finding finding = AuditVerifier.verify(trail, new Demands(keys, List.of(), false, expected, archive, progress));
        AuditDamage damage = finding.damage();
        List<String> missing = new ArrayList<>();
        if (damage != null) {
            missing.add("the trail: %s, %s:%d".formatted(damage.kind().meaning(), damage.file(), damage.line()));
            return missing;
        }
        long archived =
                finding.cut() == null || archive != null ? 0 : finding.cut().last();
        Map<Long, List<Row>> bySequence = new HashMap<>();
        for (Row row : rows) {
            if (row.sequence() != null) {
                bySequence
                        .computeIfAbsent(row.sequence(), any -> new ArrayList<>())
                        .add(row);
            } else if (row.request() != null) {
                missing.add("row %s/%s: it names no audit record".formatted(row.account(), row.instance()));
            }
        }
        try (AuditReader reader = AuditReader.whole(trail, archive)) {
            for (AuditRecord record = reader.next();
                    record != null && record.sequence() <= position.sequence();
                    record = reader.next()) {
                List<Row> named = bySequence.remove(record.sequence());
                if (named != null) {
                    Map<Fact, String> facts = record.event().facts();
                    named.stream()
                            .filter(row -> !isOf(facts, row, report.run()))
                            .forEach(row -> missing.add("row %s/%s: audit record %d is not of request %s"
                                    .formatted(row.account(), row.instance(), row.sequence(), row.request())));
                }
            }
        } catch (AuditDamage e) {
            missing.add("the trail: %s, %s:%d".formatted(e.kind().meaning(), e.file(), e.line()));
        }
        bySequence
                .values()
                .forEach(left -> left.forEach(row -> missing.add("row %s/%s: audit record %d %s"
                        .formatted(
                                row.account(),
                                row.instance(),
                                row.sequence(),
                                row.sequence() > 0 && row.sequence() <= archived
                                        ? "was archived: name the archive with --archive"
                                        : "comes after the position or is not there"))));
        return missing;
    }

    /** One that was refused unread, or as another's, is recorded without an id: its line in the run tells it. */
    private static boolean isOf(Map<Fact, String> facts, Row row, String run) {
        String request = facts.get(Fact.REQUEST);
        if (request != null) {
            return request.equals(row.request());
        }
        return row.request() != null
                && run.equals(facts.get(Fact.BATCH))
                && (row.request().endsWith("-" + facts.get(Fact.LINE))
                        || row.request().equals(facts.get(Fact.REFERENCE)));
    }
}
