package dev.passcourier.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent.Fact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One record as bytes, and files of them at their limits. */
class AuditLineTest {

    private static final String PREVIOUS = "ab".repeat(32);
    private static final AuditEvent EVENT = new AuditEvent(
            AuditEvent.Type.ENDED,
            Instant.parse("2026-11-01T10:00:00.5Z"),
            Map.of(Fact.VERDICT, "DENIED", Fact.REQUEST, "r-1"));

    @TempDir
    Path directory;

    @Test
    void isHashedOverWhatStandsBeforeTheHash() throws Exception {
        String line = line(7);
        String hashed = "{\"seq\":7,\"time\":\"2026-11-01T10:00:00.500Z\",\"type\":\"ENDED\",\"facts\":"
                + "{\"request\":\"r-1\",\"verdict\":\"DENIED\"},\"prev\":\"" + PREVIOUS + "\"";
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(hashed.getBytes(StandardCharsets.UTF_8)));

        assertThat(line).isEqualTo(hashed + ",\"hash\":\"" + hash + "\"}");
        assertThat(AuditLine.statedHash(bytes(line))).isEqualTo(hash);
        assertThat(AuditLine.fitsItsHash(bytes(line))).isTrue();
        assertThat(AuditLine.read(bytes(line))).isEqualTo(new AuditRecord(7, PREVIOUS, hash, EVENT));
    }

    @Test
    void fitsItsHashNoMoreWhenAnyByteIsAnother() {
        byte[] line = bytes(line(1));
        for (int at = 0; at < line.length; at++) {
            line[at] ^= 1;
            assertThat(AuditLine.fitsItsHash(line)).describedAs("byte %d", at).isFalse();
            line[at] ^= 1;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 74, 75, 76, 77})
    void aLineWithoutRoomForARecordFitsNothing(int length) {
        assertThat(AuditLine.fitsItsHash(new byte[length])).isFalse();
        assertThat(AuditLine.read(new byte[length])).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"seq\"|[\"seq\"",
                "\"type\":\"ENDED\"|\"type\":\"OTHER\"",
                "\"type\":\"ENDED\"|\"type\":7",
                "\"time\":\"2026|\"time\":\"x026",
                "\"verdict\":\"DENIED\"|\"verdict\":7",
                "\"verdict\":\"DENIED\"|\"secret\":\"x\"",
                "\"verdict\":\"DENIED\"|\"request\":\"x\"",
                "\"facts\":{|\"facts\":[{",
                "\"seq\":7|\"seq\":7,\"more\":\"x\"",
                "\"seq\":7|\"seq\":7,\"seq\":7",
                "\"prev\":\"|\"prev\":7,\"type\":\"",
                "\"hash\":\"|\"hash\":7,\"type\":\""
            })
    void readsNothingElse(String part, String instead) {
        String line = line(7);
        assertThat(line).contains(part);
        assertThat(AuditLine.read(bytes(line.replace(part, instead)))).isNull();
    }

    @Test
    void aRecordWithoutANumberHasNone() {
        AuditRecord record = AuditLine.read(bytes(line(7).replace("\"seq\":7,", "")));
        assertThat(record).isNotNull();
        assertThat(record.sequence()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_534, 65_535, 65_536, 65_537, 131_072})
    void findsWhereTheLastWholeLineEndsHoweverLongTheTornOneIs(int torn) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "a\nb\n" + "y".repeat(torn));
        assertThat(AuditFile.wholeLength(file)).isEqualTo(4);
    }

    @Test
    void findsNoWholeLineInALongFileWithoutAny() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "y".repeat(200_000));
        assertThat(AuditFile.wholeLength(file)).isZero();
        Files.writeString(file, "\n" + "y".repeat(200_000));
        assertThat(AuditFile.wholeLength(file)).isEqualTo(1);
        Files.writeString(file, "");
        assertThat(AuditFile.wholeLength(file)).isZero();
    }

    @Test
    void readsLinesUpToTheLongestAndWaitsForTheEndOfAnUnfinishedOne() throws IOException {
        String longest = "x".repeat(AuditLine.LONGEST - 1);
        Path file = Files.writeString(directory.resolve("file"), "a\n\n" + longest + "\n" + "half");
        try (LineInput in = new LineInput(file)) {
            assertThat(in.next()).asString().isEqualTo("a");
            assertThat(in.next()).isEmpty();
            assertThat(in.next()).asString().isEqualTo(longest);
            assertThat(in.next()).isNull();
            assertThat(in.rest()).isEqualTo(4);
            Files.writeString(file, " done\n", java.nio.file.StandardOpenOption.APPEND);
            assertThat(in.next()).asString().isEqualTo("half done");
            assertThat(in.next()).isNull();
            assertThat(in.rest()).isZero();
        }
    }

    @Test
    void givesUpOnALineThatIsLongerThanTheLongest() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "x".repeat(AuditLine.LONGEST) + "\n");
        try (LineInput in = new LineInput(file)) {
            assertThat(in.next()).isNull();
            assertThat(in.rest()).isEqualTo(AuditLine.LONGEST);
        }
    }

    @ParameterizedTest
    @CsvSource({"200, 200", "201, 200"})
    void cutsAValueBeyondItsLimit(int length, int kept) {
        assertThat(AuditText.clean("x".repeat(length))).hasSize(kept);
        assertThat(AuditText.clean(Fact.REQUEST, "\ud83d\ude00".repeat(length)).codePoints())
                .hasSize(kept);
    }

    @ParameterizedTest
    @CsvSource({"8192, 8192", "8193, 8192"})
    void cutsDestinationsBeyondTheirs(int length, int kept) {
        assertThat(AuditText.clean(Fact.DESTINATIONS, "x".repeat(length))).hasSize(kept);
    }

    private static String line(long sequence) {
        return new String(AuditLine.whole(sequence, AuditLine.middle(EVENT), PREVIOUS), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
