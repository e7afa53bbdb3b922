package dev.passcourier.provider.huaweiecs;

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
import dev.passcourier.provider.keystone.KeystoneSignIn;
import dev.passcourier.request.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Learns the id of the region's project where only access keys are configured: {@code GET /v3/projects?name=<region>}.
 * The session that comes of it has no token, and lasts.
 */
record ProjectLookup(String region, SdkHmacSigner signer, HuaweiFaults faults, Clock clock) implements SignIn {

    private static final String PATH = "/v3/projects";
    private static final Duration LIFETIME = Duration.ofDays(365);

    @Override
    public SecretRef secret() {
        return signer.keys().secretKey();
    }

    @Override
    public HttpCall call() throws CannotAskException {
        SortedMap<String, String> query = new TreeMap<>(Map.of("name", region));
        Map<String, String> headers =
                new HashMap<>(Map.of("Accept", "application/json", "Content-Type", "application/json"));
        try {
            headers.putAll(signer.headers("GET", PATH, query, null));
        } catch (ConfigurationException e) {
            throw CannotAskException.secretNotReadable();
        }
        return new HttpCall(new RequestLine("GET", PATH, SdkSignature.encode(query)), headers);
    }

    @Override
    public Session read(HttpReply reply) throws CannotAskException {
        if (reply.status() != 200) {
            throw new CannotAskException(faults.ofSignIn(reply));
        }
        JsonReply json = JsonReply.of(reply).orElseThrow(() -> new CannotAskException(HttpFault.unreadable()));
        List<JsonReply> projects = json.items("projects");
        if (projects.size() != 1) {
            String code = projects.isEmpty() ? "NO_PROJECT" : "MANY_PROJECTS";
            throw new CannotAskException(new Answer.Ended(Verdict.FAILED, code));
        }
        String id = projects.get(0)
                .code("id")
                .orElseThrow(() -> new CannotAskException(new Answer.Ended(Verdict.FAILED, "NO_PROJECT")));
        return new Session("", clock.instant().plus(LIFETIME), Map.of(KeystoneSignIn.PROJECT_ID, id));
    }
}
