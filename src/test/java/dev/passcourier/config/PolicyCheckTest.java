package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A policy in which nothing is out of reach, and what makes something so. */
class PolicyCheckTest {

    private static final String WHOLE = """
        broker: {acceptor: {port: 1}, users: {ticketing: {}}}
        sources: {jms: {queue: asks}, file: {directory: drop}}
        schedules: {nightly: {report: [reports]}}
        accounts: {prod: {}}
        destinations: {mail: {}, reports: {}}
        policy:
          signed: []
          signers: {}
          rules:
            - {name: tickets, sources: [jms], users: [ticketing], signers: [], accounts: ["*"], instances: ["web-*"], destinations: [mail]}
            - {name: batches, sources: [file, schedule], users: [], signers: [], accounts: [prod], instances: ["*"], destinations: [mail]}
        """;

    @Test
    void findsNothingWhereEverythingCanBeReached() {
        assertThat(warnings(WHOLE)).isEmpty();
    }

    static Stream<Arguments> outOfReach() {
        return Stream.of(
                Arguments.of(
                        "sources: [file, schedule], users: []",
                        "sources: [file, schedule], users: [\"*\"]",
                        List.of(
                                "policy.rules[1].users: no request can match: only requests from a queue, a command"
                                        + " or a local route have a user, and the rule is for file and schedule; remove"
                                        + " users, or add jms, cli or local to the rule's sources",
                                "sources.file: every request from here ends as NOT_ALLOWED: no rule of the policy can"
                                        + " match one, not even 'batches'; add a rule with sources: [file] and without"
                                        + " users",
                                "schedules: every request from here ends as NOT_ALLOWED: no rule of the policy can"
                                        + " match one, not even 'batches'; add a rule with sources: [schedule] and without"
                                        + " users")),
                Arguments.of(
                        "sources: [file, schedule], users: []",
                        "sources: [\"*\", cli], users: [\"*\"]",
                        List.of(
                                "policy.rules[1].users: no request from file or schedule can match: only requests from"
                                        + " a queue, a command or a local route have a user; give them a rule without users, and this one"
                                        + " none of their sources",
                                "sources.file: every request from here ends as NOT_ALLOWED: no rule of the policy can"
                                        + " match one, not even 'batches'; add a rule with sources: [file] and without"
                                        + " users",
                                "schedules: every request from here ends as NOT_ALLOWED: no rule of the policy can"
                                        + " match one, not even 'batches'; add a rule with sources: [schedule] and without"
                                        + " users")),
                Arguments.of(
                        "sources: [file, schedule], users: []",
                        "sources: [\"*\"], users: []",
                        List.of("policy.rules[1].sources: * also matches cli, the commands of whoever may use the"
                                + " service's control socket; name the sources that are meant: jms, file, schedule,"
                                + " report, local; or add cli beside * if commands are too")),
                Arguments.of(
                        "sources: [jms], users: [ticketing]",
                        "sources: [jms], users: [tiketing]",
                        List.of("policy.rules[0].users[0]: no request can come from it: it is not defined under"
                                + " 'broker.users'; did you mean 'ticketing'?")),
                Arguments.of(
                        "\"web-*\"",
                        "\"web *\"",
                        List.of(
                                "policy.rules[0].instances[0]: matches no instance; ids have letters, digits and . _ :"
                                        + " - only, at most 128, and * stands for any of them",
                                "sources.jms: every request from here ends as NOT_ALLOWED: no rule of the policy can"
                                        + " match one, not even 'tickets'; add a rule with sources: [jms]")),
                Arguments.of(
                        "sources: [file, schedule], users: []",
                        "sources: [schedule], users: []",
                        List.of("sources.file: every request from here ends as NOT_ALLOWED: no rule of the policy can"
                                + " match one; add a rule with sources: [file] and without users")),
                Arguments.of("sources: [jms], users: [ticketing]", "sources: [jms, cli], users: [jane]", List.of()),
                Arguments.of(
                        "sources: [jms], users: [ticketing]",
                        "sources: [cli], users: [jane]",
                        List.of("sources.jms: every request from here ends as NOT_ALLOWED: no rule of the policy can"
                                + " match one; add a rule with sources: [jms]")),
                Arguments.of(", file: {directory: drop}", "", List.of()),
                Arguments.of(
                        "broker: {acceptor: {port: 1}, users",
                        "broker: {users",
                        List.of("policy.rules[0].sources: no request can match: these settings open no source jms;"
                                + " open one with broker.acceptor, or remove the rule")),
                Arguments.of(
                        "nightly: {report: [reports]}",
                        "nightly: {report: []}",
                        List.of("destinations.reports: no rule of the policy that can match lets a result go here; add"
                                + " it to the destinations of a rule, or remove it")),
                Arguments.of("accounts: {prod: {}}", "accounts: {prod: {}, lab: {}}", List.of()),
                Arguments.of("accounts: [\"*\"]", "accounts: [lab]", List.of()),
                Arguments.of(
                        "signed: []",
                        "signed: [jms]",
                        List.of("policy.signed: every request from there ends as SIGNATURE_MISSING or SIGNER_UNKNOWN:"
                                + " no signer is defined; name one under policy.signers")));
    }

    @ParameterizedTest
    @MethodSource("outOfReach")
    void namesWhatNoRequestCanMatchOrReach(String good, String other, List<String> expected) {
        assertThat(WHOLE).contains(good);

        assertThat(warnings(WHOLE.replace(good, other))).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void namesAnAccountThatNobodyMayAsk() {
        assertThat(warnings(WHOLE.replace("accounts: {prod: {}}", "accounts: {prod: {}, lab: {}}")
                        .replace("accounts: [\"*\"]", "accounts: [prod]")))
                .containsExactly(
                        "accounts.lab: no rule of the policy that can match lets anybody ask this account; add it to"
                                + " the accounts of a rule, or remove it");
    }

    @Test
    void leavesUsersOfAnotherBrokerToIt() {
        assertThat(warnings(WHOLE.replace("broker: {", "broker: {url: \"tcp://b:1\", ")
                        .replace("users: [ticketing]", "users: [somebody]")))
                .isEmpty();
    }

    @Test
    void namesEverySourceOfAPolicyWithoutRules() {
        assertThat(warnings(WHOLE.substring(0, WHOLE.indexOf("  rules:")) + "  rules: []\n"))
                .extracting(each -> each.split(":", -1)[0])
                .containsExactlyInAnyOrder(
                        "sources.jms", "sources.file", "schedules", "accounts.prod", "destinations.mail");
    }

    private static List<String> warnings(String yaml) {
        Findings findings = new Findings("settings.yaml");
        PolicyCheck.of(YamlReader.read(yaml, findings), findings);
        assertThat(findings.stop()).isFalse();
        return findings.inOrder().stream()
                .map(finding -> finding.key() + ": " + finding.message() + "; " + finding.hint())
                .toList();
    }
}
