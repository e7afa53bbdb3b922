package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.audit.AuditArchive;
import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.CheckpointSigner;
import dev.passcourier.audit.Checkpoints;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.audit.SmallTrail;
import dev.passcourier.vault.ServiceKeys;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AuditCommandTest {

    @TempDir
    Path data;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void answersZeroForAWholeTrail() throws Exception {
        writeTwo();
        assertThat(verify()).isZero();
        assertThat(out.toString())
                .contains("audit: 2 records, whole")
                .containsPattern("hash of record 2: [0-9a-f]{64}");
    }

    @Test
    void answersOneAndNamesThePlaceOfADamage() throws Exception {
        writeTwo();
        Files.writeString(file(), Files.readString(file()).replace("r2", "x2"));
        assertThat(verify()).isOne();
        assertThat(out.toString())
                .startsWith(file() + ":2: EDITED: ")
                .contains("1 records before this place are whole")
                .doesNotContain("x2");
    }

    @Test
    void saysThatTheLastLineIsNotFinished() throws Exception {
        writeTwo();
        Files.writeString(file(), "{\"seq\":3", StandardOpenOption.APPEND);
        assertThat(verify()).isZero();
        assertThat(out.toString()).contains("the last line is not finished");
    }

    @Test
    void saysThatATrailFromBeforeCheckpointsIsNotSigned() throws Exception {
        writeTwo();
        assertThat(verify()).isZero();
        assertThat(out.toString()).contains("not signed");
        assertThat(verify("--signed")).isOne();
        assertThat(out.toString()).contains(file() + ":2: UNSIGNED: ");
    }

    @Test
    void checksSignaturesWithTheKeyInTheDataDirectory() throws Exception {
        writeSigned();
        assertThat(verify("--signed")).isZero();
        assertThat(out.toString())
                .contains("3 records, whole", "last checkpoint: record 3 at ", "0 records after it are not signed yet");
    }

    @Test
    void checksSignaturesWithKeysThatAreNamed() throws Exception {
        ServiceKeys service = writeSigned();
        Path mine = Files.move(service.publicSigningKey(), data.resolve("mine.jwk"));
        ServiceKeys other = keys("other");
        assertThat(verify("--signer", other.publicSigningKey().toString())).isOne();
        assertThat(out.toString()).contains("audit-head:1: SIGNER: ");
        assertThat(verify("--signer", other.publicSigningKey().toString(), "--signer", mine.toString()))
                .isZero();
    }

    @Test
    void answersTwoIfThereIsNoKeyToCheckSignaturesWith() throws Exception {
        Files.delete(writeSigned().publicSigningKey());
        assertThat(verify()).isEqualTo(2);
        assertThat(err.toString()).contains("signing.pub.jwk: there is no key");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void answersTwoIfAKeyOrAHeadCannotBeRead() throws Exception {
        writeSigned();
        assertThat(verify("--signer", "nowhere.jwk")).isEqualTo(2);
        assertThat(verify("--head", "nowhere")).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere.jwk").contains("nowhere: cannot be read");
    }

    @Test
    void findsACutEndByTheHead() throws Exception {
        writeSigned();
        Files.write(file(), Files.readAllLines(file()).subList(0, 2));
        assertThat(verify()).isOne();
        assertThat(out.toString()).startsWith(file() + ":3: CUT: ");
    }

    @Test
    void findsACutEndByAHeadKeptElsewhere() throws Exception {
        writeSigned();
        Path elsewhere = Files.move(data.resolve("audit/audit-head"), data.resolve("elsewhere"));
        Files.write(file(), Files.readAllLines(file()).subList(0, 2));
        assertThat(verify()).isZero();
        assertThat(verify("--head", elsewhere.toString())).isOne();
    }

    @Test
    void demandsAHashWrittenDownElsewhere() throws Exception {
        writeTwo();
        verify();
        Matcher said = Pattern.compile("hash of record 2: ([0-9a-f]{64})").matcher(out.toString());
        assertThat(said.find()).isTrue();
        assertThat(verify("--expect", "2:" + said.group(1))).isZero();
        assertThat(verify("--expect", "1:" + said.group(1))).isOne();
        assertThat(out.toString()).contains(file() + ":1: OTHER_THAN_EXPECTED: ");
        assertThat(verify("--expect", "2")).isEqualTo(2);
        assertThat(verify("--expect", "0:" + said.group(1))).isEqualTo(2);
    }

    @Test
    void printsJson() throws Exception {
        writeSigned();
        assertThat(verify("--output", "json")).isZero();
        JsonNode whole = new ObjectMapper().readTree(out.toString());
        assertThat(whole.path("whole").booleanValue()).isTrue();
        assertThat(whole.path("records").intValue()).isEqualTo(3);
        assertThat(whole.path("checkpoint").path("record").intValue()).isEqualTo(3);
        out.getBuffer().setLength(0);
        Files.writeString(file(), Files.readString(file()).replace("r2", "x2"));
        assertThat(verify("--output", "json")).isOne();
        JsonNode damage = new ObjectMapper().readTree(out.toString()).path("damage");
        assertThat(damage.path("line").intValue()).isEqualTo(2);
        assertThat(damage.path("kind").textValue()).isEqualTo("EDITED");
    }

    @Test
    void showsTheRecordsOfOneRequest() throws Exception {
        writeTwo();
        assertThat(run("show", "--data", data.toString(), "--request", "r2")).isZero();
        assertThat(out.toString().lines().skip(1))
                .singleElement()
                .asString()
                .matches("2 +1970-01-01T00:00:00Z +ASKED +-");
        out.getBuffer().setLength(0);
        assertThat(run("show", "--data", data.toString(), "--request", "r1", "--output", "json"))
                .isZero();
        assertThat(new ObjectMapper()
                        .readTree(out.toString())
                        .path(0)
                        .path("type")
                        .textValue())
                .isEqualTo("ASKED");
        assertThat(run("show", "--data", data.toString(), "--request", "r3")).isOne();
        assertThat(run("show", "--data", "nowhere", "--request", "r3")).isEqualTo(2);
    }

    @Test
    void saysThatARecordOfTheRequestWasChangedAndPrintsThoseBefore() throws Exception {
        writeTwo();
        writeTwo();
        List<String> lines = new ArrayList<>(Files.readAllLines(file()));
        lines.set(2, lines.get(2).replace("ASKED", "ENDED"));
        Files.write(file(), lines);
        assertThat(run("show", "--data", data.toString(), "--request", "r1")).isOne();
        assertThat(out.toString()).contains("ASKED").doesNotContain("ENDED");
        assertThat(err.toString()).contains("audit-000000000000001.jsonl:3 EDITED");
    }

    @Test
    void checksAndShowsWhatWasArchivedWithTheArchive() throws Exception {
        ServiceKeys keys = keys("keys");
        Path archive = data.resolve("archive");
        try (FileAuditTrail trail = SmallTrail.open(
                data.resolve("audit"), Clock.systemUTC(), Checkpoints.signedBy(signer(keys), null), 600)) {
            for (int i = 1; i <= 9; i++) {
                trail.append(new AuditEvent(
                        AuditEvent.Type.ASKED, Clock.systemUTC().instant(), Map.of(Fact.REQUEST, "r" + i)));
            }
            AuditArchive place = trail.archive(archive);
            place.cut(place.due(Clock.systemUTC().instant(), 0).subList(0, 2), Instant.EPOCH, content -> {}, "ann");
        }
        assertThat(verify()).isZero();
        assertThat(out.toString()).contains("records 7 to ", ", whole", "records 1 to 6 were archived by ");
        out.getBuffer().setLength(0);
        assertThat(verify("--archive", archive.toString(), "--output", "json")).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("cut").path("record").asInt()).isEqualTo(6);
        assertThat(json.path("whole").asBoolean()).isTrue();
        assertThat(verify("--archive", data.resolve("none").toString())).isEqualTo(2);
        assertThat(verify("--expect", "1:" + "0".repeat(64))).isEqualTo(2);
        assertThat(err.toString()).contains("name the archive with --archive");

        err.getBuffer().setLength(0);
        out.getBuffer().setLength(0);
        assertThat(run("show", "--data", data.toString(), "--request", "r1")).isOne();
        assertThat(err.toString()).contains("no record of this request: records 1 to 6 were archived by ");
        assertThat(run("show", "--data", data.toString(), "--request", "r1", "--archive", archive.toString()))
                .isZero();
        assertThat(out.toString()).contains("ASKED");

        try (Stream<Path> files = Files.list(archive)) {
            Path first = files.filter(file -> file.toString().endsWith(".gz"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
            Files.delete(first);
            out.getBuffer().setLength(0);
            assertThat(verify("--archive", archive.toString())).isOne();
            assertThat(out.toString()).startsWith(first + ":1: ARCHIVE_MISSING: ");
        }
    }

    @Test
    void countsOnATerminalOnly() {
        Progress shown = new Progress(new PrintWriter(err, true), true);
        shown.at(9_999);
        shown.end();
        assertThat(err.toString()).isEmpty();
        new Progress(new PrintWriter(err, true), false).at(10_000);
        assertThat(err.toString()).isEmpty();
        shown.at(10_000);
        shown.end();
        assertThat(err.toString()).startsWith("\r10000 records").endsWith("\r");
    }

    @Test
    void answersTwoWithoutATrail() {
        assertThat(verify()).isEqualTo(2);
        assertThat(err.toString()).contains("there is no audit trail");
    }

    @Test
    void answersTwoForWrongUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("verify");
        assertThat(run("verify", "--what")).isEqualTo(2);
    }

    private int verify(String... more) {
        return run(Stream.concat(Stream.of("verify", "--data", data.toString()), Stream.of(more))
                .toArray(String[]::new));
    }

    private int run(String... words) {
        return new CommandLine(new Passcourier.AuditCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words);
    }

    private void writeTwo() throws Exception {
        writeTwo(Checkpoints.none());
    }

    /** Signed as the service does it, at the stop. */
    private ServiceKeys writeSigned() throws Exception {
        ServiceKeys keys = keys("keys");
        writeTwo(Checkpoints.signedBy(signer(keys), null));
        return keys;
    }

    private static CheckpointSigner signer(ServiceKeys keys) {
        return new CheckpointSigner() {

            @Override
            public String keyId() {
                return keys.signingThumbprint();
            }

            @Override
            public String sign(String statement) {
                return keys.sign(statement);
            }
        };
    }

    private ServiceKeys keys(String name) throws Exception {
        return ServiceKeys.loadOrCreate(data.resolve(name + "/signing.jwk"), data.resolve(name + "/at-rest.key"));
    }

    private void writeTwo(Checkpoints checkpoints) throws Exception {
        try (FileAuditTrail trail = FileAuditTrail.open(data.resolve("audit"), Clock.systemUTC(), checkpoints)) {
            for (String request : new String[] {"r1", "r2"}) {
                trail.append(new AuditEvent(AuditEvent.Type.ASKED, Instant.EPOCH, Map.of(Fact.REQUEST, request)));
            }
        }
    }

    private Path file() {
        return data.resolve("audit/audit-000000000000001.jsonl");
    }
}
