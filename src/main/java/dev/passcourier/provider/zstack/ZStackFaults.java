package dev.passcourier.provider.zstack;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.HttpFault;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.JsonReply;
import dev.passcourier.provider.JsonReply.Presence;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.request.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads ZStack's failures. Its API answers 503 whatever the cause and tells by {@code error.code}; every other status
 * comes with plain text from the layer before the API. Source: the server's {@code RestServer.java},
 * {@code conf/errorCodes/sys.xml} and {@code identity.xml}, version 5.2.0.
 */
record ZStackFaults(Clock clock) {

    private static final List<String> DENIALS = List.of("is denied by default", "denied by the policy");

    /** What a reply means that is not a success; {@link Answer.Renew} if the session is over. */
    Answer of(HttpReply reply) {
        Optional<JsonReply> json = JsonReply.of(reply);
        Optional<String> code = json.flatMap(body -> body.code("error", "code"));
        if (json.isPresent() && code.isPresent() && (reply.status() == 503 || reply.status() == 200)) {
            return byCode(code.get(), json.get(), reply);
        }
        return switch (reply.status()) {
            case 200 -> HttpFault.unreadable();
            case 403 ->
                new Answer.Ended(
                        Verdict.DENIED, says(reply, "requestTimeTooSkewed") ? "requestTimeTooSkewed" : "HTTP_403");
            case 400 -> badRequest(reply);
            case 404 -> new Answer.Ended(Verdict.FAILED, says(reply, "no api mapping") ? "NO_SUCH_API" : "HTTP_404");
            case 500 -> HttpFault.retry(TransientFailure.FEW, "HTTP_500", reply, clock);
            default -> HttpFault.of(reply, clock);
        };
    }

    private Answer byCode(String code, JsonReply json, HttpReply reply) {
        return switch (code) {
            case "ID.1001" -> new Answer.Renew(code);
            case "ID.1000", "ID.1002", "ID.1005", "ID.2000", "ID.2001", "ID.2002", "ID.2003" ->
                new Answer.Ended(Verdict.DENIED, code);
            case "ID.1006" -> HttpFault.retry(TransientFailure.THROTTLED, code, reply, clock);
            case "SYS.1003" -> new Answer.Ended(Verdict.NOT_FOUND, code);
            case "ID.1003", "ID.1004", "SYS.1007", "SYS.1008", "SYS.1013", "SYS.1014" ->
                new Answer.Ended(Verdict.FAILED, code);
            case "SYS.1001", "SYS.1010", "SYS.1012" -> HttpFault.retry(TransientFailure.SERVER, code, reply, clock);
            // Refusals by role carry the code of any failed operation; only the text tells.
            case "SYS.1006" ->
                isDenial(json, List.of("error")) ? new Answer.Ended(Verdict.DENIED, code) : few(code, reply);
            default -> few(code, reply);
        };
    }

    private Answer few(String code, HttpReply reply) {
        return HttpFault.retry(TransientFailure.FEW, code, reply, clock);
    }

    /** A missing plug-in for access keys shows here; so does a date the server cannot read. */
    private static Answer badRequest(HttpReply reply) {
        return says(reply, "RestAuthenticationBackend")
                ? new Answer.Ended(Verdict.DENIED, "NO_ACCESS_KEY_PLUGIN")
                : new Answer.Ended(Verdict.FAILED, "HTTP_400");
    }

    private static boolean isDenial(JsonReply json, List<String> path) {
        List<String> cause = with(path, "cause");
        return isDenial(json.text(array(with(path, "details"))))
                || isDenial(json.text(array(with(path, "description"))))
                || (json.presence(array(cause)) == Presence.PRESENT && isDenial(json, cause))
                || json.items(array(with(path, "causes"))).stream().anyMatch(item -> isDenial(item, List.of()));
    }

    private static boolean isDenial(Optional<String> text) {
        return text.filter(words -> DENIALS.stream().anyMatch(words::contains)).isPresent();
    }

    private static List<String> with(List<String> path, String name) {
        return Stream.concat(path.stream(), Stream.of(name)).toList();
    }

    private static String[] array(List<String> path) {
        return path.toArray(String[]::new);
    }

    /** Searches the bytes, as no body becomes a {@code String}. */
    private static boolean says(HttpReply reply, String words) {
        byte[] body = reply.body();
        byte[] wanted = words.getBytes(StandardCharsets.US_ASCII);
        return IntStream.rangeClosed(0, body.length - wanted.length)
                .anyMatch(at -> Arrays.equals(body, at, at + wanted.length, wanted, 0, wanted.length));
    }
}
