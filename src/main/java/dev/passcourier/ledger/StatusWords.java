package dev.passcourier.ledger;

import dev.passcourier.ledger.RequestStatus.ResultStatus;
import dev.passcourier.request.Advice;
import dev.passcourier.request.Verdict;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says where a request is and why, for people. */
final class StatusWords {

    private StatusWords() {}

    static String where(RequestState state, @Nullable Verdict verdict, String account, List<ResultStatus> results) {
        return switch (state) {
            case ASKED -> "at the intake: not checked yet";
            case ALLOWED -> "accepted: waits for its turn at account " + account;
            case FETCHING -> "account " + account + " is being asked";
            case POSTPONED -> "waits to ask account " + account + " again";
            case OPENED -> "fetched: is being sealed";
            case SEALED -> "fetched and sealed: in the outbox of " + outboxes(results);
            case ENDED -> "ended: " + (verdict == null ? "?" : verdict.name());
        };
    }

    private static String outboxes(List<ResultStatus> results) {
        String open = results.stream()
                .filter(result -> result.endedAt() == null)
                .map(ResultStatus::destination)
                .collect(Collectors.joining(", "));
        return open.isEmpty() ? "no destination" : open;
    }

    /** The latest reason: of an end what to do, of a wait what the other side said. */
    static @Nullable String reason(
            @Nullable Verdict verdict, @Nullable String code, @Nullable String rule, List<ResultStatus> results) {
        if (verdict != null) {
            String advice = Advice.on(verdict, Objects.requireNonNullElse(code, ""));
            return rule == null ? advice : advice + " Nearest rule: " + rule;
        }
        if (code != null) {
            return waiting(code);
        }
        return results.stream()
                .filter(result -> result.endedAt() == null && result.code() != null)
                .map(result -> result.destination() + ": " + waiting(String.valueOf(result.code())))
                .collect(Collectors.collectingAndThen(
                        Collectors.joining("; "), joined -> joined.isEmpty() ? null : joined));
    }

    /** What a code means for as long as it is tried again. */
    static String waiting(String code) {
        return switch (code) {
            case "HTTP_429" -> "it asks us to slow down (429)";
            case "TIMEOUT" -> "it did not answer in time";
            case "DNS" -> "its name is not found";
            case "TLS" -> "no trusted TLS connection to it";
            case "IO", "SEND", "CONNECT" -> "it cannot be reached";
            case "UNREADABLE" -> "its answer cannot be read";
            case "STOPPING" -> "our own stop has cut the call";
            case "SECRET" -> "our secret for it cannot be read";
            default ->
                code.matches("HTTP_[0-9]{3}")
                        ? "it answered with status " + code.substring("HTTP_".length())
                        : "not there yet (" + code + ")";
        };
    }
}
