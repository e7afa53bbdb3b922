package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.request.RequestException;
import dev.passcourier.request.RequestReader;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class IdPropertiesTest {

    private static final String ID = "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}";

    @Property
    void anyTextIsOneSegmentAndComesBack(@ForAll("texts") String text) {
        String segment = PathSegment.encode(text);
        assertThat(segment).matches("([A-Za-z0-9._~-]|%[0-9A-F]{2})*");
        assertThat(URLDecoder.decode(segment, StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(URI.create("https://cloud.example/v1/" + segment + "/end").getPath())
                .isEqualTo("/v1/" + text + "/end");
    }

    @Property
    void anIdIsTakenIfItHasTheForm(@ForAll @From("ids") String id) {
        assertThat(isTaken(id)).isEqualTo(id.matches(ID));
    }

    @Property
    void anIdThatIsTakenNeverLeavesItsSegment(@ForAll @From("ids") String id) {
        if (isTaken(id)) {
            URI uri = URI.create("https://cloud.example/v1/" + PathSegment.encode(id) + "/end");
            assertThat(uri.normalize()).isEqualTo(uri);
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().ofMaxLength(200).filter(text -> text.codePoints()
                .noneMatch(IdPropertiesTest::isSurrogate));
    }

    @Provide
    Arbitrary<String> ids() {
        return Arbitraries.strings()
                .withCharRange('!', '~')
                .excludeChars('"', '\\')
                .ofMinLength(1)
                .ofMaxLength(130);
    }

    private static boolean isSurrogate(int codePoint) {
        return Character.getType(codePoint) == Character.SURROGATE;
    }

    private static boolean isTaken(String instance) {
        String json = "{\"id\":\"r\",\"account\":\"a\",\"deliverTo\":[\"d\"],\"instance\":\"" + instance + "\"}";
        try {
            return RequestReader.read(json.getBytes(StandardCharsets.UTF_8))
                    .instance()
                    .equals(instance);
        } catch (RequestException refused) {
            return false;
        }
    }
}
