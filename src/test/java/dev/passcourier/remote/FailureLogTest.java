package dev.passcourier.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** One form for every failed attempt, and not more of them than anybody reads. */
class FailureLogTest {

    private final List<String> lines = new ArrayList<>();
    private final FailureLog log = new FailureLog((Logger) Proxy.newProxyInstance(
            Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, given) -> {
                lines.add(method.getName() + " " + given[1]);
                return null;
            }));

    @Test
    void saysWhatHappenedAndWhenItIsTriedAgain() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("request", "chg-1");
        facts.put("account", "huawei");
        facts.put("instance", "");
        Instant next = Instant.parse("2026-11-22T08:00:30.123Z");
        log.attempt("NOT_FETCHED", "huawei", facts, new FailureLog.Outcome("HTTP_503", next, "", "too \"many\" calls"));
        log.attempt("NOT_FETCHED", "huawei", facts, new FailureLog.Outcome("IAM_401", null, "DENIED", ""));

        assertThat(lines)
                .containsExactly(
                        "info NOT_FETCHED request=chg-1 account=huawei code=HTTP_503 next=2026-11-22T08:00:30Z"
                                + " said=\"too 'many' calls\"",
                        "warn NOT_FETCHED request=chg-1 account=huawei code=IAM_401 end=DENIED");
    }

    @Test
    void anAccountThatFailsWithoutEndDoesNotFillTheLogOrSilenceAnother() {
        FailureLog.Outcome failed = new FailureLog.Outcome("HTTP_500", null, "FAILED", "");
        for (int i = 0; i < 10 * FailureLog.LINES; i++) {
            log.attempt("NOT_FETCHED", "one", Map.of("request", "r-" + i), failed);
        }
        assertThat(lines).hasSizeBetween(FailureLog.LINES, FailureLog.LINES + 5);

        log.attempt("NOT_DELIVERED", "other", Map.of("request", "r"), failed);
        assertThat(lines).last().isEqualTo("warn NOT_DELIVERED request=r code=HTTP_500 end=FAILED");
    }
}
