package dev.passcourier.provider.keystone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.CannotAskException;
import dev.passcourier.provider.HttpCall;
import dev.passcourier.provider.HttpReply;
import dev.passcourier.provider.SecretFiles;
import dev.passcourier.provider.Session;
import dev.passcourier.provider.TransientFailure;
import dev.passcourier.provider.keystone.KeystoneCredential.ApplicationCredential;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeystoneSignInTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2024-03-15T08:15:30Z"), ZoneOffset.UTC);
    private static final KeystoneSignIn.Tokens TOKENS =
            new KeystoneSignIn.Tokens("/v3/auth/tokens", "nocatalog=true", "application/json");

    @TempDir
    private Path folder;

    @Test
    void postsTheCredential() throws CannotAskException {
        HttpCall call = signIn().call();

        assertThat(call.line().method()).isEqualTo("POST");
        assertThat(call.line().path()).isEqualTo("/v3/auth/tokens");
        assertThat(call.line().query()).isEqualTo("nocatalog=true");
        assertThat(call.headers())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("Content-Type", "application/json", "Accept", "application/json"));
        assertThat(call.body()).asString(UTF_8).contains("\"secret\":\"canary\"");
    }

    @Test
    void readsTheSecretAfreshEveryTime() throws CannotAskException {
        KeystoneSignIn signIn = signIn();

        Arrays.fill(signIn.call().body(), (byte) 0);

        assertThat(signIn.call().body()).asString(UTF_8).contains("canary");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2024-03-15T20:15:30.000000Z      | 2024-03-15T20:10:30Z",
                "2024-03-15T20:15:30Z             | 2024-03-15T20:10:30Z",
                "2024-03-15T20:15:30.000000+00:00 | 2024-03-15T20:10:30Z",
                "2024-03-16T05:15:30+09:00        | 2024-03-15T20:10:30Z",
                "2024-03-15T08:23:30Z             | 2024-03-15T08:19:30Z",
                "2024-03-15T08:15:30Z             | 2024-03-15T09:10:30Z",
                "2024-03-14T08:15:30Z             | 2024-03-15T09:10:30Z",
                "tomorrow                         | 2024-03-15T09:10:30Z",
            })
    void endsTheSessionBeforeTheToken(String expiresAt, Instant end) throws CannotAskException {
        Session session = signIn().read(token(201, "{\"token\":{\"expires_at\":\"" + expiresAt + "\"}}"));

        assertThat(session.expiresAt()).isEqualTo(end);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"token\":{}}",
                "{\"token\":{\"expires_at\":null}}",
                "{\"token\":{\"expires_at\":5}}",
                "",
                "<html>"
            })
    void takesATokenWithoutAnEndToLastAnHour(String body) throws CannotAskException {
        assertThat(signIn().read(token(201, body)))
                .isEqualTo(new Session("gAAAAAB-canary", Instant.parse("2024-03-15T09:10:30Z"), Map.of()));
    }

    @Test
    void learnsTheProject() throws CannotAskException {
        Session session = signIn().read(token(201, "{\"token\":{\"project\":{\"id\":\"p1\",\"name\":\"n\"}}}"));

        assertThat(session.facts()).containsExactly(Map.entry(KeystoneSignIn.PROJECT_ID, "p1"));
        assertThat(session).asString().doesNotContain("canary");
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "line\nbreak", "\u00e9", ""})
    void refusesATokenThatFitsNoHeader(String token) {
        HttpReply reply = new HttpReply(201, Map.of("x-subject-token", token), "{}".getBytes(UTF_8));

        assertThat(refusal(reply)).isEqualTo(new Answer.Retry(TransientFailure.FEW, "NO_TOKEN", null));
    }

    @Test
    void refusesASuccessWithoutAToken() {
        assertThat(refusal(new HttpReply(201, Map.of(), "{\"token\":{}}".getBytes(UTF_8))))
                .isEqualTo(new Answer.Retry(TransientFailure.FEW, "NO_TOKEN", null));
    }

    @Test
    void leavesFailuresToTheCloudsOwnReader() {
        assertThat(refusal(token(202, "{}"))).isEqualTo(new Answer.NotYet("asked"));
    }

    @Test
    void waitsForASecretThatCannotBeRead() {
        KeystoneSignIn signIn = new KeystoneSignIn(
                TOKENS,
                new ApplicationCredential("id", SecretFiles.missing(folder)),
                reply -> new Answer.NotYet("asked"),
                CLOCK);

        assertThat(catchThrowableOfType(CannotAskException.class, signIn::call).answer())
                .isEqualTo(new Answer.Retry(TransientFailure.FEW, "SECRET_NOT_READABLE", null));
    }

    private Answer refusal(HttpReply reply) {
        return catchThrowableOfType(CannotAskException.class, () -> signIn().read(reply))
                .answer();
    }

    private static HttpReply token(int status, String body) {
        return new HttpReply(status, Map.of("x-subject-token", " gAAAAAB-canary "), body.getBytes(UTF_8));
    }

    private KeystoneSignIn signIn() {
        ApplicationCredential credential = new ApplicationCredential("id", SecretFiles.write(folder, "canary"));
        return new KeystoneSignIn(TOKENS, credential, reply -> new Answer.NotYet("asked"), CLOCK);
    }
}
