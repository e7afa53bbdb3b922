package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.passcourier.service.PlainArtemis;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.activemq.artemis.core.security.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code run} and {@code doctor} say of a broker that they cannot use. */
@Timeout(120)
class BrokerFailureTest {

    private static final String PASSWORD = UUID.randomUUID().toString();

    @TempDir
    static Path directory;

    private static PlainArtemis broker;

    @BeforeAll
    static void start() throws Exception {
        broker = PlainArtemis.start(directory, PASSWORD, UUID.randomUUID().toString());
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    static Stream<Arguments> addresses() {
        String place = "127.0.0.1:" + broker.port();
        return Stream.of(
                arguments(
                        broker.url(),
                        "wrong",
                        "broker.user, broker.password: the broker refuses the log-in of user courier; check both, and that"
                                + " the broker knows this user"),
                arguments(
                        "tcp://broker.invalid:61616",
                        PASSWORD,
                        "broker.url: the host name broker.invalid is not known here; check the name and DNS"),
                arguments(
                        "tcp://127.0.0.1:1",
                        PASSWORD,
                        "broker.url: nobody listens on 127.0.0.1:1; check host, port and firewall"),
                arguments(
                        broker.url() + "?sslEnabled=true",
                        PASSWORD,
                        "broker.url: " + place
                                + " answers, but TLS with it does not come about: its certificate must be"
                                + " trusted by trustStorePath in the URL and name this host"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("addresses")
    void namesTheSettingToLookAt(String url, String password, String says) {
        BrokerAccess access = new BrokerAccess(url, PlainArtemis.COURIER, password);

        Exception failure =
                catchThrowableOfType(Exception.class, () -> QueueDeclarer.declare(access, List.of(Queues.QUARANTINE)));

        assertThat(BrokerFailure.of("broker", access, failure)).hasMessage(says);
    }

    @Test
    void namesThePermissionThatIsMissing() throws Exception {
        BrokerAccess access = new BrokerAccess(broker.url(), PlainArtemis.COURIER, PASSWORD);
        QueueDeclarer.declare(access, List.of("fetch.kakao"));
        Role deaf = new Role("service", true, false, true, true, true, true, true, true, true, true);
        broker.server().getSecurityRepository().addMatch("fetch.kakao", Set.of(deaf));

        Exception failure = catchThrowableOfType(
                Exception.class, () -> new BrokerProbe(access).demandConsumers(List.of("fetch.kakao")));

        assertThat(BrokerFailure.of("broker", access, failure))
                .hasMessage(
                        "broker.user: user courier lacks the permission CONSUME on fetch.kakao on the broker; give it to"
                                + " one of its roles there");
    }
}
