package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.MovableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionKeeperTest {

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-21T08:00:00Z"), ZoneOffset.UTC);
    private final AtomicInteger calls = new AtomicInteger();
    private final byte[] credentials = {1, 2, 3};
    private volatile HttpReply reply = new HttpReply(201, Map.of(), new byte[0]);
    private volatile String failure = "";
    private Path secret;
    private final SessionKeeper keeper = new SessionKeeper("lab", new PretendSignIn(), clock);

    @TempDir
    Path directory;

    @BeforeEach
    void writeSecret() throws Exception {
        secret = Files.createFile(
                directory.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, "mistyped");
    }

    @Test
    void manyThreadsShareOneSignIn() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Session>> asks = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                asks.add(this::current);
            }
            Set<Session> sessions = new HashSet<>();
            for (Future<Session> session : threads.invokeAll(asks)) {
                sessions.add(session.get());
            }
            assertThat(sessions).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    void aSessionIsKeptUntilItsEnd() throws Exception {
        Session first = current();
        clock.advance(Duration.ofMinutes(59));
        assertThat(current()).isSameAs(first);
        clock.advance(Duration.ofMinutes(1));
        assertThat(current()).isNotSameAs(first);
    }

    @Test
    void forgettingAStaleSessionDoesNotForgetTheOneThatReplacedIt() throws Exception {
        Session stale = current();
        keeper.forget(stale);
        Session fresh = current();
        keeper.forget(stale);
        assertThat(current()).isSameAs(fresh);
    }

    @Test
    void refusedCredentialsAreNotTriedAgainForFiveMinutes() throws Exception {
        reply = new HttpReply(401, Map.of(), new byte[0]);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(this::current).isInstanceOf(CannotAskException.class);
        }
        assertThat(calls).hasValue(1);
        clock.advance(Duration.ofMinutes(5));
        reply = new HttpReply(201, Map.of(), new byte[0]);
        assertThat(current()).isNotNull();
    }

    @Test
    void aSecretThatWasMendedIsTriedAtOnceAndOnce() throws Exception {
        reply = new HttpReply(401, Map.of(), new byte[0]);
        assertThatThrownBy(this::current).isInstanceOf(CannotAskException.class);
        assertThat(keeper.refusal())
                .contains(new Answer.Ended(
                        Verdict.DENIED, "IAM_401", clock.instant().plus(Duration.ofMinutes(5))));

        Files.writeString(secret, "mistyped\n");
        assertThatThrownBy(this::current).isInstanceOf(CannotAskException.class);
        assertThat(calls).as("a line break is no part of it").hasValue(1);

        Files.writeString(secret, "mistyped again");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(this::current)
                    .isInstanceOfSatisfying(CannotAskException.class, refused -> assertThat(refused.answer())
                            .isInstanceOfSatisfying(Answer.Ended.class, ended -> assertThat(ended.until())
                                    .isEqualTo(clock.instant().plus(Duration.ofMinutes(5)))));
        }
        assertThat(calls).hasValue(2);

        Files.writeString(secret, "right");
        reply = new HttpReply(201, Map.of(), new byte[0]);
        assertThat(current()).isNotNull();
        assertThat(keeper.refusal()).isEmpty();
    }

    @Test
    void anUnreachableSignInIsTriedAgainAtOnce() throws Exception {
        reply = null;
        failure = "TIMEOUT";
        assertThatThrownBy(this::current)
                .isInstanceOfSatisfying(CannotAskException.class, refused -> assertThat(refused.answer())
                        .isInstanceOfSatisfying(Answer.Retry.class, retry -> assertThat(retry.code())
                                .isEqualTo("SIGN_IN_TIMEOUT")));
        reply = new HttpReply(201, Map.of(), new byte[0]);
        assertThat(current()).isNotNull();
    }

    @Test
    void whoeverAsksWhileAnotherSignsInWaitsForTheSession() throws Exception {
        assertThat(keeper.enter("first")).isNull();
        CompletableFuture<Session> second = CompletableFuture.supplyAsync(() -> keeper.enter("second"));
        keeper.call("first");
        assertThat(second).isNotDone();

        Session fresh = keeper.signedIn("first", reply, failure);

        assertThat(second).succeedsWithin(Duration.ofSeconds(10)).isSameAs(fresh);
    }

    @Test
    void nobodySignsInAnyMoreOnceTheServiceStops() throws Exception {
        assertThat(keeper.enter("first")).isNull();
        CompletableFuture<Void> stop = CompletableFuture.runAsync(keeper::signOut);

        await().untilAsserted(() -> assertThatThrownBy(() -> keeper.call("first"))
                .as("while the stop still waits for the turn")
                .isInstanceOf(CannotAskException.class));

        assertThat(stop).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void theTurnOfOneWhoLeavesGoesToTheNextOnceOnly() throws Exception {
        assertThat(keeper.enter("first")).isNull();
        keeper.leave("first");
        assertThat(keeper.enter("second")).isNull();
        keeper.leave("first");
        CompletableFuture<Session> third = CompletableFuture.supplyAsync(() -> keeper.enter("third"));
        keeper.call("second");
        assertThat(third).isNotDone();
        keeper.signedIn("second", reply, failure);

        assertThat(third).succeedsWithin(Duration.ofSeconds(10)).isNotNull();
    }

    @Test
    void theCredentialsInTheCallAreWiped() throws Exception {
        Exchange exchange = signingIn();
        step().signedIn(exchange, reply, "");

        assertThat(credentials).containsOnly(0);
        assertThat(attempt(exchange).session()).isNotNull();
        assertThat(attempt(exchange).isOpen()).isTrue();
    }

    @Test
    void aRouteThatEndsBeforeTheReplyLeavesNothingBehind() throws Exception {
        Exchange exchange = signingIn();
        exchange.getExchangeExtension().handoverCompletions().forEach(each -> each.onFailure(exchange));

        assertThat(credentials).containsOnly(0);
        assertThat(current()).isNotNull();
    }

    private SignInStep step() {
        return new SignInStep(new PretendProtocol(), keeper);
    }

    @Test
    void theSessionIsGivenBackAtTheEnd() throws Exception {
        current();
        assertThat(keeper.signOut()).isNotNull();
        assertThat(keeper.signOut()).isNull();
    }

    @Test
    void nobodySignsInAfterTheEnd() throws Exception {
        current();
        keeper.signOut();
        assertThatThrownBy(this::current).isInstanceOf(CannotAskException.class);
        assertThat(calls).hasValue(1);
    }

    private Session current() throws CannotAskException {
        Object who = new Object();
        Session kept = keeper.enter(who);
        if (kept != null) {
            return kept;
        }
        keeper.call(who);
        calls.incrementAndGet();
        return keeper.signedIn(who, reply, failure);
    }

    private Exchange signingIn() {
        PasswordRequest request =
                new PasswordRequest("r-1", "lab", "vm-1", Map.of(), null, List.of("ops"), null, null, null);
        Origin origin = new Origin(Origin.Source.JMS, "ID:1", null, null, 0);
        Instant now = clock.instant();
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setVariable(
                Attempt.VARIABLE, new Attempt(new FetchWork(request, origin, now, now.plusSeconds(60), 1, 0)));
        step().process(exchange);
        assertThat(attempt(exchange).isSigningIn()).isTrue();
        return exchange;
    }

    private static Attempt attempt(Exchange exchange) {
        return exchange.getVariable(Attempt.VARIABLE, Attempt.class);
    }

    /** Reads nothing: the tests end before the cloud is asked. */
    private static final class PretendProtocol implements CloudProtocol {

        @Override
        public HttpCall authorize(PasswordRequest request, RequestLine line, Session session) {
            throw new IllegalStateException();
        }

        @Override
        public Answer read(PasswordRequest request, HttpReply reply) {
            throw new IllegalStateException();
        }
    }

    private final class PretendSignIn implements SignIn {

        @Override
        public SecretRef secret() {
            return new SecretRef("{{file:" + secret + "}}");
        }

        @Override
        public HttpCall call() {
            return new HttpCall(new RequestLine("POST", "/tokens", null), Map.of(), credentials);
        }

        @Override
        public Session read(HttpReply answer) throws CannotAskException {
            if (answer.status() != 201) {
                throw new CannotAskException(new Answer.Ended(Verdict.DENIED, "IAM_401"));
            }
            return new Session("canary-token", clock.instant().plus(Duration.ofHours(1)), Map.of());
        }

        @Override
        public Optional<HttpCall> signOut(Session session) {
            return Optional.of(new HttpCall(new RequestLine("DELETE", "/tokens", null), Map.of()));
        }
    }
}
