package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsMapperTest {

    private static final String CANARY = "CANARY-3f9c";

    private enum Speed {
        SLOW,
        FAST
    }

    private record Everything(
            Duration pause,
            ZoneId zone,
            URI url,
            Path path,
            SecretRef secret,
            Speed speed,
            int number,
            List<String> names,
            @Nullable String note) {}

    private record Small(
            Duration pause, int number, @Nullable SecretRef secret) {}

    @Test
    void readsEveryType() throws Exception {
        Everything all = SettingsMapper.read(
                json("{'pause':'20m','zone':'Asia/Shanghai','url':'https://ecs.example.com/v1',"
                        + "'path':'/etc/keys','secret':'{{env:TOKEN}}','speed':'fast','number':8,'names':['a','b']}"),
                Everything.class);

        assertThat(all)
                .isEqualTo(new Everything(
                        Duration.ofMinutes(20),
                        ZoneId.of("Asia/Shanghai"),
                        URI.create("https://ecs.example.com/v1"),
                        Path.of("/etc/keys"),
                        new SecretRef("{{env:TOKEN}}"),
                        Speed.FAST,
                        8,
                        List.of("a", "b"),
                        null));
    }

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "30s,PT30S", "20m,PT20M", "12h,PT12H", "7d,PT168H"})
    void readsDurationsInOurForm(String written, Duration meant) throws Exception {
        assertThat(SettingsMapper.read(json("{'pause':'" + written + "','number':1}"), Small.class)
                        .pause())
                .isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"five", "5", "0s", "-1s", "1.5h", "5 s", "5S", "PT5S", "99999999999d", ""})
    void refusesDurationsInAnyOtherForm(String written) {
        assertThatThrownBy(() -> SettingsMapper.read(json("{'pause':'" + written + "','number':1}"), Small.class))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("pause: no value, or one that does not fit")
                .hasNoCause();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "\"{'pause':'1s','number':1,'secret':'CANARY-3f9c'}\",\"secret: no value, or one that does not fit\"",
                "\"{'pause':'CANARY-3f9c','number':1}\",\"pause: no value, or one that does not fit\"",
                "\"{'pause':'1s','number':'CANARY-3f9c'}\",\"number: no value, or one that does not fit\"",
                "\"{'pause':'1s','number':'1'}\",\"number: no value, or one that does not fit\"",
                "\"{'pause':'1s','number':1.5}\",\"number: no value, or one that does not fit\"",
                "\"{'pause':'1s'}\",\"number: no value, or one that does not fit\"",
                "\"{'number':1}\",\"pause: no value\"",
                "\"{'pause':'1s','number':1,'colour':'CANARY-3f9c'}\",\"colour: unknown key\"",
            })
    void namesTheKeyAndNeverTheValue(String settings, String message) {
        assertThatThrownBy(() -> SettingsMapper.read(json(settings), Small.class))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(message)
                .hasNoCause()
                .message()
                .doesNotContain(CANARY);
    }

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }
}
