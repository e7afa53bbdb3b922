package dev.passcourier.provider;

import static dev.passcourier.provider.TransientFailure.FEW;
import static dev.passcourier.provider.TransientFailure.SERVER;
import static dev.passcourier.provider.TransientFailure.THROTTLED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.Call;
import dev.passcourier.sandbox.Hold;
import dev.passcourier.sandbox.Misbehaviour;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.Script;
import dev.passcourier.sandbox.WrongReplies;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The bank of cases: what can happen between us and any cloud, and what must come of it. */
public enum ProviderCases {
    HANDS_OUT_THE_PASSWORD(Needs.NOTHING, bench -> {
        String password = bench.canary();
        int before = bench.calls().size();
        Answer answer = bench.ask(bench.instance(password).id());

        assertThat(bench.open(answer)).isEqualTo(password);
        assertThat(answer.toString()).doesNotContain(password);
        assertThat(bench.calls()).hasSize(before + 1);
    }),
    WAITS_FOR_A_PASSWORD_THAT_IS_NOT_THERE_YET(Needs.NOTHING, bench -> {
        String password = bench.canary();
        SandboxInstance instance = bench.instance(password).holdBack();

        assertThat(bench.ask(instance.id())).isEqualTo(bench.withoutPassword());
        instance.publish();
        assertThat(bench.open(bench.ask(instance.id()))).isEqualTo(password);
    }),
    ENDS_AT_AN_UNKNOWN_INSTANCE(Needs.NOTHING, bench -> ended(bench.ask(bench.unknownId()), Verdict.NOT_FOUND)),
    ENDS_WITHOUT_PERMISSION(Needs.NOTHING, bench -> ended(askDuring(bench, Misbehaviour.DENIED), Verdict.DENIED)),
    ENDS_AT_A_WRONG_SECRET_WITHOUT_INSISTING(Needs.NOTHING, bench -> {
        String instance = bench.instance(bench.canary()).id();
        int before = attempts(bench).size();

        ended(bench.ask(ProviderBench.WRONG_SECRET, instance), Verdict.DENIED);
        assertThat(attempts(bench)).hasSize(before + 1);
    }),
    SLOWS_DOWN_WHEN_THROTTLED(
            Needs.NOTHING,
            bench -> retries(askDuring(bench, Misbehaviour.THROTTLED), bench.waitWhenThrottled(), THROTTLED)),
    WAITS_AS_LONG_AS_A_THROTTLING_CLOUD_ASKS(Needs.NOTHING, bench -> {
        Duration wait = Duration.ofSeconds(7);
        retries(askDuring(bench, WrongReplies.throttled(wait)), wait, THROTTLED);
    }),
    RETRIES_AFTER_AN_INNER_ERROR(
            Needs.NOTHING, bench -> retries(askDuring(bench, Misbehaviour.SERVER_ERROR), null, SERVER, FEW)),
    RETRIES_AFTER_A_BARE_500(Needs.NOTHING, bench -> {
        retries(askDuring(bench, WrongReplies.answer(500, Map.of(), "")), null, SERVER, FEW);
    }),
    RETRIES_AFTER_A_GATEWAYS_PAGE(
            Needs.NOTHING, bench -> retries(askDuring(bench, WrongReplies.HTML_502), null, SERVER)),
    WAITS_AS_LONG_AS_AN_OVERLOADED_CLOUD_ASKS(Needs.NOTHING, bench -> {
        Duration wait = Duration.ofSeconds(9);
        retries(askDuring(bench, WrongReplies.unavailable(wait)), wait, SERVER, THROTTLED);
    }),
    KEEPS_ANY_ID_IN_ITS_PLACE(Needs.NOTHING, bench -> {
        String known = bench.instance(bench.canary()).id();
        assertThat(bench.ask(known)).isInstanceOf(Answer.Found.class);
        Call proper = lastCall(bench);
        for (String id : HostileIds.ALL) {
            int before = bench.calls().size();
            assertThat(bench.ask(id)).as(id).isInstanceOf(Answer.Ended.class);
            if (bench.calls().size() > before) {
                Call call = lastCall(bench);
                assertThat(call.method()).isEqualTo(proper.method());
                assertThat(call.query()).isNull();
                assertThat(call.path()).isEqualTo(proper.path().replace(known, PathSegment.encode(id)));
            }
        }
    }),
    DOES_NOT_WAIT_FOR_A_SLOW_ANSWER(Needs.NOTHING, bench -> {
        Hold hold = new Hold();
        bench.cloud().script().always(hold);
        Answer answer = bench.ask(
                ProviderBench.IMPATIENT, bench.instance(bench.canary()).id());
        bench.cloud().script().clear();
        hold.release();

        assertThat(answer).isEqualTo(new Answer.Retry(SERVER, "TIMEOUT", null));
    }),
    RETRIES_AFTER_A_TRUNCATED_ANSWER(
            Needs.NOTHING, bench -> retries(askDuring(bench, WrongReplies.TRUNCATED), null, SERVER)),
    RETRIES_AFTER_A_DROPPED_CONNECTION(
            Needs.NOTHING, bench -> retries(askDuring(bench, WrongReplies.DROPPED), null, SERVER)),
    READS_NO_MORE_THAN_A_MEBIBYTE(
            Needs.NOTHING, bench -> retries(askDuring(bench, WrongReplies.OVERSIZED), null, SERVER)),
    UNPACKS_NOTHING(Needs.NOTHING, bench -> retries(askDuring(bench, WrongReplies.COMPRESSED), null, SERVER)),
    READS_THE_ANSWER_UNDER_ANY_CONTENT_TYPE(Needs.NOTHING, bench -> {
        String password = bench.canary();
        bench.cloud().script().next(WrongReplies.WRONG_CONTENT_TYPE);

        assertThat(bench.open(bench.ask(bench.instance(password).id()))).isEqualTo(password);
    }),
    RETRIES_AFTER_AN_ANSWER_IT_CANNOT_READ(Needs.NOTHING, bench -> {
        for (String body :
                List.of("", "<html>log in</html>", "null", "[]", "[".repeat(10_000), "{\"Response\":[", "\0")) {
            Answer answer = askDuring(bench, WrongReplies.answer(200, Map.of(), body));
            retries(answer, null, SERVER, FEW);
        }
    }),
    FOLLOWS_NO_REDIRECT(Needs.NOTHING, bench -> {
        try (Decoy decoy = new Decoy()) {
            ended(askDuring(bench, WrongReplies.redirect(decoy.url())), Verdict.FAILED);
            assertThat(decoy.requests()).isZero();
        }
    }),
    ENDS_AT_A_STATUS_NOBODY_DOCUMENTS(
            Needs.NOTHING,
            bench -> ended(askDuring(bench, WrongReplies.answer(418, Map.of(), "teapot")), Verdict.FAILED)),

    RENEWS_A_SESSION_ONCE(Needs.SIGN_IN, bench -> {
        String password = bench.canary();
        String instance = bench.instance(password).id();
        bench.askForAny();
        int tokens = bench.signIns().tokensIssued();
        bench.cloud().script().next(Misbehaviour.TOKEN_EXPIRED);

        assertThat(bench.open(bench.ask(instance))).isEqualTo(password);
        assertThat(bench.signIns().tokensIssued()).isEqualTo(tokens + 1);
    }),
    ENDS_WHEN_A_FRESH_SESSION_IS_REFUSED_TOO(Needs.SIGN_IN, bench -> {
        int before = bench.calls().size();
        bench.cloud().script().always(Misbehaviour.TOKEN_EXPIRED);

        ended(bench.askForAny(), Verdict.DENIED);
        assertThat(bench.calls()).hasSize(before + 2);
    }),
    RENEWS_A_SESSION_BEFORE_ITS_END(Needs.SIGN_IN, bench -> {
        bench.askForAny();
        int before = bench.calls().size();
        int tokens = bench.signIns().tokensIssued();
        bench.growOld();

        assertThat(bench.askForAny()).isInstanceOf(Answer.Found.class);
        assertThat(bench.signIns().tokensIssued()).isEqualTo(tokens + 1);
        assertThat(bench.calls()).hasSize(before + 1);
    }),
    SHARES_ONE_SESSION_AMONG_ALL_REQUESTS(Needs.SIGN_IN, bench -> {
        int tokens = bench.signIns().tokensIssued();
        ExecutorService requesters = Executors.newFixedThreadPool(8);
        try {
            List<CompletableFuture<Answer>> answers = Stream.generate(
                            () -> CompletableFuture.supplyAsync(bench::askForAny, requesters))
                    .limit(16)
                    .toList();
            assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isInstanceOf(Answer.Found.class));
        } finally {
            requesters.shutdown();
        }
        assertThat(bench.signIns().tokensIssued()).isEqualTo(tokens + 1);
    }),
    RETRIES_AFTER_A_FAILED_SIGN_IN(Needs.SIGN_IN, bench -> {
        retries(askAfterSignIn(bench, WrongReplies.HTML_502), null, SERVER);
        retries(askAfterSignIn(bench, Misbehaviour.SERVER_ERROR), null, SERVER, FEW);
        retries(askAfterSignIn(bench, WrongReplies.TRUNCATED), null, SERVER);
        retries(askAfterSignIn(bench, WrongReplies.OVERSIZED), null, SERVER);
        retries(askAfterSignIn(bench, WrongReplies.answer(200, Map.of(), "<html>")), null, SERVER, FEW);

        assertThat(bench.askForAny()).isInstanceOf(Answer.Found.class);
    }),
    SLOWS_DOWN_WHEN_THE_SIGN_IN_IS_THROTTLED(Needs.SIGN_IN, bench -> {
        Duration wait = Duration.ofSeconds(7);
        retries(askAfterSignIn(bench, WrongReplies.throttled(wait)), wait, THROTTLED);
    }),
    DOES_NOT_WAIT_FOR_A_SLOW_SIGN_IN(Needs.SIGN_IN, bench -> {
        Hold hold = new Hold();
        Script script = bench.signIns().signInScript().always(hold);
        Answer answer = bench.ask(
                ProviderBench.IMPATIENT, bench.instance(bench.canary()).id());
        script.clear();
        hold.release();

        assertThat(answer).isEqualTo(new Answer.Retry(SERVER, "SIGN_IN_TIMEOUT", null));
    }),
    FOLLOWS_NO_REDIRECT_OF_THE_SIGN_IN(Needs.SIGN_IN, bench -> {
        try (Decoy decoy = new Decoy()) {
            ended(askAfterSignIn(bench, WrongReplies.redirect(decoy.url())), Verdict.FAILED);
            assertThat(decoy.requests()).isZero();
        }
    }),
    ENDS_WHEN_THE_SIGN_IN_IS_REFUSED_WITHOUT_INSISTING(Needs.SIGN_IN, bench -> {
        int before = attempts(bench).size();
        ended(askAfterSignIn(bench, Misbehaviour.BAD_CREDENTIALS), Verdict.DENIED);
        ended(bench.askForAny(), Verdict.DENIED);

        assertThat(attempts(bench)).hasSize(before + 1);
    });

    /** None of them can be the id of a request, which begins with a letter or digit; the routes must hold all the same. */
    private static final class HostileIds {

        static final List<String> ALL = List.of(
                "../../v1/admin",
                "..",
                ".",
                "a/../../b",
                "a%2F..%2Fb",
                "a?x=1",
                "a#b",
                "a;b=c",
                "a b",
                "a\r\nX-Injected: yes",
                "a\u0000b",
                "\u00e9\u4e2d",
                "//elsewhere/x",
                "http://127.0.0.1:9/",
                "${bean:x}{{y}}",
                "${variable.attempt}",
                "a\\b",
                "");
    }

    /** What a cloud must have for a case to happen. */
    private enum Needs {
        NOTHING,
        SIGN_IN
    }

    /** Arranges, asks and asserts. */
    @FunctionalInterface
    private interface Scenario {
        void play(ProviderBench bench) throws Exception;
    }

    private final Needs needs;
    private final Scenario scenario;

    ProviderCases(Needs needs, Scenario scenario) {
        this.needs = needs;
        this.scenario = scenario;
    }

    /** The cases about sessions, with the reason why a cloud cannot have them. */
    public static Map<ProviderCases, String> aboutSessions(String whyNot) {
        Map<ProviderCases, String> cases = new EnumMap<>(ProviderCases.class);
        Stream.of(values()).filter(it -> it.needs == Needs.SIGN_IN).forEach(it -> cases.put(it, whyNot));
        return cases;
    }

    void prove(ProviderBench bench) throws Exception {
        scenario.play(bench);
    }

    /** Only a cloud without sign-in may do without a case. */
    void proveUnsupported(ProviderBench bench) {
        assertThat(needs).isEqualTo(Needs.SIGN_IN);
        assertThat(bench.protocol().signIn()).isEmpty();
    }

    private static Call lastCall(ProviderBench bench) {
        return bench.calls().get(bench.calls().size() - 1);
    }

    private static Answer askDuring(ProviderBench bench, Misbehaviour what) {
        bench.cloud().script().next(what);
        return bench.askForAny();
    }

    private static Answer askAfterSignIn(ProviderBench bench, Misbehaviour what) {
        int before = bench.calls().size();
        bench.signIns().signInScript().next(what);
        Answer answer = bench.askForAny();
        assertThat(bench.calls()).hasSize(before);
        return answer;
    }

    /** Where credentials are tried: the sign-in, or the API itself. */
    private static List<Call> attempts(ProviderBench bench) {
        return bench.protocol().signIn().isPresent() ? bench.signIns().signInCalls() : bench.calls();
    }

    private static void ended(Answer answer, Verdict verdict) {
        assertThat(answer).asInstanceOf(type(Answer.Ended.class)).satisfies(ended -> {
            assertThat(ended.verdict()).isEqualTo(verdict);
            isCode(ended.code());
        });
    }

    private static void retries(Answer answer, @Nullable Duration after, TransientFailure... failures) {
        assertThat(answer).asInstanceOf(type(Answer.Retry.class)).satisfies(retry -> {
            assertThat(retry.failure()).isIn((Object[]) failures);
            assertThat(retry.after()).isEqualTo(after);
            isCode(retry.code());
        });
    }

    private static void isCode(String code) {
        assertThat(code).matches("[A-Za-z0-9._:-]{1,80}");
    }
}
