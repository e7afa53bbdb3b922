package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathSegmentTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "azAZ09-_.~      | azAZ09-_.~",
                "a/b             | a%2Fb",
                "\"a b+c\"       | a%20b%2Bc",
                "i:1?x#y%z       | i%3A1%3Fx%23y%25z",
                "\u00e9\u4e2d\ud83d\ude00 | %C3%A9%E4%B8%AD%F0%9F%98%80",
            })
    void keepsOnlyUnreservedCharacters(String raw, String encoded) {
        assertThat(PathSegment.encode(raw)).isEqualTo(encoded);
    }
}
