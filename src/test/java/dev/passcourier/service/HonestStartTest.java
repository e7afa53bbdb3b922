package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** R15: what cannot be used stops the start, names the setting, and leaves nothing running. */
class HonestStartTest {

    @TempDir
    Path directory;

    /** Makes the start impossible; answers what to change in the settings. */
    interface Obstacle {
        UnaryOperator<String> in(Path home) throws Exception;
    }

    private record Row(String what, String named, Obstacle obstacle) {}

    @TestFactory
    Stream<DynamicTest> stopsTheStartAndNamesTheSetting() {
        return Stream.of(
                        new Row(
                                "the acceptor's port is taken",
                                "broker.acceptor",
                                home -> settings -> settings.replaceFirst(
                                        "(?m)^(    host: 127.0.0.1\n    port:) 0$", "$1 " + TAKEN)),
                        new Row(
                                "the status page's port is taken",
                                "service.status.port",
                                home -> settings ->
                                        settings.replaceFirst("status:\n    port: 0", "status:\n    port: " + TAKEN)),
                        new Row("the data directory is a file", "service.dataDirectory", home -> {
                            Files.createFile(home.resolve("data"));
                            return settings -> settings;
                        }),
                        new Row("the data directory is open to others", "chmod 700", home -> {
                            data(home, "rwxr-xr-x");
                            return settings -> settings;
                        }),
                        new Row("the data directory belongs to another user", "service.dataDirectory", home -> {
                            Path data = data(home, "rwx------");
                            assumeTrue((Integer) Files.getAttribute(data, "unix:uid") == 0, "the test is root");
                            Files.setAttribute(data, "unix:uid", 12345);
                            return settings -> settings;
                        }),
                        new Row("the drop directory is missing", "sources.file.directory", home -> {
                            Files.delete(home.resolve("drop"));
                            return settings -> settings;
                        }),
                        new Row(
                                "the ledger's database does not answer",
                                "ledger.url",
                                home -> settings -> settings + "ledger:\n  url: jdbc:postgresql://127.0.0.1:" + TAKEN
                                        + "/ledger\n  user: nobody\n  password: \"{{file:secrets/mail}}\"\n"),
                        new Row(
                                "the external broker does not answer",
                                "broker.url",
                                home -> settings -> settings.replaceFirst(
                                        "(?s)broker:.*?\nsources:",
                                        "broker:\n  url: tcp://127.0.0.1:1\n  user: us\n  password: \"{{file:secrets/mail}}\"\nsources:")))
                .map(row -> DynamicTest.dynamicTest(row.what, () -> stops(row)));
    }

    /** Replaced by the port of a program that listens already and never answers. */
    private static final String TAKEN = "@taken@";

    private void stops(Row row) throws Exception {
        try (Whole whole = Whole.prepare(directory.resolve(row.what.replaceAll("[^a-z]", "-")));
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Path home = whole.home();
            UnaryOperator<String> change = row.obstacle.in(home);
            String settings = change.apply(Files.readString(whole.world().settings()))
                    .replace(TAKEN, Integer.toString(other.getLocalPort()));
            Files.writeString(whole.world().settings(), settings);

            assertThatThrownBy(() -> start(whole))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(row.named);

            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.equals("health") || name.equals("ledger") || name.contains("JmsConsumer"));
        }
    }

    private static void start(Whole whole) throws Exception {
        try {
            var settings = SettingsLoader.load(whole.world().settings(), ProviderCatalog.find(), Clock.systemUTC());
            PasscourierService.start(Path.of("").toAbsolutePath(), settings, Clock.systemUTC())
                    .close();
        } catch (InvalidConfigurationException e) {
            throw new ConfigurationException(e.findings().toString());
        }
    }

    private static Path data(Path home, String mode) throws IOException {
        Path data = Files.createDirectory(home.resolve("data"));
        return Files.setPosixFilePermissions(data, PosixFilePermissions.fromString(mode));
    }
}
