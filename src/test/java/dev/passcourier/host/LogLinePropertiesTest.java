package dev.passcourier.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;

/** Whatever a value is, the shipped patterns make one line of it. */
class LogLinePropertiesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static PatternLayout people;
    private static PatternLayout machines;

    @BeforeContainer
    static void readShippedPatterns() throws IOException {
        Properties shipped = new Properties();
        try (InputStream in = LogLinePropertiesTest.class.getResourceAsStream("/log4j2.properties")) {
            shipped.load(in);
        }
        people = layout(shipped.getProperty("property.text"));
        machines = layout(shipped.getProperty("property.json"));
    }

    private static PatternLayout layout(String pattern) {
        return PatternLayout.newBuilder()
                .withConfiguration(new DefaultConfiguration())
                .withAlwaysWriteExceptions(false)
                .withPattern(pattern)
                .build();
    }

    @Property
    void anyValueIsOneLineForPeople(@ForAll @StringLength(max = 400) String value) {
        assertThat(people.toSerializable(event(value)))
                .matches("(?s)\\d{4}-.* WARN  Lines - VALUE .*\n")
                .satisfies(LogLinePropertiesTest::isOneVisibleLine);
    }

    @Property
    void anyValueIsOneObjectForMachines(@ForAll @StringLength(max = 400) String value) throws JsonProcessingException {
        String line = machines.toSerializable(event(value));

        isOneVisibleLine(line);
        JsonNode event = JSON.readTree(line);
        assertThat(event.fieldNames()).toIterable().containsExactly("time", "level", "logger", "thread", "message");
        assertThat(event.path("message").asText()).startsWith("VALUE ");
    }

    private static LogEvent event(String value) {
        return Log4jLogEvent.newBuilder()
                .setLevel(Level.WARN)
                .setLoggerName("dev.passcourier.host.Lines")
                .setThreadName("main")
                .setMessage(new SimpleMessage("VALUE " + value))
                .build();
    }

    private static void isOneVisibleLine(String line) {
        assertThat(line).endsWith("\n");
        assertThat(line.substring(0, line.length() - 1).chars()).noneMatch(LogLinePropertiesTest::isHarmful);
    }

    private static boolean isHarmful(int character) {
        return Character.isISOControl(character)
                || (character >= 0x2028 && character <= 0x202E)
                || (character >= 0x2066 && character <= 0x2069)
                || character == 0x200E
                || character == 0x200F
                || character == 0x061C;
    }
}
