package dev.passcourier.provider.tencentgse;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.JsonReply.Presence;
import dev.passcourier.provider.RefusedSecrets;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GetInstanceAccess}: a signed {@code POST /} with fleet and instance in a JSON body. The cloud answers 200 for
 * success and failure alike. {@code Secret} is a private key or a password in clear, the documentation contradicts
 * itself; the vault tells them apart.
 */
final class InstanceAccessProtocol implements CloudProtocol {

    private static final String CONTENT_TYPE = "application/json; charset=utf-8";
    private static final List<String> SECRET = List.of("Response", "InstanceAccess", "Credentials", "Secret");
    private static final int LONGEST_USER_NAME = 128;

    private final TencentGseSettings settings;
    private final String host;
    private final Credentials credentials;
    private final Clock clock;
    private final TencentFaults faults;
    private final RefusedSecrets refused;

    InstanceAccessProtocol(TencentGseSettings settings, Clock clock) throws ConfigurationException {
        this.settings = settings;
        this.host = settings.base().getAuthority();
        this.credentials = new Credentials(settings.secretId(), settings.secretKey(), settings.token());
        this.clock = clock;
        this.faults = new TencentFaults(clock);
        this.refused = new RefusedSecrets(credentials::secrets, clock);
    }

    @Override
    public Optional<Answer.Ended> refusal() {
        return refused.latest();
    }

    @Override
    public HttpCall authorize(PasswordRequest request, RequestLine line, @Nullable Session session)
            throws CannotAskException {
        String fleet = request.parameters().getOrDefault("fleetId", "");
        if (fleet.isBlank()) {
            throw new CannotAskException(new Answer.Ended(Verdict.REFUSED, "PARAMETER_FLEETID"));
        }
        refused.demandNotRefused(request);
        byte[] body = "{\"FleetId\":\"%s\",\"InstanceId\":\"%s\"}"
                .formatted(quoted(fleet), quoted(request.instance()))
                .getBytes(StandardCharsets.UTF_8);
        try {
            return new HttpCall(line, headers(clock.instant(), body), body);
        } catch (ConfigurationException e) {
            throw CannotAskException.secretNotReadable();
        }
    }

    @Override
    public Answer read(PasswordRequest request, HttpReply reply) {
        if (reply.status() != 200) {
            return HttpFault.of(reply, clock);
        }
        return JsonReply.of(reply, Set.of("Secret"))
                .filter(json -> json.isObject("Response"))
                .map(json -> read(request, json, reply))
                .orElseGet(HttpFault::unreadable);
    }

    private Answer read(PasswordRequest request, JsonReply json, HttpReply reply) {
        if (json.presence("Response", "Error") == Presence.PRESENT) {
            Answer answer = faults.of(request, json, reply);
            return answer instanceof Answer.Ended ended && TencentFaults.isAboutKeys(ended)
                    ? refused.refuse(request, ended)
                    : answer;
        }
        refused.taken();
        if (json.presence(SECRET.toArray(String[]::new)) != Presence.PRESENT) {
            return new Answer.NotYet("NO_SECRET_YET");
        }
        return new Answer.Found(new LockedSecret.InClear(reply.body(), List.of(SECRET)), "detect", userName(json));
    }

    private static @Nullable String userName(JsonReply json) {
        return json.text("Response", "InstanceAccess", "Credentials", "UserName")
                .filter(name -> !name.isBlank() && name.length() <= LONGEST_USER_NAME)
                .filter(name -> name.chars().noneMatch(Character::isISOControl))
                .orElse(null);
    }

    private Map<String, String> headers(Instant now, byte[] body) throws ConfigurationException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", CONTENT_TYPE);
        headers.put("X-TC-Action", "GetInstanceAccess");
        headers.put("X-TC-Version", "2019-11-12");
        headers.put("X-TC-Region", settings.region());
        headers.put("X-TC-Timestamp", Long.toString(now.getEpochSecond()));
        Map<String, String> signed = Map.of("content-type", CONTENT_TYPE, "host", host);
        headers.put("Authorization", credentials.authorization(now, signed, body));
        credentials.tokenText().ifPresent(token -> headers.put("X-TC-Token", token));
        if (settings.language() != null) {
            headers.put("X-TC-Language", settings.language());
        }
        return headers;
    }

    private static String quoted(String id) {
        return String.valueOf(JsonStringEncoder.getInstance().quoteAsString(id));
    }
}
