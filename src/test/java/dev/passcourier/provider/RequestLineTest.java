package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.passcourier.request.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestLineTest {

    @Test
    void hasAMethodAPathAndMayHaveAQuery() throws CannotAskException {
        assertThat(RequestLine.parse("GET /v1/p1/servers/i%3A1/os-server-password"))
                .isEqualTo(new RequestLine("GET", "/v1/p1/servers/i%3A1/os-server-password", null));
        assertThat(RequestLine.parse("POST /")).isEqualTo(new RequestLine("POST", "/", null));
        assertThat(RequestLine.parse("GET /v3/projects?name=a%20b&x=1"))
                .isEqualTo(new RequestLine("GET", "/v3/projects", "name=a%20b&x=1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET",
                "GET ",
                "GET v1",
                "GET //v1",
                "GET /v1/",
                "GET /v1//password",
                "GET /v1/./password",
                "GET /v1/../password",
                "GET /v1/..",
                "GET /v1/..?x=1",
                "GET /v1/a b",
                "GET /v1/a;b",
                "GET /v1/a#b",
                "GET /v1/a%2",
                "GET /v1/a%2fb",
                "GET /v1/\u00e9",
                "GET /v1/a\r\nX: y",
                "GET /v1/a?b?c",
                "GET /v1/${variable.instance}",
                "GET http://elsewhere/",
                "TRACE /v1"
            })
    void isNothingElse(String text) {
        assertThatExceptionOfType(CannotAskException.class)
                .isThrownBy(() -> RequestLine.parse(text))
                .extracting(CannotAskException::answer)
                .isEqualTo(new Answer.Ended(Verdict.REFUSED, "REQUEST_LINE"));
    }

    /** "..." is a name like any other. */
    @ParameterizedTest
    @ValueSource(strings = {"GET /v1/...", "GET /v1/.x", "GET /v1/..x/y", "GET /v1/x..", "GET /~a/-_."})
    void dotsInNamesAreNamesOnly(String text) throws CannotAskException {
        assertThat(RequestLine.parse(text).method()).isEqualTo("GET");
    }

    @Test
    void aMissingVariableAsksNothing() {
        assertThatExceptionOfType(CannotAskException.class).isThrownBy(() -> RequestLine.parse(null));
    }
}
