package dev.passcourier.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.files.EncodedText.Encoding;
import java.io.ByteArrayOutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedTextTest {

    private static final String TEXT = "account,instance\r\n운영,서버-1\n";

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "UTF-8, '', UTF_8",
        "UTF-8, \uFEFF, UTF_8_MARKED",
        "UTF-8, \uFEFF\uFEFF, UTF_8_MARKED",
        "UTF-16LE, \uFEFF, UTF_16_LE",
        "UTF-16LE, '', UTF_16_LE",
        "UTF-16BE, \uFEFF, UTF_16_BE",
        "UTF-16BE, '', UTF_16_BE",
        "UTF-32LE, \uFEFF, UTF_32_LE",
        "UTF-32BE, \uFEFF, UTF_32_BE"
    })
    void readsTextWhateverWroteIt(String charset, String mark, Encoding encoding) throws Exception {
        byte[] content = (mark + TEXT).getBytes(Charset.forName(charset));
        assertThat(Encoding.of(content)).isEqualTo(encoding);
        assertThat(new String(EncodedText.utf8(content), StandardCharsets.UTF_8))
                .isEqualTo(TEXT);
    }

    @Test
    void doesNotTakeNulsAtTheEndOfAsciiForUtf16() throws Exception {
        for (int nuls = 0; nuls < 40; nuls++) {
            String text = "abc" + "\0".repeat(nuls);
            assertThat(EncodedText.utf8(text.getBytes(StandardCharsets.US_ASCII)))
                    .isEqualTo(text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void refusesBytesThatAreNoText() {
        assertThatThrownBy(() -> EncodedText.utf8("운영".getBytes(Charset.forName("EUC-KR"))))
                .isInstanceOf(CharacterCodingException.class);
        assertThatThrownBy(() -> EncodedText.utf8(cut("account".getBytes(StandardCharsets.UTF_16))))
                .isInstanceOf(CharacterCodingException.class);
    }

    private static byte[] cut(byte[] content) {
        var out = new ByteArrayOutputStream();
        out.write(content, 0, content.length - 1);
        return out.toByteArray();
    }
}
