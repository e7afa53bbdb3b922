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
import org.junit.jupiter.params.provider.EnumSource;

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
        "huawei, web-1, dev,         NOT_ALLOWED at rule alice-asks: its destinations do not fit",
        "huawei, web-1, ops|dev,     NOT_ALLOWED at rule alice-asks: its destinations do not fit",
        "huawei, db-1,  ops,         NOT_ALLOWED at rule alice-asks: its instances do not fit",
        "zstack, web-1, ops,         NOT_ALLOWED at rule alice-asks: its accounts do not fit"
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
                .withMessage("NOT_ALLOWED at rule alice-asks: its users do not fit");
    }

    @ParameterizedTest
    @CsvSource({"JMS,,SENDER_NOT_VALIDATED", "JMS,ci,NOT_ALLOWED", "FILE,,NOT_ALLOWED"})
    void saysThatNobodyVouchesForTheSender(Origin.Source source, @Nullable String signer, String code) {
        Requester requester = new Requester(new Origin(source, "ID:1", null, null, 0), signer);

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> PERMISSION.rule(request("huawei", "web-1", "ops"), requester))
                .extracting(refused -> refused.code().name())
                .isEqualTo(code);
    }

    @ParameterizedTest
    @EnumSource(names = {"FILE", "SCHEDULE"})
    void saysThatARuleWithUsersIsForQueuesOnly(Origin.Source source) {
        Settings.Rule anybody = rule("anybody", List.of("*"), List.of("*"), List.of("*"));
        Settings.Rule others = rule("others", List.of("jms"), List.of(), List.of("*"));
        Permission permission = new Permission(
                Set.of("huawei"),
                Set.of("ops"),
                new Policy(new Settings.Policy(List.of(others, anybody), Map.of(), List.of())));
        Requester requester = Requester.unsigned(new Origin(source, "x:1", null, "x", 1));

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> permission.rule(request("huawei", "web-1", "ops"), requester))
                .withMessage(
                        "NOT_ALLOWED at rule anybody: its users do not fit, as only requests from a queue, a command"
                                + " or a local route have a user");
    }

    @Test
    void saysThatThereIsNoRule() {
        Permission permission = new Permission(
                Set.of("huawei"), Set.of("ops"), new Policy(new Settings.Policy(List.of(), Map.of(), List.of())));

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> permission.rule(request("huawei", "web-1", "ops"), ALICE))
                .withMessage("NOT_ALLOWED at a policy without rules");
    }

    private static Settings.Rule rule(String name, List<String> sources, List<String> users, List<String> accounts) {
        return new Settings.Rule(name, sources, users, List.of(), accounts, List.of("*"), List.of("*"));
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
