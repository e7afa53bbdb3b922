package dev.passcourier.provider.keystone;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.provider.TransientFailure;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gets a token of the Identity API v3. The token comes in the header {@code X-Subject-Token}, its end of life as
 * {@code token.expires_at} in the body; a token without a readable one is taken to last an hour. The session ends five
 * minutes earlier, or half-way if the token lives less than ten, and knows the token's project as {@link #PROJECT_ID}.
 */
public final class KeystoneSignIn implements SignIn {

    /** The fact that names the token's project. */
    public static final String PROJECT_ID = "projectId";

    /** The fact that names the address of the compute API, if it was looked for. */
    public static final String API = "api";

    private static final Duration UNKNOWN_LIFETIME = Duration.ofHours(1);
    private static final Duration MARGIN = Duration.ofMinutes(5);
    private static final Pattern HEADER_VALUE = Pattern.compile("[!-~]+");

    private final Tokens tokens;
    private final KeystoneCredential credential;
    private final Function<HttpReply, Answer> faults;
    private final Clock clock;

    /**
     * Where a cloud gives out tokens.
     *
     * @param path        below the {@code sign-in} endpoint
     * @param query       or null
     * @param contentType of the request, as the cloud documents it
     * @param catalogue   whether the compute API's address is looked for in the catalogue that comes with the token
     * @param region      whose address is looked for, or null
     */
    public record Tokens(
            String path,
            @Nullable String query,
            String contentType,
            boolean catalogue,
            @Nullable String region) {

        /** Nobody looks at the catalogue. */
        public Tokens(String path, @Nullable String query, String contentType) {
            this(path, query, contentType, false, null);
        }
    }

    /**
     * For one account.
     *
     * @param faults says what a reply means that is not a token: {@link Answer.Ended} or {@link Answer.Retry}
     */
    public KeystoneSignIn(
            Tokens tokens, KeystoneCredential credential, Function<HttpReply, Answer> faults, Clock clock) {
        this.tokens = tokens;
        this.credential = credential;
        this.faults = faults;
        this.clock = clock;
    }

    @Override
    public SecretRef secret() {
        return credential.secret();
    }

    @Override
    public HttpCall call() throws CannotAskException {
        Map<String, String> headers = Map.of("Content-Type", tokens.contentType(), "Accept", "application/json");
        try {
            return new HttpCall(
                    new RequestLine("POST", tokens.path(), tokens.query()), headers, credential.tokenRequest());
        } catch (ConfigurationException e) {
            throw CannotAskException.secretNotReadable();
        }
    }

    @Override
    public Session read(HttpReply reply) throws CannotAskException {
        if (reply.status() != 201 && reply.status() != 200) {
            throw new CannotAskException(faults.apply(reply));
        }
        String token = reply.header("x-subject-token")
                .map(String::strip)
                .filter(value -> HEADER_VALUE.matcher(value).matches())
                .orElseThrow(() -> new CannotAskException(new Answer.Retry(TransientFailure.FEW, "NO_TOKEN", null)));
        Optional<JsonReply> body = JsonReply.of(reply);
        Map<String, String> facts = new HashMap<>();
        body.flatMap(json -> json.code("token", "project", "id")).ifPresent(id -> facts.put(PROJECT_ID, id));
        if (tokens.catalogue()) {
            body.flatMap(this::computeApi).ifPresent(url -> facts.put(API, url));
        }
        return new Session(token, end(body), facts);
    }

    /** The first public address of the kind {@code compute} in the region. */
    private Optional<String> computeApi(JsonReply body) {
        return body.items("token", "catalog").stream()
                .filter(service ->
                        service.text("type").filter("compute"::equals).isPresent())
                .flatMap(service -> service.items("endpoints").stream())
                .filter(endpoint ->
                        endpoint.text("interface").filter("public"::equals).isPresent())
                .filter(endpoint -> tokens.region() == null
                        || tokens.region()
                                .equals(endpoint.text("region_id")
                                        .or(() -> endpoint.text("region"))
                                        .orElse("")))
                .flatMap(endpoint -> endpoint.text("url").filter(url -> !url.isBlank()).stream())
                .findFirst();
    }

    private Instant end(Optional<JsonReply> body) {
        Instant now = clock.instant();
        Instant expiry = body.flatMap(json -> json.text("token", "expires_at"))
                .flatMap(KeystoneSignIn::instant)
                .filter(now::isBefore)
                .orElse(now.plus(UNKNOWN_LIFETIME));
        Duration half = Duration.between(now, expiry).dividedBy(2);
        return expiry.minus(half.compareTo(MARGIN) < 0 ? half : MARGIN);
    }

    private static Optional<Instant> instant(String rfc3339) {
        try {
            return Optional.of(DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(rfc3339.strip(), Instant::from));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
