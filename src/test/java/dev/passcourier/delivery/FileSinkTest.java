package dev.passcourier.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings.FileChannel;
import dev.passcourier.outbox.Notice;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.OutboxJson;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.Sealed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class FileSinkTest {

    @TempDir
    static Path directory;

    private static SinkHarness harness;

    @BeforeAll
    static void open() throws Exception {
        harness = new SinkHarness(directory);
    }

    @AfterAll
    static void close() throws Exception {
        harness.close();
    }

    @Test
    void writesASealedResultForItsOwnerOnly() throws Exception {
        Path target = directory.resolve("sealed");
        OutboxItem item = SinkHarness.sealed(harness.open(new FileChannel(target)));

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERED).facts()).containsEntry(Fact.CODE, "FILE_WRITTEN");
        Path file = target.resolve(item.fileName(".jwe"));
        assertThat(file).hasBinaryContent(item.body());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rwx------");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/pkcs7-mime; smime-type=authEnveloped-data | .p7m",
                "application/pkcs7-mime; smime-type=enveloped-data | .p7m",
                "application/pgp-encrypted | .asc",
                "application/vnd.age | .age"
            })
    void namesFilesByTheirFormat(String mediaType, String ending) throws Exception {
        Path target = directory.resolve("formats");
        byte[] bytes = {(byte) 0x80, 0, '\n', (byte) 0xFF};
        OutboxItem item =
                SinkHarness.sealed(harness.open(new FileChannel(target)), new Sealed("x", "x", mediaType, bytes));

        harness.put(item);

        harness.await(item, AuditEvent.Type.DELIVERED);
        assertThat(target.resolve(item.fileName(ending))).hasBinaryContent(bytes);
    }

    @Test
    void aRepeatedDeliveryReplacesItsOwnFile() throws Exception {
        Path target = directory.resolve("repeated");
        OutboxItem item = SinkHarness.sealed(harness.open(new FileChannel(target)));

        harness.put(item);
        harness.await(item, AuditEvent.Type.DELIVERED);
        OutboxItem again = item.nextAttempt();
        harness.put(again);

        Awaitility.await()
                .until(() -> harness.audited.stream()
                                .filter(event -> event.type() == AuditEvent.Type.DELIVERED
                                        && item.deliveryId()
                                                .equals(event.facts().get(Fact.DELIVERY)))
                                .count()
                        == 2);
        try (var files = Files.list(target)) {
            assertThat(files).containsExactly(target.resolve(item.fileName(".jwe")));
        }
    }

    @Test
    void writesResultsInClearNoticesAndReports() throws Exception {
        Path target = directory.resolve("others");
        String alias = harness.open(new FileChannel(target));
        Instant now = SinkHarness.CLOCK.instant();
        OutboxItem clear = SinkHarness.atRest(alias);
        OutboxItem notice = OutboxItem.notice(
                new Notice("r", "a", "i", Verdict.DENIED, "KEY", "Check the key.", 1, now), alias, "fn-1", now);
        OutboxItem report = OutboxItem.report(
                new ReportMessage(
                        "w",
                        "Weekly",
                        "",
                        "<p>",
                        List.of(),
                        List.of(new ReportMessage.Part("csv", OutboxJson.CSV, "a,b".getBytes(StandardCharsets.UTF_8)))),
                "w",
                alias,
                "fp-1",
                now);

        OutboxItem signed = OutboxItem.report(
                new ReportMessage(
                        "c",
                        "Credentials",
                        "",
                        "<img src=\"cid:ages\">",
                        List.of(),
                        List.of(new ReportMessage.Part("jws", "application/jose", new byte[] {8}))),
                "c",
                alias,
                "fp-3",
                now);
        OutboxItem sealed = OutboxItem.report(new Sealed(alias, "fp-2", Sealed.AGE, new byte[] {7}), "w", now);

        harness.put(clear);
        harness.put(notice);
        harness.put(report);
        harness.put(signed);
        harness.put(sealed);

        harness.await(clear, AuditEvent.Type.DELIVERED);
        harness.await(notice, AuditEvent.Type.DELIVERED);
        harness.await(report, AuditEvent.Type.DELIVERED);
        harness.await(signed, AuditEvent.Type.DELIVERED);
        harness.await(sealed, AuditEvent.Type.DELIVERED);
        assertThat(target.resolve("w_fp-2.zip.age")).hasBinaryContent(new byte[] {7});
        assertThat(target.resolve(clear.fileName(".json"))).content().contains(PretendVault.CANARY);
        assertThat(target.resolve("r_i_fn-1.json")).content().contains("\"verdict\":\"DENIED\"");
        assertThat(target.resolve("w_fp-1.html")).hasContent("<p>");
        assertThat(target.resolve("w_fp-1.csv")).hasContent("a,b");
        assertThat(target.resolve("c_fp-3.jws")).hasBinaryContent(new byte[] {8});
        assertThat(target.resolve("c_fp-3.html"))
                .as("the mail's, which the signature is not over")
                .doesNotExist();
    }

    @Test
    void waitsForADirectoryThatIsGone() throws Exception {
        Path target = directory.resolve("gone");
        OutboxItem item = SinkHarness.sealed(harness.open(new FileChannel(target)));
        Files.delete(target);

        harness.put(item);

        assertThat(harness.await(item, AuditEvent.Type.DELIVERY_POSTPONED).facts())
                .containsEntry(Fact.CODE, "IO");
    }

    @Test
    void refusesADirectoryThatIsAFile() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> harness.open(new FileChannel(file)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void refusesADirectoryThatEverybodyCanWriteTo() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> harness.open(new FileChannel(open))).isInstanceOf(ConfigurationException.class);
    }
}
