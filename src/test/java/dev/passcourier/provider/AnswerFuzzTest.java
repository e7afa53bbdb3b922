package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.passcourier.fuzz.Refusal;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.vault.LockedSecret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;

/** Every cloud's reader, and every sign-in's. */
class AnswerFuzzTest {

    private static final PasswordRequest REQUEST =
            new PasswordRequest("r-1", "main", "i-1", Map.of("fleetId", "f-1"), null, List.of("ops"), null, null, null);

    private static final List<CloudProtocol> PROTOCOLS = new ArrayList<>();

    @BeforeAll
    static void make() throws Exception {
        for (ProviderType provider : ProviderCatalog.find().values()) {
            for (AccountSettings account : SettingsExamples.of(provider).accounts()) {
                PROTOCOLS.add(provider.protocol(account));
            }
        }
    }

    @FuzzTest
    void anyReplyIsAnAnswerWithACodeOfOurs(FuzzedDataProvider data) {
        CloudProtocol protocol = PROTOCOLS.get(data.consumeInt(0, PROTOCOLS.size() - 1));
        int status = data.consumeInt(100, 599);
        Map<String, String> headers = data.consumeBoolean()
                ? Map.of("retry-after", data.consumeString(30), "x-subject-token", data.consumeString(30))
                : Map.of();
        byte[] body = data.consumeRemainingAsBytes();
        Answer answer = protocol.read(REQUEST, new HttpReply(status, headers, body.clone()));
        check(answer, headers, body);
        if (answer instanceof Answer.Further) {
            check(protocol.readFurther(REQUEST, new HttpReply(200, headers, body.clone())), headers, body);
        }
        protocol.signIn().ifPresent(signIn -> {
            try {
                Session signedIn = signIn.read(new HttpReply(status, headers, body.clone()));
                assertThat(signedIn.toString()).matches("Session\\[until [-+0-9TZ:.]+]");
            } catch (CannotAskException refused) {
                Refusal.standsAlone(refused);
                check(refused.answer(), headers, body);
            }
        });
    }

    private static void check(Answer answer, Map<String, String> headers, byte[] body) {
        if (answer instanceof Answer.Found found) {
            assertThat(found.secret()).isInstanceOfAny(LockedSecret.Encrypted.class, LockedSecret.InClear.class);
        } else if (!(answer instanceof Answer.Further)) {
            assertThat(code(answer)).matches("[A-Za-z0-9][A-Za-z0-9._:-]{0,80}");
        }
    }

    private static String code(Answer answer) {
        if (answer instanceof Answer.NotYet notYet) {
            return notYet.code();
        }
        if (answer instanceof Answer.Ended ended) {
            return ended.code();
        }
        return answer instanceof Answer.Retry retry ? retry.code() : ((Answer.Renew) answer).code();
    }
}
