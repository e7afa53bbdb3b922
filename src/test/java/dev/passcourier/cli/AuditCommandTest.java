package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.FileAuditTrail;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
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

    private int verify() {
        return run("verify", "--data", data.toString());
    }

    private int run(String... words) {
        return new CommandLine(new AuditCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words);
    }

    private void writeTwo() throws Exception {
        try (FileAuditTrail trail = FileAuditTrail.open(data.resolve("audit"), Clock.systemUTC())) {
            for (String request : new String[] {"r1", "r2"}) {
                trail.append(new AuditEvent(AuditEvent.Type.ASKED, Instant.EPOCH, Map.of(Fact.REQUEST, request)));
            }
        }
    }

    private Path file() {
        return data.resolve("audit/audit-000000000000001.jsonl");
    }
}
