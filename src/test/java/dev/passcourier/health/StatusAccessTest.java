package dev.passcourier.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.broker.PemIdentity;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.health.StatusServer.Reply;
import dev.passcourier.http.PemTrust;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may look at the page, with Java's own client over TLS. */
class StatusAccessTest {

    private static final String TOKEN = "status-canary-0f1e2d3c4b5a6978";
    private static final String SECRET_PAGE = "what waits";

    @TempDir
    private static Path folder;

    private static Identity server;
    private static Identity authority;
    private static Identity monitoring;
    private static Identity stranger;

    /** A certificate and its key, as PEM files. */
    private record Identity(String name, KeyPair keys, Path certificate, Path key) {}

    @BeforeAll
    static void makeCertificates() throws Exception {
        server = identity("localhost", null);
        // Of the same name, or the client would not even show what it has issued.
        stranger = identity("stranger", identity("Monitoring CA", null));
        authority = identity("Monitoring CA", null);
        monitoring = identity("prometheus", authority);
    }

    @ParameterizedTest
    @CsvSource({
        // asked for   shown        page probe
        "token,        nothing,     401, 200",
        "token,        token,       200, 200",
        "token,        password,    200, 200",
        "token,        wrong,       401, 200",
        "token,        certificate, 401, 200",
        "certificates, nothing,     403, 200",
        "certificates, certificate, 200, 200",
        "certificates, token,       403, 200",
        "both,         nothing,     401, 200",
        "both,         token,       200, 200",
        "both,         certificate, 200, 200",
        "nothing,      nothing,     200, 200",
    })
    void letsInWhoShowsWhatIsAskedFor(String asked, String shown, int page, int probe) throws Exception {
        try (StatusServer status = open(asked, true)) {
            HttpClient client = client(shown.equals("certificate") ? monitoring : null);

            HttpResponse<String> looked = ask(client, "https", status, "/", header(shown));
            HttpResponse<String> probed = ask(client, "https", status, "/health/live", header(shown));

            assertThat(looked.statusCode()).isEqualTo(page);
            assertThat(looked.body().contains(SECRET_PAGE)).isEqualTo(page == 200);
            assertThat(looked.headers().allValues("www-authenticate")).hasSize(page == 401 ? 2 : 0);
            assertThat(probed.statusCode()).isEqualTo(probe);
            assertThat(probed.body()).as("tells why").isEqualTo(page == 200 ? "why" : "status only");
            assertThat(ask(client, "https", status, "/none", header(shown)).statusCode())
                    .as("of a path that there is not, strangers learn nothing")
                    .isEqualTo(page == 200 ? 404 : page);
        }
    }

    @Test
    void takesNoCertificateOfAnotherAuthority() throws Exception {
        try (StatusServer status = open("both", true)) {
            HttpClient client = client(stranger);
            assertThatThrownBy(() -> ask(client, "https", status, "/health/live", ""))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void speaksNoClearTextWhereTlsIsSet() throws Exception {
        try (StatusServer status = open("token", true)) {
            assertThatThrownBy(() -> ask(client(null), "http", status, "/", header("token")))
                    .isInstanceOf(IOException.class);
            HttpClient untrusting = HttpClient.newHttpClient();
            assertThatThrownBy(() -> ask(untrusting, "https", status, "/", header("token")))
                    .isInstanceOf(SSLException.class);
        }
    }

    /** Loopback in clear may ask for the token too: not everybody on this machine has to see. */
    @Test
    void asksForTheTokenOnLoopbackWhereOneIsSet() throws Exception {
        try (StatusServer status = open("token", false)) {
            HttpClient client = HttpClient.newHttpClient();
            assertThat(ask(client, "http", status, "/", "").statusCode()).isEqualTo(401);
            assertThat(ask(client, "http", status, "/", header("token")).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aNewTokenCountsAtOnceAndOneThatCannotBeReadLetsNobodyIn() throws Exception {
        try (StatusServer status = open("token", true)) {
            HttpClient client = client(null);
            Path file = folder.resolve("token");
            Files.writeString(file, "another-" + TOKEN);
            assertThat(ask(client, "https", status, "/", header("token")).statusCode())
                    .isEqualTo(401);
            Files.writeString(file, "");
            assertThat(ask(client, "https", status, "/", "Bearer ").statusCode())
                    .isEqualTo(401);
            Files.delete(file);
            assertThat(ask(client, "https", status, "/", header("token")).statusCode())
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer  ",
                "Basic",
                "Basic !!!",
                "Basic Og==",
                "Basic " + "QQ==",
                "Digest " + TOKEN,
                TOKEN,
                "Bearer " + TOKEN + "x",
                "Bearer " + TOKEN + " " + TOKEN
            })
    void takesNothingElseForTheToken(String authorization) throws Exception {
        try (StatusServer status = open("token", true)) {
            assertThat(ask(client(null), "https", status, "/", authorization).statusCode())
                    .isEqualTo(401);
        }
    }

    /** The beginning of a handshake each. */
    @Test
    void whoEndsNoHandshakeKeepsNoProbeFromItsAnswer() throws Exception {
        try (StatusServer status = open("token", true)) {
            Socket[] silent = new Socket[40];
            try {
                for (int each = 0; each < silent.length; each++) {
                    silent[each] = new Socket("127.0.0.1", status.port());
                    silent[each].getOutputStream().write(new byte[] {22, 3});
                }
                assertThat(ask(client(null), "https", status, "/health/live", "")
                                .statusCode())
                        .isEqualTo(200);
            } finally {
                for (Socket socket : silent) {
                    socket.close();
                }
            }
        }
    }

    private static StatusServer open(String asked, boolean tls) throws Exception {
        Path file = folder.resolve("token");
        secret(file, TOKEN + "\n");
        Settings.Status settings = new Settings.Status(
                "127.0.0.1",
                0,
                tls ? server.certificate() : null,
                tls ? server.key() : null,
                asked.matches("token|both") ? new SecretRef("{{file:" + file + "}}") : null,
                asked.matches("certificates|both") ? authority.certificate() : null);
        SSLContext context = tls
                ? PemTrust.context(
                        PemIdentity.keyManagers("service.status", server.certificate(), server.key()),
                        settings.clientCertificates())
                : null;
        StatusServer status = StatusServer.open(settings, context);
        status.page("/", () -> StatusServer.text(200, SECRET_PAGE));
        status.probe(
                "/health/live",
                details -> new Reply(
                        200, "text/plain", (details ? "why" : "status only").getBytes(StandardCharsets.UTF_8)));
        status.start();
        return status;
    }

    private static String header(String shown) {
        return switch (shown) {
            case "token" -> "Bearer " + TOKEN;
            case "password" ->
                "basic " + Base64.getEncoder().encodeToString(("me:" + TOKEN).getBytes(StandardCharsets.UTF_8));
            case "wrong" -> "Bearer " + TOKEN.replace('0', '1');
            default -> "";
        };
    }

    private static HttpResponse<String> ask(
            HttpClient client, String scheme, StatusServer status, String path, String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(scheme + "://localhost:" + status.port() + path))
                .timeout(Duration.ofSeconds(120));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpClient client(@Nullable Identity shown) throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(PemTrust.context(
                        shown == null ? null : PemIdentity.keyManagers("client", shown.certificate(), shown.key()),
                        server.certificate()))
                .build();
    }

    private static Identity identity(String name, @Nullable Identity issuer) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                        new X500Name("CN=" + (issuer == null ? name : issuer.name())),
                        BigInteger.valueOf(now.toEpochMilli()),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofHours(1))),
                        new X500Name("CN=" + name),
                        keys.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(issuer == null))
                .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
        byte[] encoded = builder.build(new JcaContentSignerBuilder("SHA256withECDSA")
                        .build((issuer == null ? keys : issuer.keys()).getPrivate()))
                .getEncoded();
        Path certificate = Files.writeString(folder.resolve(name + ".crt"), pem("CERTIFICATE", encoded));
        Path key = folder.resolve(name + ".key");
        secret(key, pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
        return new Identity(name, keys, certificate, key);
    }

    private static void secret(Path file, String content) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content);
    }

    private static String pem(String type, byte[] encoded) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(encoded) + "\n-----END " + type
                + "-----\n";
    }
}
