package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Finding;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told of a mistake in a route file: its file, its line and Camel's own words. */
class RouteCheckTest {

    @TempDir
    private Path directory;

    private StartFolder folder;

    @BeforeEach
    void layOut() throws Exception {
        folder = new StartFolder(directory);
    }

    @Test
    void whatIsShippedIsFine() throws Exception {
        assertThat(found()).isEmpty();
    }

    @Test
    void whatCannotBeReadIsToldOfAllFiles() throws Exception {
        folder.edit("routes/intake.camel.yaml", "id: intake-check", "idd: intake-check");
        folder.edit("routes/report.camel.yaml", "- process:", "- proces:");
        folder.edit("routes/outbox.camel.yaml", "      description: Takes", "     description: Takes");
        folder.put("routes/delivery/expired.camel.yaml", "");

        assertThat(found())
                .containsExactlyInAnyOrder(
                        route("intake") + ":15:18 Unsupported field: idd",
                        route("report") + ":10:11 Unknown node id: proces",
                        route("outbox") + ":8:6 expected <block end>, but found '<block mapping start>'",
                        route("delivery/expired") + ": Resource is empty: file:" + route("delivery/expired"));
    }

    @Test
    void whatCannotBeMadeIsToldWithTheStep() throws Exception {
        folder.edit("routes/intake.camel.yaml", "ref: check-request", "ref: chek-request");
        folder.edit("routes/report.camel.yaml", "period: 1000", "period: soon");
        folder.edit("routes/dead-letter.camel.yaml", "uri: broker:", "uri: brokr:");

        assertThat(found())
                .containsExactlyInAnyOrder(
                        route("intake")
                                + ":15:17 No bean could be found in the registry for: chek-request; did you mean"
                                + " 'check-request'?",
                        route("report") + ":5:11 'soon' is no Duration",
                        route("dead-letter") + ":5:11 No endpoint could be found for: brokr://queue:passcourier.dead,"
                                + " please check your classpath contains the needed Camel component jar.");
    }

    @Test
    void aMistakeInATemplateIsToldOnceForAllThatIsMadeOfIt() throws Exception {
        folder.edit("routes/outbox.camel.yaml", "${body}", "${body");
        folder.edit("routes/fetch.camel.yaml", "id: fetch\n    param", "id: fetsh\n    param");

        assertThat(found())
                .containsExactlyInAnyOrder(
                        route("outbox") + ":23:19 expected symbol functionEnd but was eol",
                        folder.home().resolve("routes")
                                + ": Cannot find RouteTemplate with id fetch; did you mean 'fetsh'?");
    }

    /** Whoever mends what is told first must not be told of more then. */
    @Test
    void whatIsWrongInTemplatesIsToldBesideWhatCannotBeRead() throws Exception {
        folder.edit("routes/intake.camel.yaml", "id: intake-check", "idd: intake-check");
        folder.edit("routes/delivery/jms-sink.camel.yaml", "direct:hand-on", "direct:handon");
        folder.edit("routes/delivery/webhook-sink.camel.yaml", "copyHeaders", "copyHeadrs");
        folder.edit("routes/report.camel.yaml", "period: 1000", "period: soon");
        folder.edit("routes/outbox.camel.yaml", "${body}", "${body");
        folder.edit("routes/provider/kakaocloud.camel.yaml", "routeTemplate:", "routeTemplat:");

        assertThat(found())
                .containsExactlyInAnyOrder(
                        route("intake") + ":15:18 Unsupported field: idd",
                        route("report") + ":5:11 'soon' is no Duration",
                        route("delivery/jms-sink")
                                + ":40:27 no route begins at direct:handon; did you mean 'direct:hand-on'?",
                        route("delivery/webhook-sink") + ":21:17 'copyHeadrs' is no option of http; did you mean"
                                + " 'copyHeaders'?",
                        route("outbox") + ":23:19 expected symbol functionEnd but was eol",
                        route("provider/kakaocloud") + ":1:3 Unknown node id: routeTemplat");
    }

    @Test
    void mistakesInCamelsSettingsAndInRoutesAreToldTogether() throws Exception {
        Path file = folder.home().resolve("config/application.properties");
        Files.writeString(file, Files.readString(file) + "camel.main.tracing=true\n");
        folder.edit("routes/intake.camel.yaml", "id: intake-check", "idd: intake-check");

        assertThat(found())
                .containsExactlyInAnyOrder(
                        "camel.main.tracing: would keep or show passwords, or change routes; switch it off",
                        route("intake") + ":15:18 Unsupported field: idd");
    }

    /** Camel itself would start, and requests would fail at night. */
    @Test
    void whatLeadsNowhereIsTold() throws Exception {
        Files.delete(folder.home().resolve("routes/report.camel.yaml"));
        folder.edit("routes/intake.camel.yaml", "direct:hand-on", "direct:handon");
        folder.edit("routes/delivery/webhook-sink.camel.yaml", "copyHeaders", "copyHeadrs");

        assertThat(found())
                .containsExactlyInAnyOrder(
                        folder.home().resolve("routes")
                                + ": no file has the route 'report'; restore it from the release",
                        route("intake") + ":19:25 no route begins at direct:handon; did you mean 'direct:hand-on'?",
                        route("delivery/webhook-sink") + ":21:17 'copyHeadrs' is no option of http; did you mean"
                                + " 'copyHeaders'?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "camel.main.shutdownTimeout=soon | @: camel.main.shutdownTimeout: Camel has no such key, or does not take"
                        + " its value; did you mean 'ShutdownTimeout'?",
                "camel.main.tracing=true | camel.main.tracing: would keep or show passwords, or change routes; switch it"
                        + " off"
            })
    void aMistakeInCamelsSettingsIsTold(String line, String expected) throws Exception {
        Path file = folder.home().resolve("config/application.properties");
        Files.writeString(file, Files.readString(file) + line + "\n");

        assertThat(found()).containsExactly(expected.replace("@", file.toString()));
    }

    private String route(String name) {
        return folder.home().resolve("routes/" + name + ".camel.yaml").toString();
    }

    private List<String> found() throws Exception {
        var settings = SettingsLoader.load(folder.settings(), ProviderCatalog.find(), Clock.systemUTC());
        return RouteCheck.of(folder.home(), settings, Clock.systemUTC()).stream()
                .map(Finding::toString)
                .toList();
    }
}
