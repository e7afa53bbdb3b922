package dev.passcourier.faults;

import static dev.passcourier.faults.FaultRow.Far.CLOUD;
import static dev.passcourier.faults.FaultRow.Far.MAIL;
import static dev.passcourier.faults.FaultRow.Far.WEBHOOK;
import static dev.passcourier.faults.FaultRow.when;
import static dev.passcourier.request.Verdict.DELIVERED;
import static dev.passcourier.request.Verdict.DENIED;
import static dev.passcourier.request.Verdict.FAILED;
import static dev.passcourier.request.Verdict.NOT_FOUND;
import static dev.passcourier.request.Verdict.NOT_YET;

import dev.passcourier.faults.FaultProxy.Wire;
import dev.passcourier.sandbox.Mailbox.Stage;
import dev.passcourier.sandbox.Misbehaviour;
import dev.passcourier.sandbox.WrongReplies;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The fault matrix: rows with a remote end of their own, all run in one service at once. */
final class FaultTable {

    /** The first password appears at this ask. */
    static final String NEVER_READY = "the password never appears, deadline over";

    static final String TOKEN_ONCE = "401 for a token, once";
    static final String TOKEN_ALWAYS = "401 for every token";
    static final String NO_STARTTLS = "no STARTTLS offered";
    static final String WRONG_LOGIN = "log-in refused";

    private static final String AGAIN = "asks again, 8 times at most";
    private static final String AGAIN_LATER = "sends again, for about three days";
    private static final String NO_MORE = "ends the request; its destinations get a notice";
    private static final String GIVES_UP = "sends no more";

    private FaultTable() {}

    static List<FaultRow> rows() {
        return Stream.of(cloudConnections(), cloudAnswers(), mail(), webhook())
                .flatMap(List::stream)
                .toList();
    }

    /** Every row there is. */
    static List<FaultRow> all() {
        return Stream.concat(rows().stream(), Stream.of(ServiceFault.values()).map(ServiceFault::row))
                .toList();
    }

    private static FaultRow.Builder cloud(String fault, Consumer<RemoteEnd> arrange) {
        return when(CLOUD, fault, arrange).does(AGAIN);
    }

    private static Consumer<RemoteEnd> wires(Wire... wires) {
        return side -> side.proxy().next(wires);
    }

    private static Consumer<RemoteEnd> says(Misbehaviour what) {
        return side -> side.script().next(what);
    }

    private static Consumer<RemoteEnd> always(Misbehaviour what) {
        return side -> side.script().always(what);
    }

    private static Misbehaviour status(int status) {
        return WrongReplies.answer(status, Map.of(), "");
    }

    private static List<FaultRow> cloudConnections() {
        return List.of(
                cloud("port closed", RemoteEnd::shut)
                        .waits("CONNECT")
                        .attempts(9)
                        .ends(FAILED, "CONNECT", 0),
                cloud("takes the connection and never answers, once", wires(Wire.SILENT))
                        .does("waits 30 s, then asks again")
                        .waits("TIMEOUT")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("resets the connection, twice", wires(Wire.RESET, Wire.RESET))
                        .waits("RESET")
                        .attempts(3)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("resets amid the answer", wires(Wire.RESET_IN_ANSWER))
                        .waits("RESET")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("half-closes without an answer", wires(Wire.HALF_CLOSE))
                        .waits("RESET")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("drips its answer byte by byte", wires(Wire.DRIP))
                        .does("ends the exchange after 60 s, then asks again")
                        .waits("RESET")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("answers late, within 30 s", wires(Wire.DELAY))
                        .does("waits")
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("closes amid the answer's head", wires(Wire.TRUNCATE))
                        .waits("IO")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("closes amid the answer's body", says(WrongReplies.TRUNCATED))
                        .waits("TRUNCATED")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("its answer is lost after it was asked", wires(Wire.LOSE_ANSWER))
                        .does("asks again: asking changes nothing at the cloud")
                        .waits("RESET")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1));
    }

    private static List<FaultRow> cloudAnswers() {
        return List.of(
                cloud("429 with `Retry-After` in seconds", says(throttled("1")))
                        .does("rests the whole account as long as asked, up to 15 minutes; asks until the deadline")
                        .waits("HTTP_429")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("429 with `Retry-After` as a date", side -> side.script().next(throttled(inTwoSeconds())))
                        .does("the same")
                        .waits("HTTP_429")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("500, always", always(status(500)))
                        .waits("HTTP_500")
                        .attempts(9)
                        .ends(FAILED, "HTTP_500", 0),
                cloud("502 with a gateway's page, once", says(WrongReplies.HTML_502))
                        .waits("HTTP_502")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("503, once", says(status(503)))
                        .waits("HTTP_503")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("504, once", says(status(504)))
                        .waits("HTTP_504")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("401 for a signature", says(Misbehaviour.BAD_CREDENTIALS))
                        .does(NO_MORE + "; a refused key is never sent again at once")
                        .ends(DENIED, "APIGW.0301", 0),
                cloud(TOKEN_ONCE, says(Misbehaviour.TOKEN_EXPIRED))
                        .does("signs in again and asks once more, in the same attempt")
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud(TOKEN_ALWAYS, always(status(401)))
                        .does("signs in again once, then " + NO_MORE)
                        .ends(DENIED, "HTTP_401", 0),
                cloud("403", says(Misbehaviour.DENIED)).does(NO_MORE).ends(DENIED, "Pdp.0001", 0),
                cloud("404", says(Misbehaviour.NOT_FOUND)).does(NO_MORE).ends(NOT_FOUND, "Ecs.0114", 0),
                cloud("redirects", says(WrongReplies.redirect(URI.create("http://127.0.0.1:9/elsewhere"))))
                        .does("does not follow; " + NO_MORE)
                        .ends(FAILED, "HTTP_302", 0),
                cloud("answers more than 1 MiB, always", always(WrongReplies.OVERSIZED))
                        .does("stops reading; " + AGAIN)
                        .waits("IO")
                        .attempts(9)
                        .ends(FAILED, "IO", 0),
                cloud("answers compressed, once", says(WrongReplies.COMPRESSED))
                        .does("does not unpack; " + AGAIN)
                        .waits("IO")
                        .attempts(2)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud("200 that is no JSON, always", always(WrongReplies.answer(200, Map.of(), "{\"password\":")))
                        .waits("UNREADABLE")
                        .attempts(9)
                        .ends(FAILED, "UNREADABLE", 0),
                cloud("no password yet, ready at the third ask", side -> side.machine()
                                .readyAtAsk(3))
                        .does("asks again until the deadline")
                        .waits("EMPTY")
                        .attempts(3)
                        .ends(DELIVERED, "FILE_WRITTEN", 1),
                cloud(NEVER_READY, side -> side.machine().readyAtAsk(Integer.MAX_VALUE))
                        .does("asks again until the deadline; then a notice")
                        .waits("EMPTY")
                        .attemptsFrom(3)
                        .ends(NOT_YET, "EMPTY", 0));
    }

    private static Misbehaviour throttled(String after) {
        return WrongReplies.answer(429, Map.of("Retry-After", after), "");
    }

    private static String inTwoSeconds() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plus(Duration.ofSeconds(2)).atOffset(ZoneOffset.UTC));
    }

    private static FaultRow.Builder mail(String fault, Consumer<RemoteEnd> arrange) {
        return when(MAIL, fault, arrange).does(AGAIN_LATER);
    }

    private static Consumer<RemoteEnd> refuses(Stage stage, int reply) {
        return side -> side.mailbox().refuse(stage, reply);
    }

    private static Consumer<RemoteEnd> greets(String greeting) {
        return side -> side.proxy().say(greeting + "\r\n").next(Wire.SAY);
    }

    private static List<FaultRow> mail() {
        return List.of(
                mail("port closed", RemoteEnd::shut).waits("IO").attempts(27).ends(FAILED, "IO", 0),
                mail("takes the connection and never greets, once", wires(Wire.SILENT))
                        .does("waits 30 s, then sends again")
                        .waits("TIMEOUT")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail("resets the connection, twice", wires(Wire.RESET, Wire.RESET))
                        .waits("IO")
                        .attempts(3)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail("half-closes instead of greeting", wires(Wire.HALF_CLOSE))
                        .waits("SEND")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail("drips its replies byte by byte", wires(Wire.DRIP))
                        .does("ends the conversation after 60 s, then sends again")
                        .waits("IO")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail("greets with 421", greets("421 busy"))
                        .waits("SEND")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail("greets with 554", greets("554 no service"))
                        .waits("SEND")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail(NO_STARTTLS, side -> {})
                        .does("says nothing in clear; " + AGAIN_LATER)
                        .waits("SEND")
                        .attempts(27)
                        .ends(FAILED, "SEND", 0),
                mail(WRONG_LOGIN, side -> {})
                        .does("tries again every 15 minutes only: servers lock accounts")
                        .waits("SMTP_LOGIN")
                        .ends(null, "SMTP_LOGIN", 0),
                mail("451 at `MAIL`", refuses(Stage.SENDER, 451))
                        .waits("SMTP_451")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail("550 at `MAIL`", refuses(Stage.SENDER, 550)).does(GIVES_UP).ends(FAILED, "SMTP_550", 0),
                mail("450 at `RCPT`", refuses(Stage.RECIPIENT, 450))
                        .waits("SMTP_450")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail("550 at `RCPT`", refuses(Stage.RECIPIENT, 550))
                        .does(GIVES_UP)
                        .ends(FAILED, "SMTP_550", 0),
                mail("452 after the content", refuses(Stage.CONTENT, 452))
                        .waits("SMTP_452")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail("554 after the content, which it quotes", refuses(Stage.CONTENT, 554))
                        .does(GIVES_UP)
                        .ends(FAILED, "SMTP_554", 0),
                mail("closes after the final dot, without having taken the mail", refuses(Stage.CONTENT, 0))
                        .waits("IO")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 1),
                mail("its reply to the final dot is lost", wires(Wire.LOSE_ANSWER))
                        .does("sends again: two mails with one `Message-ID` (RFC 1047)")
                        .waits("IO")
                        .attempts(2)
                        .ends(DELIVERED, "SMTP_250", 2));
    }

    private static FaultRow.Builder hook(String fault, Consumer<RemoteEnd> arrange) {
        return when(WEBHOOK, fault, arrange).does(AGAIN_LATER);
    }

    private static Consumer<RemoteEnd> answers(int status) {
        return side -> side.hook().answer(status, Map.of());
    }

    private static List<FaultRow> webhook() {
        return List.of(
                hook("port closed", RemoteEnd::shut).waits("IO").attempts(27).ends(FAILED, "IO", 0),
                hook("takes the connection and never speaks TLS, once", wires(Wire.SILENT))
                        .does("waits 30 s, then posts again")
                        .waits("TIMEOUT")
                        .attempts(2)
                        .ends(DELIVERED, "HTTP_204", 1),
                hook("resets the connection, twice", wires(Wire.RESET, Wire.RESET))
                        .waits("IO")
                        .attempts(3)
                        .ends(DELIVERED, "HTTP_204", 1),
                hook("half-closes without an answer", wires(Wire.HALF_CLOSE))
                        .waits("TLS")
                        .attempts(2)
                        .ends(DELIVERED, "HTTP_204", 1),
                hook("drips its answer byte by byte", wires(Wire.DRIP))
                        .does("ends the exchange after 60 s, then posts again")
                        .waits("IO")
                        .attempts(2)
                        .ends(DELIVERED, "HTTP_204", 1),
                hook("answers late, within 30 s", wires(Wire.DELAY))
                        .does("waits")
                        .ends(DELIVERED, "HTTP_204", 1),
                hook("resets amid the answer", wires(Wire.RESET_IN_ANSWER))
                        .waits("IO")
                        .attempts(2)
                        .ends(DELIVERED, "HTTP_204", 2),
                hook("closes amid the answer", wires(Wire.TRUNCATE))
                        .waits("IO")
                        .attempts(2)
                        .ends(DELIVERED, "HTTP_204", 2),
                hook("its answer is lost after it took the result", wires(Wire.LOSE_ANSWER))
                        .does("posts again: two requests with one `webhook-id`")
                        .waits("IO")
                        .attempts(2)
                        .ends(DELIVERED, "HTTP_204", 2),
                hook("410, and quotes what was posted", answers(410))
                        .does(GIVES_UP)
                        .ends(FAILED, "HTTP_410", 1),
                hook("429 with `Retry-After`", side -> side.hook().answer(429, Map.of("Retry-After", "1")))
                        .does("sends again, not before that time, up to 15 minutes")
                        .waits("HTTP_429")
                        .attempts(2)
                        .ends(DELIVERED, "HTTP_204", 2),
                hook("redirects", side -> side.hook().answer(302, Map.of("Location", "https://127.0.0.1:9/elsewhere")))
                        .does("does not follow; " + AGAIN_LATER)
                        .waits("HTTP_302")
                        .attempts(2)
                        .ends(DELIVERED, "HTTP_204", 2),
                hook("304", answers(304)).waits("HTTP_304").attempts(2).ends(DELIVERED, "HTTP_204", 2),
                hook("400", answers(400)).waits("HTTP_400").attempts(2).ends(DELIVERED, "HTTP_204", 2),
                hook("500", answers(500)).waits("HTTP_500").attempts(2).ends(DELIVERED, "HTTP_204", 2),
                hook("503", answers(503)).waits("HTTP_503").attempts(2).ends(DELIVERED, "HTTP_204", 2));
    }
}
