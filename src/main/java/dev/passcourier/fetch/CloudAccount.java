package dev.passcourier.fetch;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.fetch.CloudObserver.Operation;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.ExactHeaders;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.provider.Session;
import dev.passcourier.request.Advice;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
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
    private static final String ASK = "ask.";
    private static final String ASK_CLEAR = "ask-clear.";

    /** The route files that calls to a cloud need, beside its provider's. */
    private static final List<String> CALLS = List.of("call", "sign-in");

    private final CamelContext camel;
    private final String account;
    private final String provider;
    private final boolean clears;
    private final HttpClientConfigurer client;
    private final CallsInHand calls;
    private final Map<String, URI> endpoints;
    private final Map<String, String> routeParameters;
    private final CloudProtocol protocol;
    private final @Nullable SessionKeeper sessions;
    private final HttpCallStep.Turn turn;
    private final Clock clock;
    private CloudObserver observer = CloudObserver.NONE;

    /** The same for one that may be asked at any time. */
    public CloudAccount(
            CamelContext camel,
            ProviderType type,
            AccountSettings settings,
            HttpClientConfigurer client,
            CallsInHand calls)
            throws ConfigurationException {
        this(camel, type, settings, client, calls, HttpCallStep.Turn.ANY_TIME);
    }

    /**
     * Of settings that were checked.
     *
     * @param client sets up the HTTP client for all calls
     * @param calls  where that client notes them while they are under way
     * @param turn   what every call but those that sign in and out waits for
     * @throws ConfigurationException if a secret or file that the settings name cannot be used
     */
    CloudAccount(
            CamelContext camel,
            ProviderType type,
            AccountSettings settings,
            HttpClientConfigurer client,
            CallsInHand calls,
            HttpCallStep.Turn turn)
            throws ConfigurationException {
        this.camel = camel;
        this.account = settings.account();
        this.provider = type.id();
        this.clears = type.clears();
        this.client = client;
        this.calls = calls;
        this.turn = turn;
        this.clock = settings.clock();
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

    /**
     * A Camel that has the templates of cloud calls and nothing else. Whoever opens it closes it.
     *
     * @param routes   the folder that holds the route files
     * @param provider id of the one provider to be asked, or {@code *} for all
     * @throws ConfigurationException if they cannot be read
     */
    static DefaultCamelContext camel(Path routes, String provider) throws ConfigurationException {
        DefaultCamelContext camel = new DefaultCamelContext();
        bindShared(camel.getRegistry());
        try {
            for (String pattern : Stream.concat(CALLS.stream(), Stream.of("provider/" + provider))
                    .toList()) {
                for (var file : PluginHelper.getPackageScanResourceResolver(camel)
                        .findResources("file:" + routes.toRealPath() + "/" + pattern + ".camel.yaml")) {
                    PluginHelper.getRoutesLoader(camel).loadRoutes(file);
                }
            }
            for (String template :
                    ProviderCatalog.templates(ProviderCatalog.find().values())) {
                PluginHelper.getRoutesLoader(camel)
                        .loadRoutes(PluginHelper.getResourceLoader(camel).resolveResource(template));
            }
            camel.start();
        } catch (Exception e) {
            camel.stop();
            throw new ConfigurationException(routes + ": its files cannot be loaded; validate says why");
        }
        return camel;
    }

    /** What its cloud is asked for. */
    Set<Operation> operations() {
        Set<Operation> operations = EnumSet.of(Operation.PASSWORD);
        if (clears) {
            operations.add(Operation.CLEAR);
        }
        if (sessions != null) {
            operations.addAll(EnumSet.of(Operation.SIGN_IN, Operation.SIGN_OUT));
        }
        return operations;
    }

    /** Who is told of calls from now on. */
    void observe(CloudObserver who) {
        observer = who;
    }

    /** Adds the account's routes; the templates must have been loaded. */
    public void addRoutes() throws Exception {
        if (sessions != null) {
            sessions.goOn();
        }
        SignInStep signIn = new SignInStep(protocol, sessions);
        addCall(account, API, new HttpCallStep(protocol, turn, clock), this::read, this::operation);
        if (sessions != null) {
            addCall(signInCall(), SIGN_IN, new HttpCallStep(clock), signIn::signedIn, exchange -> Operation.SIGN_IN);
            addCall(signOutCall(), SIGN_IN, new HttpCallStep(clock), this::signedOut, exchange -> Operation.SIGN_OUT);
        }
        TemplatedRouteBuilder.builder(camel, SIGN_IN)
                .routeId(SIGN_IN + "." + account)
                .parameter("account", account)
                .bean("session", signIn)
                .add();
        addAsk("provider-", ASK);
        if (clears) {
            addAsk("clear-", ASK_CLEAR);
        }
    }

    /** Ids of the routes that {@link #addRoutes} adds, each before those it leads to. */
    List<String> routes() {
        List<String> routes = new ArrayList<>(List.of(ASK + account));
        if (clears) {
            routes.add(ASK_CLEAR + account);
        }
        routes.add(SIGN_IN + "." + account);
        routes.add("call." + account);
        if (sessions != null) {
            routes.add("call." + signInCall());
            routes.add("call." + signOutCall());
        }
        return routes;
    }

    private void addAsk(String template, String name) throws Exception {
        TemplatedRouteBuilder.builder(camel, template + provider)
                .routeId(name + account)
                .parameter("account", account)
                .parameters(new HashMap<>(routeParameters))
                .add();
    }

    /** Asks for the password, once more if the session had to be renewed. Afterwards the answer is known. */
    void ask(Attempt attempt) throws Exception {
        send(ASK, attempt);
    }

    /**
     * Has the cloud forget the password, once more if the session had to be renewed. Afterwards the answer is known:
     * {@link Answer.Cleared}, or why not.
     */
    void clear(Attempt attempt) throws Exception {
        if (clears) {
            send(ASK_CLEAR, attempt);
        } else {
            attempt.settleUnasked(new Answer.Ended(Verdict.REFUSED, Clearing.NO_CALL));
        }
    }

    /**
     * Where the API is, as the sign-in says.
     *
     * @throws ConfigurationException if it does not say, or the cloud takes no sign-in
     */
    String api() throws Exception {
        Attempt attempt = new Attempt(new FetchWork(
                PasswordRequest.ofCommand("catalogue", account, "none", Map.of(), null, "none"),
                new Origin(Origin.Source.CLI, "catalogue", null, null, 0),
                Instant.EPOCH,
                Instant.EPOCH,
                1,
                0));
        sendOnce("sign-in.", attempt);
        String said = attempt.said().isEmpty() ? "" : " '" + attempt.said() + "'";
        if (attempt.answered() instanceof Answer.Ended ended) {
            throw new ConfigurationException(
                    ended.verdict() + " " + ended.code() + said + ": " + Advice.on(ended.verdict(), ended.code()));
        }
        if (attempt.answered() instanceof Answer.Retry retry) {
            throw new ConfigurationException("the sign-in does not work now: " + retry.code() + said);
        }
        Session session = attempt.session();
        return Optional.ofNullable(session)
                .map(known -> known.facts().get("api"))
                .orElseThrow(() -> new ConfigurationException(
                        "the sign-in names no compute API (in this region); name it with --endpoint"));
    }

    /** As the loop of the fetch route does. */
    private void send(String route, Attempt attempt) throws Exception {
        do {
            sendOnce(route, attempt);
        } while (attempt.isOpen() && !attempt.halts());
    }

    private void sendOnce(String route, Attempt attempt) throws Exception {
        Exchange exchange = new DefaultExchange(camel, ExchangePattern.InOut);
        attempt.variables().forEach(exchange::setVariable);
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            template.send("direct:" + route + account, exchange);
        }
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
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

    private Operation operation(Exchange exchange) {
        return exchange.getVariable(Attempt.VARIABLE, Attempt.class).clears() ? Operation.CLEAR : Operation.PASSWORD;
    }

    private void addCall(
            String name,
            String endpoint,
            HttpCallStep authorize,
            HttpReplyStep.Receiver receiver,
            Function<Exchange, Operation> operation)
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
                .bean("reply", new HttpReplyStep(observed(receiver, authorize, operation), calls))
                .bean("client", client)
                .add();
    }

    private HttpReplyStep.Receiver observed(
            HttpReplyStep.Receiver receiver, HttpCallStep call, Function<Exchange, Operation> operation) {
        return (exchange, reply, failure) -> {
            Duration took = call.sinceSent(exchange);
            observer.called(operation.apply(exchange), reply == null ? 0 : reply.status(), took);
            receiver.receive(exchange, reply, failure);
        };
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
