package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.passcourier.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One rule for what exists and for what does not: being granted and being there are two things. */
class PermissionTest {

    private static final Requester ALICE = requester("alice", null);
    private static final Permission PERMISSION = new Permission(
            Set.of("huawei", "zstack"),
            Set.of("ops", "dev"),
            new Policy(new Settings.Policy(
                    List.of(new Settings.Rule(
                            "alice-asks",
                            List.of("jms"),
                            List.of("alice"),
                            List.of(),
                            List.of("huawei", "gone"),
                            List.of("web-*"),
                            List.of("ops", "removed"))),
                    Map.of(),
                    List.of("jms"))));

    @Test
    void namesTheRuleThatGrants() throws RequestException {
        assertThat(PERMISSION.rule(request("huawei", "web-1", "ops"), ALICE)).isEqualTo("alice-asks");
    }

    @ParameterizedTest
    @CsvSource({
        "gone,   web-1, ops,         ACCOUNT_UNKNOWN at account",
        "other,  web-1, ops,         ACCOUNT_UNKNOWN at account",
        "huawei, web-1, removed,     DESTINATION_UNKNOWN at deliverTo",
        "huawei, web-1, ops|removed, DESTINATION_UNKNOWN at deliverTo",
        "huawei, web-1, dev,         NOT_ALLOWED",
        "huawei, web-1, ops|dev,     NOT_ALLOWED",
        "huawei, db-1,  ops,         NOT_ALLOWED",
        "zstack, web-1, ops,         NOT_ALLOWED"
    })
    void refusesWhatIsNotThereOrNotGranted(String account, String instance, String to, String refusal) {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> PERMISSION.rule(request(account, instance, to), ALICE))
                .withMessage(refusal);
    }

    @Test
    void refusesWhoeverNoRuleNames() {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> PERMISSION.rule(request("huawei", "web-1", "ops"), requester("bob", null)))
                .withMessage("NOT_ALLOWED");
    }

    @ParameterizedTest
    @CsvSource({"JMS,,SENDER_NOT_VALIDATED", "JMS,ci,NOT_ALLOWED", "FILE,,NOT_ALLOWED"})
    void saysThatNobodyVouchesForTheSender(Origin.Source source, @Nullable String signer, String code) {
        Requester requester = new Requester(new Origin(source, "ID:1", null, null, 0), signer);

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> PERMISSION.rule(request("huawei", "web-1", "ops"), requester))
                .withMessage(code);
    }

    @Test
    void demandsASignatureOfThoseWhoMustGiveOne() {
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> PERMISSION.demandSignature(ALICE))
                .withMessage("SIGNATURE_MISSING");
        assertThatNoException().isThrownBy(() -> PERMISSION.demandSignature(requester("alice", "ci")));
    }

    @ParameterizedTest
    @CsvSource({"alice,ops,true", "alice,dev,false", "alice,removed,false", "alice,nowhere,false", "bob,ops,false"})
    void tellsOnlyPlacesThatAreThereAndTheAskersOwn(String user, String alias, boolean may) {
        assertThat(PERMISSION.mayTell(requester(user, null), alias)).isEqualTo(may);
    }

    @Test
    void showsItsRules() {
        assertThat(PERMISSION.policy().opinions(request("huawei", "web-1", "ops"), ALICE))
                .containsExactly(new Policy.Opinion("alice-asks", null));
    }

    private static Requester requester(String user, @Nullable String signer) {
        return new Requester(new Origin(Origin.Source.JMS, "ref", user, null, 0), signer);
    }

    private static PasswordRequest request(String account, String instance, String to) {
        return new PasswordRequest("r", account, instance, Map.of(), null, List.of(to.split("\\|")), null, null, null);
    }
}
