package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.fetch.Attempt;
import dev.passcourier.fetch.CloudAccount;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.HttpClients;
import dev.passcourier.http.PemTrust;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.sandbox.Call;
import dev.passcourier.sandbox.KeyPairs;
import dev.passcourier.sandbox.SandboxCloud;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.SignInCloud;
import dev.passcourier.vault.LockedSecret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** A provider's routes with three accounts: one as it should be, one with a wrong secret, one that does not wait. */
public final class ProviderBench implements AutoCloseable {

    static final String ACCOUNT = "proper";
    static final String WRONG_SECRET = "wrong-secret";
    static final String IMPATIENT = "impatient";

    /** Longer than any token lives. */
    private static final Duration ALL_OVER = Duration.ofHours(25);

    private static final Timeout IMPATIENCE = Timeout.ofMilliseconds(400);

    private final ProviderContract contract;
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final List<CloudAccount> accounts;
    private final CallsInHand calls = new CallsInHand();
    private final CloudProtocol protocol;
    private final ProducerTemplate producer;

    ProviderBench(ProviderContract contract, Path folder) throws Exception {
        this.contract = contract;
        String right = reference(folder.resolve("right"), contract.secret());
        String wrong = reference(
                folder.resolve("wrong"),
                new StringBuilder(contract.secret()).reverse().toString());
        CloudAccount.bindShared(camel.getRegistry());
        protocol = contract.provider().protocol(settings(ACCOUNT, right));
        HttpClientConfigurer client = new HttpClients(8, PemTrust.context(null), calls);
        accounts = List.of(
                account(ACCOUNT, right, client),
                account(WRONG_SECRET, wrong, client),
                account(IMPATIENT, right, impatient(client)));
        // As bin/passcourier says; in the source, here.
        Path home = Path.of(System.getProperty("passcourier.home", "")).resolve("routes");
        List<String> routes = new ArrayList<>(
                List.of("file:" + home.resolve("call.camel.yaml"), "file:" + home.resolve("sign-in.camel.yaml")));
        List<String> own = ProviderCatalog.templates(List.of(contract.provider()));
        routes.addAll(
                own.isEmpty()
                        ? List.of("file:"
                                + home.resolve("provider/" + contract.provider().id() + ".camel.yaml"))
                        : own);
        for (String route : routes) {
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.resolveMandatoryResource(camel, route));
        }
        for (CloudAccount account : accounts) {
            account.addRoutes();
        }
        camel.start();
        producer = camel.createProducerTemplate();
    }

    /** The cloud. */
    public SandboxCloud cloud() {
        return contract.cloud();
    }

    /** The cloud as one with tokens or sessions. */
    public SignInCloud signIns() {
        return (SignInCloud) contract.cloud();
    }

    /** Calls to the API so far; sign-in calls are not among them. */
    public List<Call> calls() {
        return contract.cloud().calls();
    }

    /** Adds an instance that has a password. */
    public SandboxInstance instance(String password) {
        return contract.addInstance(contract.newId(), password);
    }

    /** A password not used before, marked as one of ours. */
    public String canary() {
        return "canary-" + UUID.randomUUID();
    }

    /** Asks for an instance's password, with the account as it should be. */
    public Answer ask(String instance) {
        return ask(ACCOUNT, instance);
    }

    /** Asks for a new instance's password, which the cloud would hand out if it did not misbehave. */
    public Answer askForAny() {
        return ask(instance(canary()).id());
    }

    Answer ask(String account, String instance) {
        PasswordRequest request = new PasswordRequest(
                "r-" + UUID.randomUUID(),
                account,
                instance,
                contract.parameters(),
                null,
                List.of("inbox"),
                null,
                null,
                null);
        Instant now = contract.clock.instant();
        Origin origin = new Origin(Origin.Source.JMS, "ID:" + request.id(), null, null, 0);
        Attempt attempt = new Attempt(new FetchWork(request, origin, now, now.plusSeconds(600), 1, 0));
        Exchange exchange = new DefaultExchange(camel);
        attempt.variables().forEach(exchange::setVariable);
        while (attempt.isOpen()) {
            exchange = producer.send("direct:ask." + account, exchange);
            if (exchange.getException() != null) {
                throw new AssertionError(exchange.getException());
            }
        }
        return attempt.answer();
    }

    /** Does what the vault does, the plain way. */
    public String open(Answer answer) throws IOException {
        assertThat(answer).isInstanceOf(Answer.Found.class);
        LockedSecret secret = ((Answer.Found) answer).secret();
        if (secret instanceof LockedSecret.Encrypted encrypted) {
            String base64 = new String(encrypted.base64(), StandardCharsets.US_ASCII);
            return KeyPairs.open(base64, KeyPairs.RSA.getPrivate());
        }
        LockedSecret.InClear clear = (LockedSecret.InClear) secret;
        JsonNode node = new ObjectMapper().readTree(clear.body());
        for (String name : clear.pointers().get(0)) {
            node = node.path(name);
        }
        return node.asText();
    }

    /** Ends every token and session by time. */
    public void growOld() {
        contract.clock.advance(ALL_OVER);
    }

    /** Signs all accounts out, as at the stop of the service. */
    public void signOut() {
        accounts.forEach(CloudAccount::signOut);
    }

    Answer withoutPassword() {
        return contract.withoutPassword();
    }

    @Nullable
    Duration waitWhenThrottled() {
        return contract.waitWhenThrottled();
    }

    String unknownId() {
        return contract.newId();
    }

    CloudProtocol protocol() {
        return protocol;
    }

    /** The cloud behaves again, no session is left, and no refusal is remembered. */
    void reset() {
        cloud().script().clear();
        if (cloud() instanceof SignInCloud) {
            signIns().signInScript().clear();
        }
        growOld();
    }

    @Override
    public void close() {
        camel.stop();
    }

    private CloudAccount account(String name, String secret, HttpClientConfigurer client) throws Exception {
        return new CloudAccount(camel, contract.provider(), settings(name, secret), client, calls);
    }

    private AccountSettings settings(String name, String secret) throws IOException {
        return new AccountSettings(name, new ObjectMapper().readTree(contract.settings(secret)), contract.clock);
    }

    private static HttpClientConfigurer impatient(HttpClientConfigurer patient) {
        return builder -> {
            patient.configureHttpClient(builder);
            builder.setDefaultRequestConfig(
                    RequestConfig.custom().setResponseTimeout(IMPATIENCE).build());
        };
    }

    private static String reference(Path file, String secret) {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, secret);
            return "{{file:" + file + "}}";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
