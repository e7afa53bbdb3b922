package dev.passcourier.fetch;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.http.ExactHeaders;
import dev.passcourier.http.HttpClients;
import dev.passcourier.http.PemTrust;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.ProviderType;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.Registry;
import org.jspecify.annotations.Nullable;

/**
 * One account's way to its cloud: binds the beans that the provider's route templates name, and instantiates the
 * templates {@code provider-<id>} and, for clouds with a sign-in, {@code sign-in-<id>}. What enters
 * {@code direct:ask.<account>} with a {@link Conversation} leaves it settled.
 */
public final class CloudAccount {

    private static final String API = "api";
    private static final String SIGN_IN = "sign-in";

    private final CamelContext camel;
    private final String account;
    private final String provider;
    private final Map<String, URI> endpoints;
    private final @Nullable SessionKeeper sessions;

    private CloudAccount(
            CamelContext camel,
            String account,
            String provider,
            Map<String, URI> endpoints,
            @Nullable SessionKeeper sessions) {
        this.camel = camel;
        this.account = account;
        this.provider = provider;
        this.endpoints = endpoints;
        this.sessions = sessions;
    }

    /** Binds the beans that all accounts share: {@code http-call}, {@code http-reply}, {@code http-failure}. */
    public static void bindShared(Registry registry) {
        registry.bind("http-call", new HttpCallStep());
        registry.bind("http-reply", new HttpReplyStep());
        registry.bind("http-failure", new HttpFailureStep());
        registry.bind("exact-headers", new ExactHeaders());
    }

    /**
     * Binds one account's own beans: {@code <account>-ask}, {@code -answer} and {@code -client}.
     *
     * @param connections requests in hand at once
     * @param trust       PEM file of the certificate authorities to trust, or null for the platform's
     */
    public static CloudAccount bind(
            CamelContext camel, ProviderType type, AccountSettings settings, int connections, @Nullable Path trust)
            throws ConfigurationException {
        String account = settings.account();
        CloudProtocol protocol = type.protocol(settings);
        SessionKeeper sessions = protocol.signIn()
                .map(signIn -> new SessionKeeper(
                        account, signIn, call -> throughRoute(camel, account, call), settings.clock()))
                .orElse(null);
        Registry registry = camel.getRegistry();
        registry.bind(account + "-ask", new AskStep(protocol, sessions));
        registry.bind(account + "-answer", new AnswerStep(protocol, sessions));
        registry.bind(account + "-client", new HttpClients(connections, PemTrust.context(trust)));
        return new CloudAccount(camel, account, type.id(), type.endpoints(settings), sessions);
    }

    /** Adds the account's instances of its provider's route templates, which must have been loaded. */
    public void addRoutes() throws Exception {
        TemplatedRouteBuilder.builder(camel, "provider-" + provider)
                .routeId("ask." + account)
                .parameter("account", account)
                .parameter(API, baseUrl(API))
                .add();
        if (sessions != null) {
            TemplatedRouteBuilder.builder(camel, "sign-in-" + provider)
                    .routeId("sign-in." + account)
                    .parameter("account", account)
                    .parameter(SIGN_IN, baseUrl(SIGN_IN))
                    .add();
        }
    }

    /** Ends the session at clouds that count them. */
    public void signOut() {
        if (sessions != null) {
            sessions.signOut();
        }
    }

    private String baseUrl(String name) {
        URI endpoint = endpoints.get(name);
        if (endpoint == null) {
            throw new IllegalStateException("provider " + provider + " names no endpoint " + name);
        }
        return endpoint.toString();
    }

    private static Object throughRoute(CamelContext camel, String account, Object call) {
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            return template.sendBody("direct:sign-in." + account, ExchangePattern.InOut, call);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
