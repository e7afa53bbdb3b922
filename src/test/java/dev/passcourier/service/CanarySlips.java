package dev.passcourier.service;

import dev.passcourier.sandbox.Misbehaviour;
import dev.passcourier.sandbox.WrongReplies;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Answers of a cloud that show a password where none belongs. */
final class CanarySlips {

    /** How many there are. */
    static final int WAYS = of("", "").size();

    private CanarySlips() {}

    /**
     * All of them.
     *
     * @param core     letters and digits of the password
     * @param password all of it
     */
    static List<Misbehaviour> of(String core, String password) {
        String quoted = "\"" + password.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        return List.of(
                WrongReplies.answer(500, Map.of(), "cannot hand out " + password),
                WrongReplies.answer(500, Map.of("Content-Type", "application/json"), error(quoted)),
                WrongReplies.error(503, password, password),
                WrongReplies.answer(200, Map.of(), error(quoted)),
                WrongReplies.answer(200, Map.of(), answer("[" + quoted + "]")),
                WrongReplies.answer(200, Map.of(), answer("{" + quoted + ":" + quoted + "}")),
                WrongReplies.answer(200, Map.of(), answer(quoted + "," + quoted + ":1")),
                WrongReplies.answer(200, Map.of(), "{\"password\":" + quoted.substring(0, quoted.length() - 1)),
                WrongReplies.answer(200, Map.of(), answer(quoted) + " " + password),
                WrongReplies.answer(200, Map.of(), answer("\"" + core + "===\"")),
                WrongReplies.answer(200, Map.of(), answer("\"" + (core + " ").repeat(50_000) + "\"")),
                WrongReplies.answer(
                        502,
                        Map.of(
                                "Retry-After",
                                core,
                                "Set-Cookie",
                                core + "=" + core + "; Domain=" + core,
                                "WWW-Authenticate",
                                "Basic realm=\"" + core + "\"",
                                "Content-Type",
                                "text/" + core + "; charset=" + core,
                                "Date",
                                core,
                                "X-Password",
                                core),
                        "<html><title>" + core + "</title></html>"),
                WrongReplies.TRUNCATED,
                WrongReplies.OVERSIZED,
                WrongReplies.COMPRESSED,
                WrongReplies.WRONG_CONTENT_TYPE,
                WrongReplies.DROPPED,
                WrongReplies.redirect(URI.create("http://127.0.0.1:9/" + core)),
                WrongReplies.answer(400, Map.of("Content-Type", "application/json"), error(quoted)));
    }

    /** An error as any of the clouds writes it. */
    private static String error(String text) {
        return "{\"code\":" + text + ",\"message\":" + text + ",\"error\":{\"code\":" + text + ",\"message\":" + text
                + ",\"description\":" + text + ",\"details\":" + text + ",\"elaboration\":" + text + "},\"error_code\":"
                + text + ",\"error_msg\":" + text + ",\"Response\":{\"RequestId\":" + text
                + ",\"Error\":{\"Code\":" + text + ",\"Message\":" + text + "}}}";
    }

    /** A success as any of the clouds writes it. */
    private static String answer(String secret) {
        return "{\"password\":" + secret + ",\"Response\":{\"InstanceAccess\":{\"Credentials\":{\"UserName\":\"root\","
                + "\"Secret\":" + secret + "}},\"RequestId\":\"r\"}}";
    }
}
