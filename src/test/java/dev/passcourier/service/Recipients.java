package dev.passcourier.service;

import dev.passcourier.vault.NotOpenedException;
import dev.passcourier.vault.OpenedResult;
import dev.passcourier.vault.PgpKeys;
import dev.passcourier.vault.ResultOpener;
import dev.passcourier.vault.TestKeys;
import dev.passcourier.vault.VaultBench;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Recipients of the three formats beside JWE, who can open what they get. */
final class Recipients {

    /** By format: how its result files end, and which public key of the service its results are checked with. */
    private static final Map<String, List<String>> FORMATS = Map.of(
            "jwe", List.of(".jwe", "signing.pub.jwk"),
            "cms", List.of(".p7m", "signing.crt.pem"),
            "openpgp", List.of(".asc", "signing.pub.asc"),
            "age", List.of(".age", "signing.pub.jwk"));

    private final Path home;

    private Recipients(Path home) {
        this.home = home;
    }

    /** Puts their keys beside the one of {@code ops}. */
    static Recipients in(Path home) throws Exception {
        Recipients recipients = new Recipients(home);
        recipients.cms();
        recipients.openPgp();
        recipients.age();
        return recipients;
    }

    /** Their part of the settings. */
    static String settings() {
        return "  cms: {format: cms, key: recipients/cms.crt}\n"
                + "  openpgp: {format: openpgp, key: recipients/openpgp.asc}\n"
                + "  age: {format: age, key: recipients/age.pub}\n";
    }

    /** The format of a result file, by its name. */
    static String format(String fileName) {
        return FORMATS.entrySet().stream()
                .filter(each -> fileName.endsWith(each.getValue().get(0)))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no result: " + fileName));
    }

    /** Opens a result and checks that the service signed it. Returns the password. */
    String open(String format, byte[] sealed) throws Exception {
        Path key = format.equals("jwe")
                ? home.resolve("recipients/ops.pem")
                : home.resolve("recipients/" + format + ".key");
        Path signer = home.resolve("data/keys").resolve(FORMATS.get(format).get(1));
        ResultOpener opener = ResultOpener.load(key, null, signer, Clock.systemUTC());
        var secret = new ByteArrayOutputStream();
        try (OpenedResult result = opener.open(sealed, ResultOpener.Expected.ANY)) {
            result.writeSecretTo(secret);
        } catch (NotOpenedException e) {
            throw new AssertionError("a result in format " + format, e);
        }
        return secret.toString(StandardCharsets.UTF_8);
    }

    private Path file(String name, String content) {
        return TestKeys.file(home.resolve("recipients").resolve(name), content);
    }

    private void cms() throws Exception {
        KeyPair keys = TestKeys.rsa2048();
        X500Name name = new X500Name("CN=cms");
        var certificate = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(Instant.now().minus(Duration.ofHours(1))),
                        Date.from(Instant.now().plus(Duration.ofDays(90))),
                        name,
                        keys.getPublic())
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment))
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate()));
        file("cms.crt", TestKeys.pem(certificate));
        file("cms.key", TestKeys.pem(keys.getPrivate()));
    }

    private void openPgp() throws Exception {
        PgpKeys keys = PgpKeys.make(PgpKeys.Wish.usual(Instant.now().minus(Duration.ofHours(1))));
        file("openpgp.asc", new String(keys.exported(), StandardCharsets.US_ASCII));
        file("openpgp.key", new String(keys.secret(), StandardCharsets.US_ASCII));
    }

    private void age() throws IOException {
        try (InputStream key = VaultBench.class.getResourceAsStream("recipient.age")) {
            Files.write(file("age.pub", ""), key.readAllBytes());
        }
        file("age.key", VaultBench.AGE_IDENTITY);
    }
}
