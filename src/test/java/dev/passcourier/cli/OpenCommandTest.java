package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.Settings;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.outbox.ReportMessage.Part;
import dev.passcourier.report.CredentialReportWriter;
import dev.passcourier.report.CredentialReportWriter.Format;
import dev.passcourier.report.CredentialReportWriter.Limit;
import dev.passcourier.report.ReportEvidence;
import dev.passcourier.report.SampleReport;
import dev.passcourier.vault.Sealed;
import dev.passcourier.vault.TestKeys;
import dev.passcourier.vault.VaultBench;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class OpenCommandTest {

    private static final KeyPair PAIR = TestKeys.ec("secp256r1");
    private static final String REPORT_NAME = CredentialReportWriter.name(SampleReport.of(3));

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Clock clock = VaultBench.CLOCK;
    private byte[] input = new byte[0];
    private VaultBench bench;
    private Path key;
    private Path sealed;
    private Path signer;

    @BeforeEach
    void sealAResult() throws Exception {
        bench = new VaultBench(directory);
        key = TestKeys.file(directory.resolve("my.key"), TestKeys.sec1(PAIR));
        sealed = directory.resolve("result.jwe");
        signer = bench.keys().publicSigningKey();
        seal("Canary#1");
    }

    @Test
    void printsTheFactsAndSaysHowToSeeTheSecret() {
        assertThat(open("--signer", signer.toString(), sealed.toString())).isZero();
        assertThat(out.toString().lines())
                .contains(
                        "requestId    req-1",
                        "instance     i-0815",
                        "kind         password",
                        "userName     Administrator",
                        "notAfter     2026-11-01T13:00:00Z",
                        "signature    checked");
        assertThat(err.toString()).contains("--show", "--to");
        assertThat(out + "" + err).doesNotContain("Canary");
    }

    @Test
    void showsTheSecretWhenAsked() throws Exception {
        seal(" Canary#1 ");
        assertThat(open("--signer", signer.toString(), "--show", sealed.toString()))
                .isZero();
        assertThat(out.toString().lines()).contains("secret        Canary#1 ");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void showsAPrivateKeyOnLinesOfItsOwn() throws Exception {
        seal("-----BEGIN CANARY-----\nAAAA\n-----END CANARY-----\n");
        open("--show", sealed.toString());
        assertThat(out.toString().lines())
                .containsSequence("secret", "-----BEGIN CANARY-----", "AAAA", "-----END CANARY-----");
    }

    @Test
    void printsJson() throws Exception {
        assertThat(open("--signer", signer.toString(), "--output", "json", sealed.toString()))
                .isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("requestId").asText()).isEqualTo("req-1");
        assertThat(json.path("signatureChecked").asBoolean()).isTrue();
        assertThat(json.has("secret")).isFalse();
        out.getBuffer().setLength(0);
        open("--output", "json", "--show", sealed.toString());
        assertThat(new ObjectMapper().readTree(out.toString()).path("secret").asText())
                .isEqualTo("Canary#1");
    }

    @Test
    void readsTheStandardInput() throws Exception {
        input = Files.readAllBytes(sealed);
        assertThat(open()).isZero();
        assertThat(open("-")).isZero();
    }

    @Test
    void writesTheSecretToANewFileOnly() throws Exception {
        Path to = directory.resolve("secret");
        assertThat(open("--to", to.toString(), sealed.toString())).isZero();
        assertThat(to).hasContent("Canary#1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(to)))
                .isEqualTo("rw-------");
        assertThat(out + "" + err).doesNotContain("Canary").contains("secret written to " + to);

        Files.writeString(to, "mine");
        assertThat(open("--to", to.toString(), sealed.toString())).isEqualTo(1);
        assertThat(to).hasContent("mine");
        assertThat(err.toString()).contains(to + " is there already");
    }

    @Test
    void listsTheFilesOfAReportAndWritesThemIntoAFolderOnceOnly() throws Exception {
        sealReport(report());

        assertThat(open("--signer", signer.toString(), sealed.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains(REPORT_NAME + ".csv", REPORT_NAME + ".json", REPORT_NAME + ".jws");
        assertThat(err.toString()).contains("--into").doesNotContain("not checked");

        Path folder = directory.resolve("new/weekly");
        assertThat(open("--signer", signer.toString(), "--into", folder.toString(), sealed.toString()))
                .as(err.toString())
                .isZero();
        for (Part part : report().files()) {
            assertThat(folder.resolve(REPORT_NAME + "." + part.name())).hasBinaryContent(part.content());
        }
        Path csv = folder.resolve(REPORT_NAME + ".csv");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(csv)))
                .isEqualTo("rw-------");

        Files.delete(csv);
        assertThat(open("--into", folder.toString(), sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains(REPORT_NAME + ".json is there already");
        assertThat(csv).doesNotExist();
    }

    @Test
    void writesNothingOfAReportThatIsNotAsItWasSigned() throws Exception {
        ReportMessage report = report();
        byte[] changed = "account\n".getBytes(StandardCharsets.UTF_8);
        List<Part> files = new ArrayList<>(report.files());
        files.replaceAll(file -> file.name().equals("csv") ? new Part("csv", file.mediaType(), changed) : file);
        sealReport(with(report, files));
        refusesReport("FILE_CHANGED: " + REPORT_NAME + ".csv");

        files.removeIf(file -> file.name().equals("jws"));
        sealReport(with(report, files));
        refusesReport("SIGNATURE_MISSING");

        signer = new VaultBench(Files.createDirectory(directory.resolve("another")))
                .keys()
                .publicSigningKey();
        sealReport(report);
        refusesReport("SIGNER_UNKNOWN");

        sealReport(new ReportMessage("../weekly", "", "", "", List.of(), report.files()));
        refusesReport("ARCHIVE_MALFORMED");
    }

    @Test
    void tellsAReportFromAResult() throws Exception {
        assertThat(open("--into", directory.resolve("weekly").toString(), sealed.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("NO_REPORT");
        sealReport(report());
        assertThat(open("--request", "req-1", sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("NO_RESULT");
        assertThat(open("--output", "json", sealed.toString())).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("signatureChecked").asBoolean(true)).isFalse();
        assertThat(json.path("files").findValuesAsText("file")).contains(REPORT_NAME + ".csv");
    }

    private void refusesReport(String code) {
        Path folder = directory.resolve("weekly");
        assertThat(open("--signer", signer.toString(), "--into", folder.toString(), sealed.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains(code);
        assertThat(folder).doesNotExist();
        assertThat(directory.resolve(REPORT_NAME + ".csv")).doesNotExist();
    }

    private ReportMessage report() {
        return new CredentialReportWriter(ReportEvidence.signer(bench.keys()))
                .write(SampleReport.of(3), Set.of(Format.CSV, Format.JSON), Limit.NONE);
    }

    private static ReportMessage with(ReportMessage report, List<Part> files) {
        return new ReportMessage(report.name(), report.title(), report.text(), report.html(), report.pictures(), files);
    }

    private void sealReport(ReportMessage report) throws Exception {
        Sealed bytes =
                bench.vault().seal(report.bundle(VaultBench.NOW), bench.recipient(PAIR.getPublic()), "ops", "dlv_1");
        Files.write(sealed, bytes.bytes());
    }

    @Test
    void tellsWhenTheSignatureIsNotChecked() {
        assertThat(open(sealed.toString())).isZero();
        assertThat(out.toString()).contains("signature    not checked");
        assertThat(err.toString()).contains("--signer");
    }

    @Test
    void opensWithAnEncryptedKey() {
        TestKeys.file(key, TestKeys.encryptedPem(PAIR));
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("PASSPHRASE_MISSING", key.toString());
        Path phrase = TestKeys.file(directory.resolve("phrase"), TestKeys.PASSPHRASE + "\n");
        assertThat(open("--passphrase-file", phrase.toString(), sealed.toString()))
                .isZero();
        TestKeys.file(phrase, "canary wrong");
        assertThat(open("--passphrase-file", phrase.toString(), sealed.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("PASSPHRASE_WRONG").doesNotContain("canary wrong");
        assertThat(open("--passphrase-env", "PASSCOURIER_NOT_SET", sealed.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("PASSPHRASE_UNREADABLE", "PASSCOURIER_NOT_SET");
        assertThat(open("--passphrase-file", directory.resolve("{{env:HOME}}").toString(), sealed.toString()))
                .isEqualTo(1);
    }

    @Test
    void saysWhyAResultIsNotOpened() throws Exception {
        assertThat(open("--request", "req-2", sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("OTHER_RESULT");
        assertThat(open("--delivery", "dlv_other", sealed.toString())).isEqualTo(1);
        assertThat(open("--instance", "i-0816", sealed.toString())).isEqualTo(1);
        assertThat(open("--instance", "i-0815", sealed.toString())).isZero();
        out.getBuffer().setLength(0);

        String jwe = Files.readString(sealed);
        Files.writeString(sealed, jwe.substring(0, jwe.length() - 4) + "AAAA");
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("ALTERED");

        assertThat(open(directory.resolve("none").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("none cannot be read");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void tellsADeliveryThatWasOpenedBefore() throws Exception {
        Path seen = directory.resolve("seen");
        assertThat(open("--seen", seen.toString(), "--show", sealed.toString())).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(seen)))
                .isEqualTo("rw-------");
        out.getBuffer().setLength(0);

        assertThat(open("--seen", seen.toString(), "--show", sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("REPLAYED", seen.toString());
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"CMS, recipient.crt", "OPENPGP, recipient.asc", "AGE, recipient.age"})
    void saysWhoseKeyTheOtherFormatsNeed(Settings.SealFormat format, String file) throws Exception {
        Files.write(
                sealed,
                bench.seal("Canary#1", VaultBench.FACTS, VaultBench.recipient(format, directory, file))
                        .bytes());
        assertThat(open("--signer", signer.toString(), sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("NOT_FOR_THIS_KEY");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void opensAgeWithAnIdentityFile() throws Exception {
        Files.write(
                sealed,
                bench.seal(
                                "Canary#1",
                                VaultBench.FACTS,
                                VaultBench.recipient(Settings.SealFormat.AGE, directory, "recipient.age"))
                        .bytes());
        TestKeys.file(key, VaultBench.AGE_IDENTITY);
        assertThat(open("--signer", signer.toString(), "--show", sealed.toString()))
                .isZero();
        assertThat(out.toString()).contains("secret       Canary#1", "signature    checked");
    }

    /** What people have in hand of a result, by how it came to them. */
    static Stream<Arguments> whatPeopleHave() {
        return Stream.of(
                have("base64", result -> base64(result)),
                have("wrapped base64", result -> Base64.getMimeEncoder().encodeToString(result) + "\n"),
                have(
                        "base64url without padding",
                        result -> Base64.getUrlEncoder().withoutPadding().encodeToString(result)),
                have("base64 in quotes", result -> "\"" + base64(result) + "\""),
                have("base64 in UTF-16", result -> "\uFEFF" + base64(result)),
                have(
                        "a webhook's body",
                        result -> "{\"type\":\"result\",\"deliveryId\":\"dlv_1\",\"encoding\":\"base64\",\"sealed\":\""
                                + base64(result) + "\"}"),
                have("a mail", result -> mail(part("result.age", base64(result)))),
                have(
                        "a mail out of an mbox",
                        result -> "From ops@example.com Sun Nov  1 12:00:00 2026\n"
                                + mail(part("result.age", base64(result)))),
                have(
                        "a mail that was forwarded",
                        result -> mail(
                                "Content-Type: message/rfc822\r\n\r\n" + mail(part("result.age", base64(result))))),
                have(
                        "the same part twice",
                        result -> mail(part("result.age", base64(result)), part("copy.age", base64(result)))));
    }

    private static Arguments have(String name, Function<byte[], String> wrap) {
        return Arguments.of(name, wrap);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatPeopleHave")
    void findsTheResultInWhatPeopleHave(String name, Function<byte[], String> wrap) throws Exception {
        byte[] jwe = Files.readAllBytes(sealed);
        String text = wrap.apply(jwe);
        Files.write(
                sealed, text.getBytes(text.startsWith("\uFEFF") ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8));
        assertThat(open("--signer", signer.toString(), "--show", sealed.toString()))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("secret       Canary#1");

        Files.writeString(sealed, wrap.apply(age()));
        TestKeys.file(key, VaultBench.AGE_IDENTITY);
        out.getBuffer().setLength(0);
        assertThat(open("--show", sealed.toString())).as(err.toString()).isZero();
        assertThat(out.toString()).contains("secret       Canary#1");
    }

    @Test
    void findsWhatIsInPemAndArmor() throws Exception {
        String cms = base64(bench.seal(
                        "Canary#1",
                        VaultBench.FACTS,
                        VaultBench.recipient(Settings.SealFormat.CMS, directory, "recipient.crt"))
                .bytes());
        for (String label : List.of("CMS", "PKCS7")) {
            Files.writeString(sealed, "-----BEGIN " + label + "-----\n" + cms + "\n-----END " + label + "-----\n");
            assertThat(open(sealed.toString())).isEqualTo(1);
            assertThat(err.toString()).contains("NOT_FOR_THIS_KEY").doesNotContain("MALFORMED");
        }
        String armor = new String(
                bench.seal(
                                "Canary#1",
                                VaultBench.FACTS,
                                VaultBench.recipient(Settings.SealFormat.OPENPGP, directory, "recipient.asc"))
                        .bytes(),
                StandardCharsets.US_ASCII);
        Files.writeString(sealed, "Here it is:\n\n" + armor.replace("\n", "\\n"));
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).doesNotContain("MALFORMED");

        Files.writeString(
                sealed,
                "-----BEGIN AGE ENCRYPTED FILE-----\n" + Base64.getMimeEncoder().encodeToString(age())
                        + "\n-----END AGE ENCRYPTED FILE-----\n");
        TestKeys.file(key, VaultBench.AGE_IDENTITY);
        assertThat(open("--show", sealed.toString())).isZero();
        assertThat(out.toString()).contains("secret       Canary#1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"requestId\":\"r-1\",\"verdict\":\"NEVER\",\"code\":\"MASKED\",\"advice\":\"Do.\"} | this is a notice, which"
                        + " is not sealed: request r-1 ended without a password, NEVER (MASKED). Do.",
                "{\"type\":\"notice\",\"notice\":{\"requestId\":\"r-1\",\"verdict\":\"DENIED\"}} | request r-1 ended without",
                "{\"result\":{\"deliveryId\":\"d\",\"secret\":\"Canary#1\"}} | this result is in clear (seal: none)",
                "{\"type\":\"report\",\"report\":{}} | this is the report on a batch",
                "{\"type\":\"result\",\"sealed\": | this begins as JSON and is damaged or cut",
                "line,id,account,instance,verdict | this is the list of a batch's results",
                "<!DOCTYPE html><p>Sign in | this is a web page",
                "-----BEGIN RSA PRIVATE KEY----- | this is a private key and no result; give it with --key",
                "eyJhbGciOiJFUzI1NiJ9.e30.c2ln | this is a signed result whose seal is taken off",
                "hello | MALFORMED"
            })
    void saysWhatItIsInstead(String content, String says) throws Exception {
        Files.writeString(sealed, content + "\n");
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains(says).doesNotContain("Canary");
    }

    @Test
    void saysWhatOthersFormatsAre() throws Exception {
        Files.write(sealed, new byte[] {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0, 0, 0});
        assertThat(open(sealed.toString())).isEqualTo(1);
        Files.write(sealed, new byte[] {0x78, (byte) 0x9F, 0x3E, 0x22, 0, 0});
        assertThat(open(sealed.toString())).isEqualTo(1);
        Files.write(sealed, new byte[] {'P', 'K', 3, 4, 0, 0});
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("save the mail as .eml", "winmail.dat", "unpack it and open");
    }

    @Test
    void saysWhichPartsOfAMailThereAreToChooseFrom() throws Exception {
        byte[] first = Files.readAllBytes(sealed);
        seal("Canary#2");
        Files.writeString(
                sealed, mail(part("dlv_1.jwe", base64(first)), part("dlv_2.jwe", base64(Files.readAllBytes(sealed)))));
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("this holds 2 sealed results: 1 dlv_1.jwe, 2 dlv_2.jwe; say with --part which one to open");

        assertThat(open("--part", "3", sealed.toString())).isEqualTo(1);
        assertThat(open("--part", "0", sealed.toString())).isEqualTo(1);
        assertThat(open("--part", "2", "--show", sealed.toString())).isZero();
        assertThat(out.toString()).contains("secret       Canary#2").doesNotContain("Canary#1");
        Files.write(sealed, first);
        assertThat(open("--part", "1", sealed.toString())).isZero();
        assertThat(open("--part", "2", sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("this holds one sealed result, and no part 2; leave --part out");
    }

    @Test
    void saysWhatAMailWithoutAResultIs() throws Exception {
        Files.writeString(sealed, mail("Content-Type: text/html\r\n\r\n<html>Hello</html>"));
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("this mail holds no sealed result; look for the mail with the attachment");
        Files.writeString(
                sealed,
                mail(part(
                        "dlv_1.json",
                        base64("{\"requestId\":\"r-1\",\"verdict\":\"NOT_SET\"}".getBytes(StandardCharsets.UTF_8)))));
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("this is a notice, which is not sealed: request r-1 ended");
    }

    private byte[] age() throws Exception {
        return bench.seal(
                        "Canary#1",
                        VaultBench.FACTS,
                        VaultBench.recipient(Settings.SealFormat.AGE, directory, "recipient.age"))
                .bytes();
    }

    private static String mail(String... parts) {
        String boundary = "=_canary" + parts.length + parts[0].length();
        var mail = new StringBuilder("Received: from mx.example.com\r\nSubject: Password\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n");
        mail.append("--").append(boundary).append("\r\nContent-Type: text/plain\r\n\r\nThe password is attached.\r\n");
        for (String part : parts) {
            mail.append("--").append(boundary).append("\r\n").append(part).append("\r\n");
        }
        return mail.append("--").append(boundary).append("--\r\n").toString();
    }

    private static String part(String name, String base64) {
        return "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=" + name
                + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.replaceAll("(.{76})", "$1\r\n");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void opensAnExpiredResultOnlyIfAllowed() {
        clock = Clock.fixed(VaultBench.NOT_AFTER, ZoneOffset.UTC);
        assertThat(open(sealed.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("EXPIRED");
        assertThat(open("--allow-expired", sealed.toString())).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nonsense", "--output xml", "--passphrase-prompt --passphrase-env A", "a b"})
    void refusesWrongUsage(String arguments) {
        assertThat(open(arguments.split(" "))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("Usage:");
    }

    @Test
    void needsAKey() {
        assertThat(command().execute(sealed.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--key");
    }

    private void seal(String password) throws Exception {
        Sealed result = bench.seal(password, VaultBench.FACTS, bench.recipient(PAIR.getPublic()));
        Files.write(sealed, result.bytes());
    }

    private int open(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--key", key.toString()));
        all.addAll(List.of(arguments));
        return command().execute(all.toArray(String[]::new));
    }

    private CommandLine command() {
        return new CommandLine(new OpenCommand(clock, new ByteArrayInputStream(input)))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
    }
}
