package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;

/** The file with Camel's own keys. */
class CamelSettingsTest {

    private static final Path FILE = Path.of("config/application.properties");

    /** What must be written out, whatever Camel's default is or will be. */
    private static final Map<String, String> DEMANDED = Map.of(
            "camel.main.streamCachingEnabled", "false",
            "camel.main.streamCachingSpoolEnabled", "false",
            "camel.main.messageHistory", "false",
            "camel.main.logExhaustedMessageBody", "false",
            "camel.main.jmxEnabled", "false");

    @Test
    void camelUnderstandsEveryKey() throws Exception {
        start(Map.of());
    }

    @Test
    void aKeyThatCamelDoesNotKnowStopsTheStart() {
        assertThatThrownBy(() -> start(Map.of("camel.main.streamCachingEnabledd", "false")))
                .isInstanceOf(PropertyBindingException.class);
    }

    @Test
    void whatKeepsBodiesOutOfSightIsWrittenOut() throws IOException {
        assertThat(properties()).containsAllEntriesOf(DEMANDED);
    }

    @Test
    void thereAreKeysOfCamelOnlyAndNoSecrets() throws IOException {
        assertThat(properties()).allSatisfy((key, value) -> {
            assertThat(key.toString())
                    .as("ours are in passcourier.yaml; components are set up in Java")
                    .startsWith("camel.main.");
            assertThat(key.toString())
                    .as("secrets are references in passcourier.yaml")
                    .doesNotContainPattern("(?i)password|secret|token|credential|passphrase");
            assertThat(value.toString()).doesNotContainPattern("//[^/]*@|BEGIN|RAW\\(");
        });
    }

    private static void start(Map<String, String> more) throws Exception {
        Main main = new Main();
        main.setPropertyPlaceholderLocations("file:" + FILE);
        main.addOverrideProperty("camel.main.routesIncludePattern", "false");
        more.forEach(main::addOverrideProperty);
        try {
            main.start();
        } finally {
            main.stop();
        }
    }

    private static Properties properties() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(FILE)) {
            properties.load(in);
        }
        return properties;
    }
}
