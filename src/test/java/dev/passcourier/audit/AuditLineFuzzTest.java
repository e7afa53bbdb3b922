package dev.passcourier.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.fuzz.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;

class AuditLineFuzzTest {

    @TempDir
    static Path directory;

    @FuzzTest
    void anyLineIsARecordOrNone(byte[] line) throws IOException {
        boolean fits = AuditLine.fitsItsHash(line);
        AuditRecord record = AuditLine.read(line);
        if (record != null) {
            byte[] again = AuditLine.whole(record.sequence(), AuditLine.middle(record.event()), "0".repeat(64));
            assertThat(AuditLine.fitsItsHash(again)).isTrue();
            assertThat(AuditLine.middle(AuditLine.read(again).event())).isEqualTo(AuditLine.middle(record.event()));
        }
        byte[] ended = Arrays.copyOf(line, line.length + 1);
        ended[line.length] = '\n';
        Files.write(new AuditFiles(directory).startingAt(1), ended);
        try (AuditReader reader = AuditReader.whole(directory)) {
            if (reader.next() != null) {
                assertThat(fits || new String(line, StandardCharsets.ISO_8859_1).contains("\n"))
                        .isTrue();
            }
        } catch (AuditDamage damage) {
            Refusal.standsAlone(damage);
            assertThat(damage.getMessage()).matches("audit-0{14}1[.]jsonl:[12] [A-Z_]+");
        }
    }
}
