package dev.passcourier.provider.zstack;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.request.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Logs in by account: {@code PUT /v1/accounts/login}. The session's dates come in a form that changes with the server's
 * locale and Java version, so they are not read: a session is taken to last the server's default of two hours, and a
 * server set up otherwise says so by {@code ID.1001}.
 */
final class ZStackSignIn implements SignIn {

    static final Duration LIFETIME = Duration.ofHours(2);
    static final Duration RENEWED_BEFORE_END = Duration.ofMinutes(5);

    private static final Pattern SESSION_ID = Pattern.compile("[0-9a-f]{32}");
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final ZStackSettings.SessionAuth auth;
    private final ZStackFaults faults;
    private final Clock clock;

    ZStackSignIn(ZStackSettings.SessionAuth auth, ZStackFaults faults, Clock clock) {
        this.auth = auth;
        this.faults = faults;
        this.clock = clock;
    }

    @Override
    public SecretRef secret() {
        return auth.password();
    }

    @Override
    public HttpCall call() throws CannotAskException {
        return new HttpCall(
                new RequestLine("PUT", "/v1/accounts/login", null),
                Map.of("Content-Type", "application/json;charset=UTF-8"),
                body());
    }

    @Override
    public Session read(HttpReply reply) throws CannotAskException {
        if (reply.status() != 200) {
            throw new CannotAskException(refusal(faults.of(reply)));
        }
        String id = JsonReply.of(reply)
                .flatMap(json -> json.text("inventory", "uuid"))
                .filter(text -> SESSION_ID.matcher(text).matches())
                .orElseThrow(() -> new CannotAskException(HttpFault.unreadable()));
        return new Session(id, clock.instant().plus(LIFETIME).minus(RENEWED_BEFORE_END), Map.of());
    }

    /** Sessions count against a limit of 500 per user, so they are given back. */
    @Override
    public Optional<HttpCall> signOut(Session session) {
        return Optional.of(
                new HttpCall(new RequestLine("DELETE", "/v1/accounts/sessions/" + session.token(), null), Map.of()));
    }

    private static Answer refusal(Answer answer) {
        return answer instanceof Answer.Renew renew ? new Answer.Ended(Verdict.DENIED, renew.code()) : answer;
    }

    private byte[] body() throws CannotAskException {
        byte[] hash = hash(auth.password());
        try {
            String account = String.valueOf(JsonStringEncoder.getInstance().quoteAsString(auth.account()));
            byte[] head = ("{\"logInByAccount\":{\"accountName\":\"" + account + "\",\"password\":\"")
                    .getBytes(StandardCharsets.UTF_8);
            byte[] tail = "\"}}".getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(head.length + hash.length + tail.length)
                    .put(head)
                    .put(hash)
                    .put(tail)
                    .array();
        } finally {
            Arrays.fill(hash, (byte) 0);
        }
    }

    private static byte[] hash(SecretRef password) throws CannotAskException {
        try {
            byte[] clear = password.read();
            try {
                return sha512(clear);
            } finally {
                Arrays.fill(clear, (byte) 0);
            }
        } catch (ConfigurationException e) {
            throw CannotAskException.secretNotReadable();
        }
    }

    /** Lower-case hex as ASCII bytes. It is as good as the password here, so it never becomes a {@code String}. */
    static byte[] sha512(byte[] clear) {
        byte[] digest = digest(clear);
        byte[] hex = new byte[digest.length * 2];
        for (int i = 0; i < digest.length; i++) {
            hex[2 * i] = HEX[(digest[i] >> 4) & 0xF];
            hex[2 * i + 1] = HEX[digest[i] & 0xF];
        }
        Arrays.fill(digest, (byte) 0);
        return hex;
    }

    private static byte[] digest(byte[] clear) {
        try {
            return MessageDigest.getInstance("SHA-512").digest(clear);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-512", e);
        }
    }
}
