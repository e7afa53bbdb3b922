package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretSourceTest {

    private static final String SECRET = "CANARY pässwörd";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void leavesOutAMarkAndOneLineEnd(String ending) throws Exception {
        for (String start : new String[] {"", "\uFEFF"}) {
            assertThat(file(start + SECRET + ending)).isEqualTo(SECRET);
            assertThat(variable(start + SECRET + ending)).isEqualTo(SECRET);
        }
    }

    static Stream<Arguments> endings() {
        return Stream.of(
                Arguments.of("\r", "ends with a carriage return"),
                Arguments.of("\n\n", "ends with a line end beside the one that is left out"),
                Arguments.of("\r\n\r\n", "ends with a line end beside the one that is left out"),
                Arguments.of(" \n", "ends with a blank"),
                Arguments.of("\t", "ends with a tab"),
                Arguments.of("\0", "ends with a NUL"),
                Arguments.of("\u00A0", "ends with a no-break space"),
                Arguments.of("\u200B", "ends with a zero-width space"),
                Arguments.of("\\n", "ends with \\n as two characters"));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void keepsEverythingElseAndSaysWhatItEndsWith(String ending, String remark) throws Exception {
        byte[] secret = read(SECRET + ending);
        assertThat(SecretSource.remark(secret)).contains(remark);
        assertThat(new String(secret, StandardCharsets.UTF_8))
                .startsWith(SECRET)
                .isNotEqualTo(SECRET);
        byte[] both = read(" " + SECRET + ending);
        assertThat(SecretSource.remark(both)).contains("begins with a blank and " + remark);
    }

    @Test
    void saysThatItIsInQuotesOrWideText() throws Exception {
        assertThat(SecretSource.remark(read("\"" + SECRET + "\""))).contains("begins and ends with a quotation mark");
        for (String start : new String[] {"", "\uFEFF"}) {
            assertThat(SecretSource.remark((start + SECRET).getBytes(StandardCharsets.UTF_16LE)))
                    .hasValueSatisfying(remark -> assertThat(remark).startsWith("is UTF-16 text"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CANARY", "a b", "it's", "\"", "pass\\word", "x\\y\\nz"})
    void saysNothingOfOtherSecrets(String secret) throws Exception {
        assertThat(SecretSource.remark(read(secret + "\n"))).isEmpty();
    }

    @Test
    void readsAPlainValueFromUtf16() throws Exception {
        Path file = Files.write(
                directory.resolve("host"), "\uFEFFsmtp.example.com\r\n".getBytes(StandardCharsets.UTF_16LE));
        assertThat(SecretSource.readPlain("{{file:" + file + "}}", name -> null))
                .isEqualTo("smtp.example.com".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void saysThatNothingIsLeft() {
        assertThatThrownBy(() -> variable("\uFEFF\n")).hasMessage("environment variable NAME is empty");
        assertThatThrownBy(() -> file("\n")).hasMessageEndingWith(" is empty");
    }

    private byte[] read(String content) throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return SecretSource.read("{{file:" + file + "}}");
    }

    private String file(String content) throws Exception {
        return new String(read(content), StandardCharsets.UTF_8);
    }

    private static String variable(String value) throws Exception {
        return new String(SecretSource.read("{{env:NAME}}", name -> value), StandardCharsets.UTF_8);
    }
}
