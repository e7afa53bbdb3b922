package dev.passcourier.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.jwk.ECKey;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.sandbox.DemoInstance;
import dev.passcourier.sandbox.WebhookReceiver.Webhook;
import dev.passcourier.vault.NewRecipient;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sandbox says of what arrives that is not as it should be; {@code ShippedFolderIT} sees it say all is right. */
class ArrivalsTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-29T10:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path folder;

    private final List<String> said = new ArrayList<>();
    private Arrivals arrivals;

    @BeforeEach
    void watch() throws Exception {
        Path mine = folder.resolve("mine/key.pem");
        NewRecipient.create(SealFormat.JWE, "operations", folder.resolve("operations.jwk"), mine, null, CLOCK);
        arrivals = new Arrivals(
                mine,
                folder.resolve("signing.pub.jwk"),
                List.of(new DemoInstance("a", "i-1", Map.of(), "ready", "Canary#Pass1")),
                CLOCK,
                arrival -> said.add(arrival.toString()));
    }

    @Test
    void aWebhookInClear() {
        arrivals.webhook(
                webhook(
                        "d1",
                        "{\"type\":\"result\",\"requestId\":\"r1\",\"mediaType\":\"application/json\","
                                + "\"result\":{\"secret\":\"Canary#Pass1\"}}"),
                204);
        arrivals.webhook(webhook("d2", "{\"type\":\"notice\",\"requestId\":\"r2\",\"notice\":{}}"), 204);

        assertThat(said)
                .containsExactly(
                        "2026-11-29T10:00:00Z  webhook  request r1  delivery d1  from /hook  NOT SEALED: webhook signature"
                                + " right",
                        "2026-11-29T10:00:00Z  webhook  request r2  delivery d2  from /hook  notice: webhook signature"
                                + " right");
    }

    @Test
    void aWebhookThatWasRefused() {
        arrivals.webhook(webhook("d1\u001b[2J", "{}"), 401);
        arrivals.webhook(webhook("", "{}"), 405);
        arrivals.webhook(
                webhook("d2", "{\"mediaType\":\"application/vnd.age\",\"encoding\":\"base64\",\"sealed\":\"?\"}"), 204);

        assertThat(said.get(2)).endsWith("delivery d2  from /hook  not readable: webhook signature right");
        assertThat(said.get(0))
                .endsWith("delivery d1?[2J  from /hook  REFUSED 401: signature, timestamp or id is wrong");
        assertThat(said.get(1)).endsWith("delivery -  from /hook  REFUSED 405");
    }

    @Test
    void theSameDeliveryTwice() {
        arrivals.webhook(webhook("d1", "{\"type\":\"notice\",\"requestId\":\"r1\"}"), 204);
        arrivals.webhook(webhook("d1", "{\"type\":\"notice\",\"requestId\":\"r1\"}"), 204);

        assertThat(said.get(0)).doesNotContain("again");
        assertThat(said.get(1)).endsWith("notice: again; webhook signature right");
    }

    @Test
    void oneForAnotherRecipientAndOneThatWasChanged() throws Exception {
        String sealed = sealed(folder.resolve("operations.jwk"));
        NewRecipient.create(SealFormat.JWE, "other", folder.resolve("other.jwk"), folder.resolve("o.pem"), null, CLOCK);
        arrivals.webhook(jwe("d1", sealed(folder.resolve("other.jwk"))), 204);
        arrivals.webhook(jwe("d2", sealed.substring(0, sealed.length() - 4) + "AAAA"), 204);

        assertThat(said.get(0)).endsWith("sealed (jwe): webhook signature right, for another recipient, not opened");
        assertThat(said.get(1)).contains("sealed (jwe): webhook signature right, WRONG, ALTERED: ");
    }

    @Test
    void aMailInClearAndANotice() throws Exception {
        arrivals.mail("ops@example.org", mail("{\"requestId\":\"r1\",\"secret\":\"Canary#Pass1\"}"));
        arrivals.mail("ops@example.org", mail("{\"requestId\":\"r1\",\"verdict\":\"NEVER\"}"));

        assertThat(said.get(0)).endsWith("delivery dlv_1  from ops@example.org  NOT SEALED");
        assertThat(said.get(1)).contains("delivery dlv_1  from ops@example.org  notice");
        assertThat(said).noneMatch(line -> line.contains("Canary"));
    }

    private static Webhook webhook(String id, String body) {
        return new Webhook(Map.of("webhook-id", id), body.getBytes(StandardCharsets.UTF_8));
    }

    private static Webhook jwe(String id, String sealed) {
        return webhook(
                id,
                "{\"type\":\"result\",\"requestId\":\"r1\",\"mediaType\":\"application/jose\",\"sealed\":\"" + sealed
                        + "\"}");
    }

    private static String sealed(Path recipient) throws Exception {
        var jwe = new JWEObject(
                new JWEHeader.Builder(JWEAlgorithm.ECDH_ES_A256KW, EncryptionMethod.A256GCM)
                        .contentType("JWT")
                        .keyID(ECKey.parse(Files.readString(recipient)).getKeyID())
                        .build(),
                new Payload("not signed by anybody"));
        jwe.encrypt(new ECDHEncrypter(ECKey.parse(Files.readString(recipient))));
        return jwe.serialize();
    }

    private static MimeMessage mail(String json) throws Exception {
        String text = """
                Message-ID: <dlv_1@example.org>
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain

                words
                --b
                Content-Type: application/json
                Content-Disposition: attachment; filename=dlv_1.json

                %s
                --b--
                """.formatted(json).replace("\n", "\r\n");
        return new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
