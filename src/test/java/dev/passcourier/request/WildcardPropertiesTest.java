package dev.passcourier.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class WildcardPropertiesTest {

    @Property(tries = 5000)
    void matchesWhatTheRegularExpressionMatches(@ForAll("patterns") String pattern, @ForAll("texts") String text) {
        String regex =
                Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        assertThat(Policy.matches(pattern, text)).isEqualTo(text.matches("(?s)" + regex));
    }

    @Property
    void aTextMatchesItselfAndStarsPutAnywhere(@ForAll("texts") String text) {
        assertThat(Policy.matches(text, text)).isTrue();
        for (int at = 0; at <= text.length(); at++) {
            assertThat(Policy.matches(text.substring(0, at) + "*" + text.substring(at), text))
                    .isTrue();
        }
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.strings().withChars('a', 'b', '*', '.').ofMaxLength(8);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars('a', 'b', '.', '\n').ofMaxLength(12);
    }
}
