package dev.passcourier.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the build bans, the start refuses too: a jar may come into {@code lib} past the build. */
class DependencyRulesTest {

    @Test
    void everyBannedModuleIsRefusedAtTheStart() throws IOException {
        List<String> banned = banned();

        assertThat(banned).contains("org.apache.camel:camel-console", "org.jolokia", "org.apache.groovy", "ognl:ognl");
        assertThat(banned)
                .filteredOn(module -> module.contains(":") && !module.contains("*"))
                .allSatisfy(module -> assertThat(found(module.substring(module.indexOf(':') + 1) + "-1.0.jar"))
                        .as(module)
                        .isNotEmpty());
    }

    @Test
    void theRuleIsPartOfEveryBuild() throws IOException {
        assertThat(Files.readString(Path.of("pom.xml")))
                .containsPattern(
                        "(?s)<id>house-rules</id>\\s*<goals><goal>enforce</goal></goals>.*<bannedDependencies>")
                .doesNotContain("<phase>none</phase>");
    }

    private static List<String> found(String jar) {
        return new HostCheck.ClassPathCheck(new ProcessFacts(
                        List.of(), Map.of(), Map.of(), List.of(jar), resource -> false, option -> null))
                .findings()
                .toList();
    }

    private static List<String> banned() throws IOException {
        return Pattern.compile("<exclude>([^<]+)</exclude>")
                .matcher(Files.readString(Path.of("pom.xml")))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
