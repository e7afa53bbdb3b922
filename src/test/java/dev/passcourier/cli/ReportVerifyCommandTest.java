package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.audit.AuditRecord;
import dev.passcourier.audit.Checkpoints;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.report.CredentialReport;
import dev.passcourier.report.CredentialReport.Trail;
import dev.passcourier.report.CredentialReportWriter;
import dev.passcourier.report.CredentialReportWriter.Format;
import dev.passcourier.report.CredentialReportWriter.Limit;
import dev.passcourier.report.ReportEvidence;
import dev.passcourier.report.SampleReport;
import dev.passcourier.vault.ServiceKeys;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report of three machines, signed, with the trail that it rests on. */
class ReportVerifyCommandTest {

    private static final Instant AT = Instant.parse("2026-11-29T23:00:00Z");

    @TempDir
    private Path data;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private ServiceKeys keys;
    private Trail position;

    @BeforeEach
    void writeTrailAndReport() throws Exception {
        keys = ServiceKeys.loadOrCreate(
                data.resolve("keys").resolve("signing.jwk"),
                data.resolve("keys").resolve("at-rest.key"));
        try (FileAuditTrail trail = FileAuditTrail.open(data.resolve("audit"), Clock.systemUTC(), Checkpoints.none())) {
            for (int i = 0; i < 2; i++) {
                trail.append(new AuditEvent(AuditEvent.Type.ENDED, AT, Map.of(Fact.REQUEST, "inspect-" + i)));
            }
            // Refused, as its id was another's.
            trail.append(new AuditEvent(
                    AuditEvent.Type.ENDED,
                    AT,
                    Map.of(Fact.BATCH, SampleReport.of(1).run(), Fact.LINE, "2", Fact.CODE, "DUPLICATE_REQUEST")));
        }
        try (AuditReader reader = AuditReader.whole(data.resolve("audit"))) {
            for (AuditRecord record = reader.next(); record != null; record = reader.next()) {
                position = new Trail(record.sequence(), record.hash());
            }
        }
        write(SampleReport.of(3, position, 1));
    }

    private void write(CredentialReport report) throws Exception {
        ReportMessage message = new CredentialReportWriter(ReportEvidence.signer(keys))
                .write(report, EnumSet.of(Format.CSV, Format.JSON), Limit.NONE);
        for (ReportMessage.Part file : message.files()) {
            Files.write(data.resolve("weekly." + file.name()), file.content());
        }
    }

    @Test
    void saysWhoSignedAndWhatTheReportRestsOn() {
        assertThat(verify("weekly.csv", "weekly.json")).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains(
                        "report weekly, run weekly@",
                        "signed at 2026-11-29T23:05:12Z with key " + keys.signingThumbprint())
                .contains("audit record " + position.sequence() + ", hash " + position.hash())
                .contains("weekly.csv: as signed, as weekly-20261129T230000Z.csv");
    }

    @Test
    void findsTheTrailsPositionAndEachRowsRecord() throws Exception {
        assertThat(verify("weekly.json", "--trail")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("the trail has that record, and one of each inspection of 3 rows");

        write(SampleReport.of(4, position, 0));
        assertThat(verify("weekly.json", "--trail")).isOne();
        assertThat(err.toString())
                .contains("row huawei-seoul/i-00001: audit record 1 is not of request inspect-1")
                .contains("audit record 3 is not of request inspect-3")
                .contains("row kakao-prod/i-00000: audit record 0 comes after the position or is not there");

        write(SampleReport.of(3, new Trail(position.sequence(), "0".repeat(64)), 1));
        assertThat(verify("weekly.csv", "--trail")).isOne();
        assertThat(err.toString()).contains("the trail: ");
    }

    /** Such as those of machines that another node inspected. */
    @Test
    void countsRowsThatTheTrailSaysNothingAbout() throws Exception {
        CredentialReport sample = SampleReport.of(22, position, -18);
        write(new CredentialReport(
                sample.name(),
                sample.run(),
                sample.version(),
                sample.plannedAt(),
                sample.startedAt(),
                sample.endedAt(),
                sample.deadline(),
                sample.zone(),
                sample.previous(),
                sample.trail(),
                sample.accounts(),
                sample.rows().subList(21, 22),
                sample.recipients(),
                sample.changes(),
                sample.trend()));

        assertThat(verify("weekly.json", "--trail")).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("the trail has that record")
                .contains("1 rows name no record of this trail, so it says nothing about them");
    }

    @Test
    void namesAFileThatWasChanged() throws Exception {
        Files.writeString(
                data.resolve("weekly.csv"),
                Files.readString(data.resolve("weekly.csv")).replace("NOW", "LATER"));

        assertThat(verify("weekly.csv", "weekly.json", "--output", "json")).isOne();

        assertThat(err.toString()).contains("weekly.csv: FILE_CHANGED");
        JsonNode said = new ObjectMapper().readTree(out.toString());
        assertThat(said.path("holds").asBoolean()).isFalse();
        assertThat(said.path("files").findValuesAsText("signedAs")).containsExactly("weekly-20261129T230000Z.json");
        assertThat(said.path("trail").path("hash").asText()).isEqualTo(position.hash());
    }

    @Test
    void believesNoOtherKeyAndNoOtherSignature() throws Exception {
        ServiceKeys other = ServiceKeys.loadOrCreate(data.resolve("other.jwk"), data.resolve("other.key"));
        assertThat(verify("weekly.csv", "--signer", other.publicSigningKey().toString()))
                .isOne();
        assertThat(err.toString()).contains("SIGNER_UNKNOWN");

        Path jws = data.resolve("weekly.jws");
        Files.writeString(jws, Files.readString(jws).replaceFirst("..$", "AA"));
        assertThat(verify("weekly.csv")).isOne();
        assertThat(err.toString()).contains("SIGNATURE_INVALID");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assertThat(verify("nowhere.pdf")).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere.jws: there is no signature");
        assertThat(verify("weekly.csv", "--signer", "nowhere.jwk")).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere.jwk");
        assertThat(verify("weekly.pdf")).isEqualTo(2);
        assertThat(err.toString()).contains("weekly.pdf: cannot be read (NoSuchFileException)");
    }

    private int verify(String... words) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> files = Stream.of(words)
                .map(word -> word.matches("[a-z]+\\.(csv|json|pdf)")
                        ? data.resolve(word).toString()
                        : word)
                .toList();
        return Passcourier.commandLine("report")
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(Stream.of("report", "verify", "--data", data.toString()), files.stream())
                        .toArray(String[]::new));
    }
}
