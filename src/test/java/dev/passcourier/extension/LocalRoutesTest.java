package dev.passcourier.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.passcourier.config.Finding;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.Destination;
import dev.passcourier.config.Settings.RouteChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.file.FileConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What routes in {@code routes/local} may do, and that what they may not is said with file, line and column. */
class LocalRoutesTest {

    private static final Processor NOBODY = exchange -> {};

    @TempDir
    Path home;

    private Path folder;
    private Path open;
    private Path secret;

    @BeforeEach
    void makeFolders() throws IOException {
        folder = Files.createDirectories(home.resolve("routes/local"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        open = Files.createDirectories(home.resolve("exchange"));
        Files.createDirectories(home.resolve("data/keys"));
        secret = Files.writeString(home.resolve("ftp"), "s3cret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    }

    /** Steps of a route, the place of the mistake in the file, and what is said of it. */
    static Stream<Arguments> hostile() {
        return Stream.of(
                refused("- bean: {ref: vault}", "7:11", "'bean' is not for routes"),
                refused("- process: {ref: check-request}", "7:11", "'process' is not for routes"),
                refused("- to: bean:vault?method=open", "7:15", "'bean' runs or reaches what is inside"),
                refused("- to: {uri: \"class:dev.passcourier.vault.Vault\"}", "7:21", "'class' runs or reaches"),
                refused("- to: language:simple:${body}", "7:15", "addresses are fixed"),
                refused("- to: controlbus:route?action=stop&routeId=intake", "7:15", "'controlbus' runs or reaches"),
                refused("- to: ref:vault", "7:15", "'ref' runs or reaches"),
                refused(
                        "- to: direct:call.kakao-prod",
                        "7:15",
                        "no route in routes/local begins at direct:call.kakao-prod"),
                refused(
                        "- to: direct:ask.kakao-prod",
                        "7:15",
                        "no route in routes/local begins at direct:ask.kakao-prod"),
                refused("- to: direct:send.archive", "7:15", "no route in routes/local begins at direct:send.archive"),
                refused("- to: direct:hand-on", "7:15", "no route in routes/local begins at direct:hand-on"),
                refused("- to: broker:queue:passcourier.dead", "7:15", "'broker' is not open"),
                refused("- to: jms:queue:password.requests", "7:15", "'jms' is not open"),
                refused("- to: jmx:platform", "7:15", "'jmx' is not open"),
                refused("- to: exec:cat?args=data/keys/signing.jwk", "7:15", "'exec' runs or reaches"),
                refused("- toD: \"file:${header.where}\"", "7:11", "'toD' is not for routes"),
                refused("- recipientList: {header: where}", "7:11", "'recipientList' is not for routes"),
                refused("- pollEnrich: {constant: \"file:data/keys\"}", "7:11", "'pollEnrich' is not for routes"),
                refused("- script: {groovy: \"System.exit(1)\"}", "7:11", "'script' is not for routes"),
                refused("- setBody: {groovy: \"1\"}", "7:21", "'groovy' is not for routes"),
                refused("- setBody: {ognl: \"1\"}", "7:21", "'ognl' is not for routes"),
                refused("- setBody: {method: {beanType: java.lang.Runtime}}", "7:21", "'method' is not for routes"),
                refused("- setBody: {simple: \"${bean:vault?method=open}\"}", "7:29", "${bean:vault?method=open}"),
                refused("- setBody: {simple: \"${bean:type:java.lang.System?method=getenv}\"}", "7:29", "${bean:type"),
                refused("- setBody: {simple: \"$simple{ref:vault}\"}", "7:29", "${ref:vault}"),
                refused("- setBody: {simple: \"${camelContext.registry}\"}", "7:29", "${camelContext.registry}"),
                refused("- setBody: {simple: \"${body.class.classLoader}\"}", "7:29", "${body.class.classLoader}"),
                refused("- setBody: {simple: \"${exchange.context}\"}", "7:29", "${exchange.context}"),
                refused("- setBody: {simple: \"${env.HOME}\"}", "7:29", "${env.HOME}"),
                refused("- setBody: {simple: \"${sysenv.HOME}\"}", "7:29", "${sysenv.HOME}"),
                refused("- setBody: {simple: \"${sys.user.home}\"}", "7:29", "${sys.user.home}"),
                refused("- setBody: {simple: \"${properties:passcourier.intake-queue}\"}", "7:29", "${properties:"),
                refused("- setBody: {simple: \"${type:java.io.File.separator}\"}", "7:29", "${type:"),
                refused("- setBody: {simple: \"resource:file:data/keys/signing.jwk\"}", "7:29", "would read a file"),
                refused("- setBody: {constant: \"resource:file:data/keys/signing.jwk\"}", "7:31", "would read a file"),
                refused(
                        "- setBody: {constant: \"{{env:HOME}}\"}",
                        "7:31",
                        "{{env:HOME}} is no secret of local.secrets"),
                refused("- setBody: {constant: \"{{sys:user.home}}\"}", "7:31", "{{sys:user.home}} is no secret"),
                refused("- setBody: {constant: \"{{ftp-password}}\"}", "7:31", "in the address of a component only"),
                refused("- log: \"${exchangeProperty.x} ${camelContext}\"", "7:16", "${camelContext}"),
                refused(
                        "- unmarshal: {json: {unmarshalType: dev.passcourier.config.Settings}}",
                        "7:30",
                        "'unmarshalType'"),
                refused(
                        "- convertBodyTo: {type: dev.passcourier.vault.Vault}",
                        "7:33",
                        "no class that a route may name"),
                refused("- throwException: {exceptionType: dev.passcourier.App}", "7:43", "no exception that a route"),
                refused(
                        "- to: {uri: \"log:x\", parameters: {exchangeFormatter: \"#class:java.lang.Runtime\"}}",
                        "7:62",
                        "no beans"),
                refused("- to: log:x?exchangeFormatter=#vault", "7:15", "there are no beans here"),
                refused("- to: log:x?noSuchOption=1", "7:15", "noSuchOption"),
                refused("- to: file:/etc", "7:15", "the directory /etc is not open"),
                refused("- to: file:data/keys", "7:15", "the directory data/keys is not open"),
                refused("- to: file:OPEN/../data/keys", "7:15", "is not open"),
                refused(
                        "- to: {uri: \"file:OPEN\", parameters: {fileName: \"../data/keys/signing.jwk\"}}",
                        "COL",
                        "leave the route's directory"),
                refused(
                        "- to: {uri: \"file:OPEN\", parameters: {jailStartingDirectory: false}}",
                        "COL",
                        "jailStartingDirectory"),
                refused("- to: file:OPEN?fileName=/etc/passwd", "7:15", "leave the route's directory"),
                refused(
                        "- setBodi: {constant: x}",
                        "7:11",
                        "'setBodi' is not for routes in routes/local; did you mean 'setBody'"),
                refused("- to: {uri: \"file:OPEN\", parameters: {move: \"${header.where}\"}}", "COL", "say which file"),
                refused("- to: {uri: \"file:OPEN\", parameters: {tempFileName: \"${body}\"}}", "COL", "say which file"),
                refused(
                        "- to: {uri: \"file:OPEN\", parameters: {doneFileName: \"x/${file:path}\"}}",
                        "COL",
                        "say which file"),
                refused(
                        "- to: {uri: \"file:OPEN\", parameters: {moveFailed: \"%2e%2e/keys\"}}",
                        "COL", "leave the route's"),
                refused(
                        "- to: {uri: \"file:OPEN\", parameters: {move: \"%252e%252e/keys\"}}",
                        "COL", "leave the route's"),
                refused("- to: {uri: \"file:OPEN\", parameters: {move: \"RAW(/etc/x)\"}}", "COL", "leave the route's"),
                refused(
                        "- to: {uri: \"file:OPEN\", parameters: {move: \"{{ftp-password}}\"}}",
                        "COL",
                        "no place in the names"),
                refused("- to: file:OPEN/%2e%2e/data/keys", "7:15", "is not open"),
                refused("- to: file:OPEN/{{ftp-password}}", "7:15", "is not open"),
                refused("- to: file:OPEN?fileName=%2fetc/passwd", "7:15", "leave the route's directory"),
                refused("- to: file:OPEN?jail-Starting-directory=false", "7:15", "not for routes in routes/local"),
                refused(
                        "- to: {uri: \"file:OPEN\", parameters: {JAILSTARTINGDIRECTORY: false}}",
                        "COL",
                        "not for routes"),
                refused("- to: {uri: \"file:OPEN\", parameters: {directoryName: data}}", "7:21", "directoryName"),
                refused(
                        "- setHeader: {name: CamelHttpUri, simple: \"${body}\"}",
                        "7:29",
                        "CamelHttpUri would give another"),
                refused("- setHeader: {name: CamelFileLocalWorkPath, constant: /x}", "7:29", "would give another"),
                refused("- setHeader: {name: \"Camel${body}\", constant: /x}", "7:29", "the name of a header is fixed"),
                refused("- to: log:x?exchangeFormatter=%23vault", "7:15", "there are no beans here"),
                refused(
                        "- to: {uri: \"log:x\", parameters: {exchangeFormatter: \" #vault\"}}",
                        "COL",
                        "there are no beans here"),
                refused(
                        "- to: {uri: \"log:x\", parameters: {\"{{ftp-password}}\": 1}}",
                        "7:43",
                        "is no name of an option"),
                refused("- to: log:x?{{ftp-password}}=1", "7:15", "is no name of an option"),
                refused("- to: log:x?%7B%7Bftp-password}}=1", "7:15", "is no name of an option"),
                refused("- to: \"log:x{{ftp-password\"", "7:15", "a placeholder that does not end"),
                refused(
                        "- to: log:x?showBdy={{ftp-password}}",
                        "7:15",
                        "Unknown parameters=[{showBdy=the secret ftp-password}]"),
                refused("- to: log:x?level=RAW({{ftp-password}})", "7:15", "the secret ftp-password"),
                refused("- setBody: &a {constant: x}", "7:20", "anchor"),
                refused("- setBody: {constant: x", "8:1", "is not YAML"));
    }

    private static Arguments refused(String step, String place, String says) {
        return Arguments.of(step, place, says);
    }

    @ParameterizedTest
    @MethodSource
    void hostile(String step, String place, String says) throws IOException {
        Path file = route("leak", step.replace("OPEN", open.toString()));

        List<Finding> found = check(local());

        assertThat(found).isNotEmpty();
        assertThat(found.get(0).toString())
                .startsWith(place.equals("COL") ? file + ":7:" : file + ":" + place + " ")
                .contains(says);
        assertThat(found.toString()).doesNotContain("s3cret");
        assertThatThrownBy(() -> LocalRoutes.start(home, settings(local(), null), Throwable::toString, NOBODY))
                .hasMessageContaining(file + ":")
                .message()
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- from: {uri: \"timer:x\", steps: [{to: \"log:x\"}]}",
                "- from:\n    id: x\n    uri: timer:x\n    steps: []",
                "- to: log:x",
                "- route: log:x",
                "- log"
            })
    void whatBeginsNoRouteWithAnIdIsRefused(String entry) throws IOException {
        Path file = put("odd", "# Ours.\n" + entry + "\n");

        assertThat(check(local()).get(0).toString())
                .startsWith(file + ":2:3 ")
                .endsWith("; begin with  - route:  and give it an id");
    }

    @Test
    void aSecondKeyBesideARouteIsRefusedToo() throws IOException {
        Path file = put("two", """
            - route:
                id: two
                from: {uri: "direct:two", steps: [{to: "log:x"}]}
              from: {uri: "timer:x", steps: [{to: "log:x"}]}
            """);

        assertThat(check(local()).get(0).toString()).startsWith(file + ":4:3 does not begin a route");
    }

    /** What is written nowhere in the file, and comes with a message, meets the same walls. */
    @Test
    void aHeaderOpensNothing() throws Exception {
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.getRegistry().bind("vault", new ArrayList<>(List.of("cleartext")));
        Confinement.of(camel, local());
        camel.start();
        try (camel) {
            assertThatThrownBy(() -> camel.resolveLanguage("bean")).hasMessageContaining("bean");
            assertThatThrownBy(() -> camel.resolveLanguage("ref")).hasMessageContaining("ref");
            assertThatThrownBy(() -> camel.resolveLanguage("groovy")).hasMessageContaining("groovy");
            assertThatThrownBy(() -> camel.resolveLanguage("simple").createExpression("${bean:vault?method=get(0)}"))
                    .hasMessageContaining("not for routes");
            assertThatThrownBy(() -> camel.resolveLanguage("file").createExpression("${ref:vault}"))
                    .hasMessageContaining("not for routes");
            assertThat(camel.hasComponent("bean")).isNull();
            assertThatThrownBy(() -> camel.getEndpoint("bean:vault?method=toString"))
                    .hasMessageContaining("bean");
            assertThatThrownBy(() -> camel.getEndpoint("jms:queue:x")).hasMessageContaining("jms");
            assertThat(camel.getClassResolver().resolveClass("dev.passcourier.vault.Vault"))
                    .isNull();
            assertThat(camel.getClassResolver().resolveClass("java.lang.Runtime"))
                    .isNull();

            Map<String, Object> named = Map.of(Exchange.FILE_NAME, "${bean:vault?method=get(0)}");
            camel.createProducerTemplate().sendBodyAndHeaders("file:" + open, "x", named);
            assertThat(open.resolve("${bean:vault?method=get(0)}")).hasContent("x");
            assertThatThrownBy(() -> camel.createProducerTemplate()
                            .sendBodyAndHeaders(
                                    "file:" + open, "x", Map.of(Exchange.FILE_NAME, "../data/keys/signing.jwk")))
                    .hasStackTraceContaining("jail");
        }
        assertThat(home.resolve("data/keys")).isEmptyDirectory();
    }

    /** However an option, a header or a link names it. */
    @Test
    void noFileOutsideIsWrittenReadOrMoved() throws Exception {
        Path key = Files.writeString(home.resolve("data/keys/signing.jwk"), "the key");
        Files.createSymbolicLink(open.resolve("away"), home.resolve("data/keys"));
        Path other = Files.createDirectory(home.resolve("other"));
        Path mine = Files.writeString(open.resolve("mine"), "mine");
        DefaultCamelContext camel = new DefaultCamelContext();
        Confinement.of(camel, local());
        camel.start();
        try (camel) {
            for (String options : List.of(
                    "?fileName=x&tempFileName=${header.where}",
                    "?fileName=x&tempPrefix=${header.where}",
                    "?fileName=away/x",
                    "/away?fileName=x",
                    "?jailStartingDirectory=false&fileName=${header.where}")) {
                assertThatThrownBy(() -> camel.createProducerTemplate()
                                .sendBodyAndHeaders("file:" + open + options, "x", Map.of("where", "../other/evil")))
                        .as(options)
                        .hasStackTraceContaining("OUTSIDE_DIRECTORY");
            }
            Map<String, Object> taken =
                    Map.of(Exchange.FILE_NAME, "copy", FileConstants.FILE_LOCAL_WORK_PATH, key.toString());
            camel.createProducerTemplate().sendBodyAndHeaders("file:" + open, mine.toFile(), taken);
        }
        assertThat(open.resolve("copy")).hasContent("mine");
        assertThat(key).hasContent("the key");
        assertThat(home.resolve("data/keys")).isDirectoryNotContaining("glob:**/x*");
        assertThat(other).isEmptyDirectory();
    }

    @Test
    void aLinkIsNotFollowedOutOfTheDirectory() throws Exception {
        Path key = Files.writeString(home.resolve("data/keys/signing.jwk"), "the key");
        Files.createDirectories(open.resolve("in"));
        Files.createSymbolicLink(open.resolve("in/a"), key);
        Files.writeString(open.resolve("in/b"), "b");
        put("mover", """
            - route:
                id: mover
                from:
                  uri: file:%s/in?sortBy=file:name&initialDelay=0&delay=50
                  steps:
                    - to: file:%s/out
            """.formatted(open, open));

        try (LocalRoutes routes = LocalRoutes.start(home, settings(local(), null), Throwable::toString, NOBODY)) {
            routes.open();
            await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(open.resolve("in/.camel/b")));
        }
        assertThat(open.resolve("out")).isDirectoryContaining("glob:**/b").isDirectoryNotContaining("glob:**/a");
        assertThat(key).hasContent("the key");
    }

    @Test
    void aSecretThatCamelWouldReadOnIsRefused() throws IOException {
        Files.writeString(secret, "s3cret{{x}}");
        route("collector", "- to: log:x?marker=RAW({{ftp-password}})");

        assertThat(check(local()).toString())
                .contains("local.secrets", "ftp-password holds {{")
                .doesNotContain("s3cret");
    }

    @Test
    void aMistakeThatComesByASecretAloneIsToldByTheNamesOfExceptions() throws IOException {
        Files.writeString(secret, "s3cret)&showBdy=(");
        Path file = route("collector", "- to: log:x?marker={{ftp-password}}");

        assertThat(check(local())).singleElement().satisfies(found -> assertThat(found.toString())
                .startsWith(file + ":7:15 fails with what local.secrets holds: ")
                .contains("ResolveEndpointFailedException")
                .doesNotContain("s3cret"));
    }

    @Test
    void aRouteGetsACopyOfBodyAndHeadersAndItsFailureComesBack() throws Exception {
        route("collector", "- to: file:" + open);
        route(
                "changing",
                "- setHeader: {name: CamelFileName, constant: other}\n        - setHeader: {name: x, constant: y}");
        route("broken", "- throwException: {exceptionType: java.io.IOException, message: away}");

        try (LocalRoutes routes = LocalRoutes.start(home, settings(local(), null), Throwable::toString, NOBODY)) {
            Message sealed = new DefaultMessage(new DefaultCamelContext());
            sealed.setBody("sealed".getBytes(StandardCharsets.UTF_8));
            sealed.setHeader(Exchange.FILE_NAME, "r-1.jwe");
            routes.send("direct:collector", sealed);
            assertThat(open.resolve("r-1.jwe")).hasContent("sealed");
            assertThat(sealed.getHeaders()).containsOnlyKeys(Exchange.FILE_NAME);
            routes.send("direct:changing", sealed);
            assertThat(sealed.getHeaders()).containsOnly(Map.entry(Exchange.FILE_NAME, "r-1.jwe"));
            assertThatThrownBy(() -> routes.send("direct:broken", sealed))
                    .isInstanceOf(IOException.class)
                    .hasMessage("away");
        }
    }

    @Test
    void aRouteAsksInItsOwnNameOnly() throws Exception {
        Files.writeString(folder.resolve("ask.camel.yaml"), """
            - route:
                id: ask
                from:
                  uri: timer:once
                  parameters: {repeatCount: 1, delay: 0}
                  steps:
                    - setVariable: {name: instance, constant: i-1}
                    - to: direct:passcourier-request
            """);
        List<String> asked = new ArrayList<>();

        try (LocalRoutes routes = LocalRoutes.start(
                home,
                settings(local(), null),
                Throwable::toString,
                exchange -> asked.add(exchange.getFromRouteId() + " " + exchange.getVariable("instance")))) {
            assertThat(asked).isEmpty();
            routes.open();
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(asked).containsExactly("ask i-1"));
        }
    }

    @Test
    void nothingIsMadeWithoutFiles() throws Exception {
        assertThat(check(local())).isEmpty();
        Files.delete(folder);
        assertThat(check(null)).isEmpty();
    }

    @Test
    void aFileIsNotReadUnlessTheSettingsSaySo() throws IOException {
        Path file = route("collector", "- to: log:x");

        assertThat(check(null)).singleElement().satisfies(found -> assertThat(found.toString())
                .isEqualTo(file + ":1:1 is not read: the settings have no section local; add  local: {components: []}"
                        + "  or move it away"));
    }

    @Test
    void whatOthersCanChangeIsRefused() throws IOException {
        Path file = route("collector", "- to: log:x");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));

        assertThat(check(local())).singleElement().satisfies(found -> assertThat(found.toString())
                .isEqualTo(file + " can be changed by others, and what it says is run; chmod go-w it"));
    }

    @Test
    void aFileOfAnotherNameIsTold() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.yaml"), "- route:");

        assertThat(check(local())).singleElement().satisfies(found -> assertThat(found.toString())
                .startsWith(file + ":1:1 is no route file"));
    }

    @ParameterizedTest
    @CsvSource({"data", "data/keys", "."})
    void noDirectoryMayHoldOurKeys(String directory) {
        Settings.Local local = new Settings.Local(List.of(), List.of(home.resolve(directory)), Map.of());

        assertThat(check(local)).anySatisfy(found -> assertThat(found.toString())
                .startsWith("local.directories[0]: holds, or lies in, "));
    }

    @Test
    void aDestinationNeedsItsRoute() throws IOException {
        route("collector", "- to: log:x");

        assertThat(LocalRoutes.check(home, settings(local(), "direct:colector"), Throwable::toString))
                .singleElement()
                .satisfies(found -> assertThat(found.toString())
                        .isEqualTo("destinations.own.uri: no route in routes/local begins at direct:colector;"
                                + " did you mean 'direct:collector'?"));
    }

    private Path route(String id, String step) throws IOException {
        return put(id, """
            # A route of ours.
            - route:
                id: %s
                from:
                  uri: direct:%s
                  steps:
                    %s
            """.formatted(id, id, step));
    }

    private Path put(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".camel.yaml"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private Settings.Local local() {
        return new Settings.Local(
                List.of("file"), List.of(open), Map.of("ftp-password", new SecretRef("{{file:" + secret + "}}")));
    }

    private List<Finding> check(Settings.@Nullable Local local) {
        return LocalRoutes.check(home, settings(local, null), Throwable::toString);
    }

    private Settings settings(Settings.@Nullable Local local, @Nullable String uri) {
        Path keys = home.resolve("data/keys");
        Settings.Service service = new Settings.Service(
                home.resolve("data"),
                Duration.ofMinutes(20),
                Duration.ofDays(7),
                Duration.ofDays(30),
                1,
                keys.resolve("signing.jwk"),
                keys.resolve("at-rest.key"),
                null,
                1,
                null,
                null,
                null,
                List.of());
        return new Settings(
                service,
                new Settings.Broker(null, null, null, null, Map.of()),
                new Settings.Sources(new Settings.JmsSource("password.requests", 1, null, null, null), null),
                Map.of(),
                Map.of(),
                Map.of(),
                uri == null ? Map.of() : Map.of("own", new Destination("ops", 1, new RouteChannel(uri))),
                Map.of(),
                Map.of(),
                new Settings.Policy(List.of(), Map.of(), List.of()),
                new Settings.LedgerStore(null, null, null),
                Settings.Retention.FOREVER,
                local);
    }
}
