package dev.passcourier.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.health.StatusServer.Reply;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may look: everybody who reaches us, or who shows the token or a certificate of the authorities. The token is read
 * anew each time, compared in constant time, and wiped.
 */
final class StatusAccess {

    private static final Logger LOG = LoggerFactory.getLogger(StatusAccess.class);

    private final @Nullable SecretRef token;
    private final boolean certificates;
    private final AtomicBoolean unreadable = new AtomicBoolean();

    StatusAccess(Settings.Status settings) {
        this.token = settings.token();
        this.certificates = settings.clientCertificates() != null;
    }

    /** Whether anything has to be shown. */
    boolean isGuarded() {
        return token != null || certificates;
    }

    boolean admits(HttpExchange exchange) {
        return !isGuarded() || hasCertificate(exchange) || hasToken(exchange);
    }

    /** The TLS handshake has verified it; a certificate is only asked for where authorities are set. */
    private boolean hasCertificate(HttpExchange exchange) {
        if (!certificates || !(exchange instanceof HttpsExchange https)) {
            return false;
        }
        try {
            return https.getSSLSession().getPeerCertificates().length > 0;
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    private boolean hasToken(HttpExchange exchange) {
        SecretRef reference = token;
        List<String> given = exchange.getRequestHeaders().get("Authorization");
        if (reference == null || given == null || given.size() != 1) {
            return false;
        }
        byte[] shown = shown(given.get(0));
        byte[] secret = read(reference);
        try {
            return secret.length > 0 && MessageDigest.isEqual(digest(shown), digest(secret));
        } finally {
            Arrays.fill(shown, (byte) 0);
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Of {@code Bearer} the token; of {@code Basic}, which is what browsers can ask for, the password. */
    private static byte[] shown(String authorization) {
        String[] words = authorization.strip().split(" +", 2);
        String scheme = words[0].toLowerCase(Locale.ROOT);
        if (words.length < 2) {
            return new byte[0];
        }
        if (scheme.equals("bearer")) {
            return words[1].getBytes(StandardCharsets.UTF_8);
        }
        if (!scheme.equals("basic")) {
            return new byte[0];
        }
        try {
            byte[] pair = Base64.getDecoder().decode(words[1]);
            int colon = 0;
            while (colon < pair.length && pair[colon] != ':') {
                colon++;
            }
            byte[] password = Arrays.copyOfRange(pair, Math.min(colon + 1, pair.length), pair.length);
            Arrays.fill(pair, (byte) 0);
            return password;
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** Empty, which nothing equals, while it cannot be read. */
    private byte[] read(SecretRef reference) {
        try {
            byte[] secret = reference.read();
            unreadable.set(false);
            return secret;
        } catch (ConfigurationException e) {
            if (!unreadable.getAndSet(true)) {
                LOG.warn("STATUS_TOKEN_UNREADABLE service.status.token: {}; nobody is let in by it", e.getMessage());
            }
            return new byte[0];
        }
    }

    /** Texts of any length become such of one length, which are compared whole. */
    private static byte[] digest(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /** What is asked for. */
    Reply refusal(HttpExchange exchange) {
        if (token == null) {
            return StatusServer.text(403, "A client certificate of service.status.clientCertificates is needed.");
        }
        exchange.getResponseHeaders()
                .put(
                        "WWW-Authenticate",
                        List.of("Bearer realm=\"Passcourier\"", "Basic realm=\"Passcourier\", charset=\"UTF-8\""));
        return StatusServer.text(
                401,
                "The token of service.status.token is needed, as Authorization: Bearer or as the password"
                        + " of any user.");
    }
}
