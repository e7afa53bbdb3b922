package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.passcourier.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyTest {

    private static final List<String> NOBODY = List.of();
    private static final Policy POLICY = new Policy(new Settings.Policy(
            List.of(
                    rule(
                            "alice",
                            List.of("jms"),
                            List.of("alice"),
                            List.of("h"),
                            List.of("web-*"),
                            List.of("ops", "dev")),
                    rule("any-user", List.of("jms"), NOBODY, List.of("z"), List.of("i-1"), List.of("ops")),
                    rule("drop", List.of("file"), NOBODY, List.of("h", "z"), List.of("*"), List.of("files")),
                    rule("nightly", List.of("schedule"), NOBODY, List.of("*"), List.of("*"), List.of("*")),
                    rule("named-file", List.of("file"), List.of("bob"), List.of("k"), List.of("*"), List.of("*")),
                    rule("desk", List.of("cli"), NOBODY, List.of("h"), List.of("*"), List.of("*", "get:asker")),
                    rule("empty", List.of("jms"), List.of("carol"), List.of(), List.of("*"), List.of("*")),
                    signed("signed", List.of("jms", "file"), NOBODY, List.of("ci"), List.of("s")),
                    signed("signed-by-a-user", List.of("jms"), List.of("dave"), List.of("*"), List.of("t"))),
            Map.of(),
            List.of()));

    static Stream<Arguments> table() {
        return Stream.of(
                arguments("jms", "alice", "h", "web-1", "ops", "alice"),
                arguments("jms", "alice", "h", "web-", "ops,dev", "alice"),
                arguments("jms", "alice", "h", "db-1", "ops", null),
                arguments("jms", "alice", "h", "Web-1", "ops", null),
                arguments("jms", "alice", "h", "web-1", "ops,files", null),
                arguments("jms", "alice", "z", "web-1", "ops", null),
                arguments("jms", "bob", "h", "web-1", "ops", null),
                arguments("jms", null, "h", "web-1", "ops", null),
                arguments("file", null, "h", "web-1", "ops", null),
                arguments("jms", "bob", "z", "i-1", "ops", "any-user"),
                arguments("jms", null, "z", "i-1", "ops", null),
                arguments("jms", null, "z", "i-11", "ops", null),
                arguments("jms", "alice", "z", "i-1", "ops,dev", null),
                arguments("file", null, "h", "any", "files", "drop"),
                arguments("file", null, "z", "any", "files", "drop"),
                arguments("file", null, "k", "any", "files", null),
                arguments("schedule", null, "anything", "any", "x,y", "nightly"),
                arguments("schedule", null, "anything", "any", "get:asker", null),
                arguments("schedule", null, "anything", "any", "get:operations", null),
                arguments("schedule", null, "anything", "any", "x,cloud:clear", null),
                arguments("cli", "erin", "h", "any", "get:asker", "desk"),
                arguments("cli", "erin", "h", "any", "x", "desk"),
                arguments("cli", "erin", "h", "any", "cloud:clear", null),
                arguments("jms", "carol", "h", "any", "ops", null));
    }

    @ParameterizedTest
    @MethodSource("table")
    void grantsWhatOneRuleGrants(
            String source, @Nullable String user, String account, String instance, String to, @Nullable String rule) {
        PasswordRequest request =
                new PasswordRequest("r", account, instance, Map.of(), null, List.of(to.split(",")), null, null, null);

        assertThat(POLICY.allows(request, requester(source, user)).orElse(null)).isEqualTo(rule);
    }

    @ParameterizedTest
    @CsvSource({
        "jms,alice,ci,s,signed",
        "jms,,ci,s,signed",
        "file,,ci,s,signed",
        "jms,alice,other,s,",
        "jms,alice,,s,",
        "file,,,s,",
        "jms,dave,ci,t,signed-by-a-user",
        "jms,dave,anyone,t,signed-by-a-user",
        "jms,dave,,t,",
        "jms,,ci,t,",
        "jms,,ci,z,any-user",
        "jms,,,z,"
    })
    void looksWhoHasSigned(
            String source, @Nullable String user, @Nullable String signer, String account, @Nullable String rule) {
        PasswordRequest request =
                new PasswordRequest("r", account, "i-1", Map.of(), null, List.of("ops"), null, null, null);

        assertThat(POLICY.allows(request, new Requester(origin(source, user), signer))
                        .orElse(null))
                .isEqualTo(rule);
    }

    @ParameterizedTest
    @CsvSource({
        "file,bob,,h,web-1,ops,SOURCES",
        "jms,bob,,h,web-1,ops,USERS",
        "jms,alice,,z,web-1,ops,ACCOUNTS",
        "jms,alice,,h,db-1,ops,INSTANCES",
        "jms,alice,,h,web-1,files,DESTINATIONS",
        "jms,alice,,h,web-1,ops,"
    })
    void namesTheFirstListOfARuleThatDoesNotFit(
            String source,
            String user,
            @Nullable String signer,
            String account,
            String instance,
            String to,
            Policy.@Nullable Obstacle obstacle) {
        PasswordRequest request =
                new PasswordRequest("r", account, instance, Map.of(), null, List.of(to), null, null, null);

        assertThat(POLICY.opinions(request, new Requester(origin(source, user), signer)))
                .hasSize(9)
                .first()
                .isEqualTo(new Policy.Opinion("alice", obstacle));
    }

    @Test
    void namesAMissingSigner() {
        PasswordRequest request = new PasswordRequest("r", "s", "i", Map.of(), null, List.of("ops"), null, null, null);

        assertThat(POLICY.opinions(request, requester("jms", "alice")))
                .contains(new Policy.Opinion("signed", Policy.Obstacle.SIGNERS))
                .noneMatch(Policy.Opinion::grants);
    }

    @Test
    void demandsSignaturesOfSourcesThatMustSign() {
        Policy policy = new Policy(new Settings.Policy(List.of(), Map.of(), List.of("jms")));

        assertThat(policy.misses(requester("jms", "alice"))).isTrue();
        assertThat(policy.misses(new Requester(origin("jms", "alice"), "ci"))).isFalse();
        assertThat(policy.misses(requester("file", null))).isFalse();
    }

    @Test
    void grantsNothingWithoutRules() {
        Policy none = new Policy(new Settings.Policy(List.of(), Map.of(), List.of()));
        PasswordRequest request = new PasswordRequest("r", "h", "i", Map.of(), null, List.of("ops"), null, null, null);

        assertThat(none.allows(request, requester("schedule", null))).isEmpty();
        assertThat(none.mayTell(requester("schedule", null), "ops")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "jms,alice,dev,true",
        "jms,bob,dev,false",
        "jms,bob,ops,true",
        "jms,,ops,false",
        "jms,,files,false",
        "file,,files,true",
        "file,,ops,false",
        "schedule,,any,true"
    })
    void tellsOnlyPlacesThatTheSourceMayReach(String source, @Nullable String user, String alias, boolean may) {
        assertThat(POLICY.mayTell(requester(source, user), alias)).isEqualTo(may);
    }

    @ParameterizedTest
    @CsvSource({
        "*,x,true",
        "*,'',true",
        "a*,a,true",
        "a*c,abc,true",
        "a*c,ac,true",
        "a*c,abcd,false",
        "*b*,abc,true",
        "*b*,ac,false",
        "a*b*c,a-b-b-c,true",
        "a.c,abc,false",
        "'','',true",
        "'',a,false",
        "a**,a,true"
    })
    void matchesStarsOnly(String pattern, String text, boolean matches) {
        assertThat(Policy.matches(pattern, text)).isEqualTo(matches);
    }

    private static Requester requester(String source, @Nullable String user) {
        return Requester.unsigned(origin(source, user));
    }

    private static Origin origin(String source, @Nullable String user) {
        return new Origin(Origin.Source.valueOf(source.toUpperCase(java.util.Locale.ROOT)), "ref", user, null, 0);
    }

    private static Settings.Rule rule(
            String name,
            List<String> sources,
            List<String> users,
            List<String> accounts,
            List<String> instances,
            List<String> destinations) {
        return new Settings.Rule(name, sources, users, List.of(), accounts, instances, destinations);
    }

    private static Settings.Rule signed(
            String name, List<String> sources, List<String> users, List<String> signers, List<String> accounts) {
        return new Settings.Rule(name, sources, users, signers, accounts, List.of("*"), List.of("*"));
    }
}
