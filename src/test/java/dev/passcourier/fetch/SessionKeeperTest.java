package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.RequestLine;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.SignIn;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.MovableClock;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SessionKeeperTest {

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-21T08:00:00Z"), ZoneOffset.UTC);
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger signOuts = new AtomicInteger();
    private final byte[] credentials = {1, 2, 3};
    private volatile Object reply = new HttpReply(201, Map.of(), new byte[0]);
    private final SessionKeeper keeper = new SessionKeeper("lab", new PretendSignIn(), this::exchange, clock);

    @Test
    void manyThreadsShareOneSignIn() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Session>> asks = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                asks.add(keeper::current);
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
        Session first = keeper.current();
        clock.advance(Duration.ofMinutes(59));
        assertThat(keeper.current()).isSameAs(first);
        clock.advance(Duration.ofMinutes(1));
        assertThat(keeper.current()).isNotSameAs(first);
    }

    @Test
    void forgettingAStaleSessionDoesNotForgetTheOneThatReplacedIt() throws Exception {
        Session stale = keeper.current();
        keeper.forget(stale);
        Session fresh = keeper.current();
        keeper.forget(stale);
        assertThat(keeper.current()).isSameAs(fresh);
    }

    @Test
    void refusedCredentialsAreNotTriedAgainForFiveMinutes() throws Exception {
        reply = new HttpReply(401, Map.of(), new byte[0]);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(keeper::current).isInstanceOf(CannotAskException.class);
        }
        assertThat(calls).hasValue(1);
        clock.advance(Duration.ofMinutes(5));
        reply = new HttpReply(201, Map.of(), new byte[0]);
        assertThat(keeper.current()).isNotNull();
    }

    @Test
    void anUnreachableSignInIsTriedAgainAtOnce() throws Exception {
        reply = new HttpFailureStep.Unreachable("TIMEOUT");
        assertThatThrownBy(keeper::current)
                .isInstanceOfSatisfying(CannotAskException.class, refused -> assertThat(refused.answer())
                        .isInstanceOfSatisfying(Answer.Retry.class, retry -> assertThat(retry.code())
                                .isEqualTo("SIGN_IN_TIMEOUT")));
        reply = new HttpReply(201, Map.of(), new byte[0]);
        assertThat(keeper.current()).isNotNull();
    }

    @Test
    void theCredentialsInTheCallAreWiped() throws Exception {
        keeper.current();
        assertThat(credentials).containsOnly(0);
    }

    @Test
    void theSessionIsGivenBackAtTheEnd() throws Exception {
        keeper.current();
        keeper.signOut();
        keeper.signOut();
        assertThat(signOuts).hasValue(1);
    }

    @Test
    void nobodySignsInAfterTheEnd() throws Exception {
        keeper.current();
        keeper.signOut();
        assertThatThrownBy(keeper::current).isInstanceOf(CannotAskException.class);
        assertThat(calls).hasValue(1);
    }

    private Object exchange(Object call) {
        if (((HttpCall) call).line().method().equals("DELETE")) {
            signOuts.incrementAndGet();
        } else {
            calls.incrementAndGet();
        }
        return reply;
    }

    private final class PretendSignIn implements SignIn {

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
            return Optional.of(new RequestLine("DELETE", "/tokens", null).with(Map.of()));
        }
    }
}
