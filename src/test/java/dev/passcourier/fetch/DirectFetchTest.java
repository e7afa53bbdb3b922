package dev.passcourier.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.audit.FileAuditTrail;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.vault.KeyRing;
import dev.passcourier.vault.OneTimeKey;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.ServiceKeys;
import dev.passcourier.vault.TestKeys;
import dev.passcourier.vault.Vault;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an order to get or clear comes to: what is granted is what is done, and what begins on record ends there. */
class DirectFetchTest {

    private static final DirectFetch.Grant ANYTHING = (request, requester) -> "all";
    private static final DirectFetch.Caller WAITS = new DirectFetch.Caller("erin", () -> false);
    private static final DirectFetch.Caller GONE = new DirectFetch.Caller("erin", () -> true);
    private static final byte[] JWK = OneTimeKey.generate().publicJwk();

    @TempDir
    private Path directory;

    private final Clock clock = Clock.systemUTC();
    private final HuaweiEcsSandbox sandbox = HuaweiEcsSandbox.start(clock);
    private SandboxInstance windows;
    private FileAuditTrail trail;
    private DirectCloud cloud;
    private DirectFetch fetch;

    @BeforeEach
    void open() throws Exception {
        KeyPair pair = TestKeys.rsa("windows", 2048);
        windows = sandbox.addInstance("i-1", "Canary-7d11!direct", pair.getPublic());
        KeyRing ring = KeyRing.load(
                "windows",
                List.of(new KeyRing.Source(
                        TestKeys.file(directory.resolve("windows.pem"), TestKeys.pem(pair.getPrivate())), null)));
        Path secret = TestKeys.file(directory.resolve("sk"), sandbox.secretKey());
        ObjectNode settings = new ObjectMapper()
                .valueToTree(Map.of(
                        "region",
                        sandbox.projectName(),
                        "projectId",
                        sandbox.projectId(),
                        "endpoint",
                        sandbox.baseUrl(),
                        "auth",
                        Map.of(
                                "type",
                                "aksk",
                                "accessKey",
                                sandbox.accessKey(),
                                "secretKey",
                                "{{file:" + secret + "}}")));
        cloud = DirectCloud.open(
                Path.of("routes"),
                "cloud",
                new Settings.Account(
                        "huawei-ecs", null, null, 1, true, true, Settings.AfterDelivery.KEEP, null, false, settings),
                ProviderCatalog.find().get("huawei-ecs"),
                ring,
                clock);
        trail = FileAuditTrail.open(directory.resolve("audit"), clock);
        Vault vault = new Vault(
                ServiceKeys.loadOrCreate(directory.resolve("keys/s.jwk"), directory.resolve("keys/r.key")), clock);
        fetch = cloud.fetch(trail, vault, null, Duration.ofDays(1));
    }

    @AfterEach
    void close() throws Exception {
        cloud.close();
        trail.close();
        sandbox.close();
    }

    private static DirectOrder order(@Nullable String to, byte @Nullable [] sealFor) {
        return new DirectOrder("cli-1", "cloud", "i-1", null, null, to, sealFor, 1);
    }

    private DirectAnswer get(DirectOrder order, DirectFetch.Caller caller) throws Exception {
        return fetch.get(order, caller, ANYTHING, () -> RecipientKey.of(JWK, Clock.systemUTC()));
    }

    private String recorded() throws Exception {
        return Files.readString(directory.resolve("audit/audit-000000000000001.jsonl"));
    }

    @Test
    void theOneWhoAsksGetsWhatIsSealedToTheirKey() throws Exception {
        DirectAnswer answer = get(order(DirectOrder.ASKER, JWK), WAITS);

        assertThat(answer.code()).isEqualTo("SEALED");
        assertThat(recorded()).contains("\"GET\"", "\"GOT\"").doesNotContain("NOT_GOT");
    }

    @ParameterizedTest
    @CsvSource({
        "get,   get:operations, key",
        "get,   get:asker,      ",
        "get,   get:,           ",
        "get,   cloud:clear,    ",
        "get,   cloud:clear,    key",
        "get,   ,               key",
        "get,   x,              ",
        "clear, get:asker,      ",
        "clear, get:operations, ",
        "clear, cloud:clear,    key",
        "clear, ,               "
    })
    void whatIsGrantedIsWhatIsDone(String name, @Nullable String to, @Nullable String key) throws Exception {
        DirectOrder order = order(to, key == null ? null : JWK);

        DirectAnswer answer = name.equals(DirectOrder.GET) ? get(order, WAITS) : fetch.clear(order, WAITS, ANYTHING);

        assertThat(answer.code()).isEqualTo("FIELD_INVALID");
        assertThat(answer.said()).isEqualTo("to");
        assertThat(windows.asks()).isZero();
        assertThat(windows.hasSecret()).isTrue();
    }

    @Test
    void nobodysKeyIsLookedAtBeforeItIsAllowed() throws Exception {
        DirectAnswer answer = fetch.get(
                order("get:operations", null),
                WAITS,
                (request, requester) -> {
                    throw new RequestException(RefusalCode.NOT_ALLOWED, "rule ops: its users do not fit");
                },
                () -> {
                    throw new AssertionError("a key was read");
                });

        assertThat(answer.code()).isEqualTo("NOT_ALLOWED");
        assertThat(answer.said()).isEqualTo("rule ops: its users do not fit");
        assertThat(recorded()).contains("\"NOT_GOT\"", "\"NOT_ALLOWED\"").doesNotContain("\"GET\"");
    }

    @Test
    void aRecipientWithoutAKeyEndsOnRecordBeforeTheCloudIsAsked() throws Exception {
        assertThatThrownBy(() -> fetch.get(order("get:operations", null), WAITS, ANYTHING, () -> {
                    throw new ConfigurationException("recipients.operations: is not defined");
                }))
                .isInstanceOf(ConfigurationException.class);

        assertThat(recorded()).contains("\"GET\"", "\"NOT_GOT\"", "RECIPIENT_UNUSABLE");
        assertThat(windows.asks()).isZero();
    }

    @Test
    void nothingIsAskedOrClearedForOneWhoHasHungUp() throws Exception {
        assertThat(get(order(DirectOrder.ASKER, JWK), GONE).code()).isEqualTo("HUNG_UP");
        assertThat(fetch.clear(order(DirectOrder.CLEAR, null), GONE, ANYTHING).code())
                .isEqualTo("HUNG_UP");

        assertThat(windows.asks()).isZero();
        assertThat(windows.hasSecret()).isTrue();
        assertThat(recorded()).contains("\"NOT_GOT\"", "\"NOT_CLEARED\"");
    }

    @Test
    void aClearingThatBreaksEndsOnRecord() throws Exception {
        cloud.close();

        assertThatThrownBy(() -> fetch.clear(order(DirectOrder.CLEAR, null), WAITS, ANYTHING))
                .isInstanceOf(Exception.class);

        assertThat(recorded()).contains("\"CLEARING\"", "\"NOT_CLEARED\"", "UNFORESEEN");
    }

    @ParameterizedTest
    @CsvSource({
        "https://k.example.com, https://n.example.com, false, true",
        "https://k.example.com, http://n.example.com,  true,  false",
        "https://k.example.com, http://localhost,      false, false",
        "http://localhost,      http://n.example.com,  false, false",
        "http://localhost,      http://n.example.com,  true,  true",
        "http://localhost,      http://127.0.0.1:8774, false, true"
    })
    void aTokenCrossesNoNetworkInClear(URI signIn, URI found, boolean insecure, boolean taken) {
        var told = assertThatCode(() -> DirectCloud.demandSecure(signIn, found, insecure));
        if (taken) {
            told.doesNotThrowAnyException();
        } else {
            told.hasMessageContaining("without https");
        }
    }
}
