package dev.passcourier.fetch;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.ExactHeaders;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.ProviderType;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.spi.Registry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One account's way to its cloud: its provider's route {@code direct:ask.<account>}, which settles an {@link Attempt} or
 * leaves it open to be asked again, and the route template {@code call} once for each endpoint.
 */
public final class CloudAccount {

    private static final Logger LOG = LoggerFactory.getLogger(CloudAccount.class);
    private static final String API = "api";
    private static final String SIGN_IN = "sign-in";

    private final CamelContext camel;
    private final String account;
    private final String provider;
    private final HttpClientConfigurer client;
    private final CallsInHand calls;
    private final Map<String, URI> endpoints;
    private final Map<String, String> routeParameters;
    private final CloudProtocol protocol;
    private final @Nullable SessionKeeper sessions;

    /**
     * Of settings that were checked.
     *
     * @param client sets up the HTTP client for all calls
     * @param calls  where that client notes them while they are under way
     * @throws ConfigurationException if a secret or file that the settings name cannot be used
     */
    public CloudAccount(
            CamelContext camel,
            ProviderType type,
            AccountSettings settings,
            HttpClientConfigurer client,
            CallsInHand calls)
            throws ConfigurationException {
        this.camel = camel;
        this.account = settings.account();
        this.provider = type.id();
        this.client = client;
        this.calls = calls;
        this.endpoints = type.endpoints(settings);
        this.routeParameters = type.routeParameters(settings);
        this.protocol = type.protocol(settings);
        this.sessions = protocol.signIn()
                .map(signIn -> new SessionKeeper(account, signIn, settings.clock()))
                .orElse(null);
    }

    /** Binds the bean that all calls share: {@code exact-headers}. */
    public static void bindShared(Registry registry) {
        registry.bind("exact-headers", new ExactHeaders());
    }

    /** Adds the account's routes; the templates must have been loaded. */
    public void addRoutes() throws Exception {
        SignInStep signIn = new SignInStep(protocol, sessions);
        addCall(account, API, new HttpCallStep(protocol), this::read);
        if (sessions != null) {
            addCall(signInCall(), SIGN_IN, new HttpCallStep(null), signIn::signedIn);
            addCall(signOutCall(), SIGN_IN, new HttpCallStep(null), this::signedOut);
        }
        TemplatedRouteBuilder.builder(camel, SIGN_IN)
                .routeId(SIGN_IN + "." + account)
                .parameter("account", account)
                .bean("session", signIn)
                .add();
        TemplatedRouteBuilder.builder(camel, "provider-" + provider)
                .routeId("ask." + account)
                .parameter("account", account)
                .parameters(new HashMap<>(routeParameters))
                .add();
    }

    /** Settles the attempt with what the reply means, or keeps it open. */
    private void read(Exchange exchange, @Nullable HttpReply reply, String failure) {
        Attempt attempt = exchange.getVariable(Attempt.VARIABLE, Attempt.class);
        if (reply == null) {
            attempt.settle(HttpReplyStep.retry(failure, ""));
        } else {
            attempt.read(reply, protocol, sessions);
        }
    }

    private void addCall(String name, String endpoint, HttpCallStep authorize, HttpReplyStep.Receiver receiver)
            throws Exception {
        URI url = endpoints.get(endpoint);
        if (url == null) {
            throw new IllegalStateException("provider " + provider + " names no endpoint " + endpoint);
        }
        TemplatedRouteBuilder.builder(camel, "call")
                .routeId("call." + name)
                .parameter("name", name)
                .parameter("endpoint", url.toString())
                .bean("authorize", authorize)
                .bean("reply", new HttpReplyStep(receiver, calls))
                .bean("client", client)
                .add();
    }

    /** Whether its cloud gives out sessions, or is asked by signed calls only. */
    boolean signsIn() {
        return sessions != null;
    }

    /** How the cloud refused the latest sign-in or signature, with the time until which it is not tried again, if it did. */
    Optional<Answer.Ended> refusedSignIn() {
        return Optional.ofNullable(sessions).flatMap(SessionKeeper::refusal).or(protocol::refusal);
    }

    /** Ends the session at clouds that count them. Never fails: the service is stopping. */
    public void signOut() {
        HttpCall call = sessions == null ? null : sessions.signOut();
        if (call == null) {
            return;
        }
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            template.sendBody("direct:call." + signOutCall(), call);
        } catch (IOException | RuntimeException e) {
            LOG.warn("SIGN_OUT_FAILED account {}: {}", account, e.getClass().getName());
        }
    }

    private void signedOut(Exchange exchange, @Nullable HttpReply reply, String failure) {
        if (reply == null) {
            LOG.warn("SIGN_OUT_FAILED account {}: {}", account, failure);
        }
    }

    /** A dot is in no account's name. */
    private String signInCall() {
        return account + "." + SIGN_IN;
    }

    private String signOutCall() {
        return account + ".sign-out";
    }
}
