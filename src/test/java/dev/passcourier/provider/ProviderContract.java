package dev.passcourier.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.sandbox.MovableClock;
import dev.passcourier.sandbox.SandboxCloud;
import dev.passcourier.sandbox.SandboxInstance;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every provider has to fulfil: each of {@link ProviderCases}, over real HTTP, through the provider's own route,
 * against its sandbox cloud. A provider's test says how to start that cloud and what an account of it looks like; a case
 * that a cloud cannot have is named in {@link #unsupported} with the reason, and the case proves that it cannot.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
public abstract class ProviderContract {

    /** Time for the cloud and for us; signatures and sessions depend on it. */
    protected final MovableClock clock = new MovableClock(Instant.now(), ZoneOffset.UTC);

    private ProviderBench bench;

    /** The provider. */
    protected abstract ProviderType provider();

    /** The cloud, started with {@link #clock}. */
    protected abstract SandboxCloud cloud();

    /** The account's settings as JSON, with a reference to its one secret. */
    protected abstract String settings(String secretReference);

    /** The secret that the cloud accepts. */
    protected abstract String secret();

    /** Adds an instance that has a password. */
    protected abstract SandboxInstance addInstance(String id, String password);

    /** The answer while an instance has no password. */
    protected abstract Answer withoutPassword();

    /** An id such as the cloud gives its instances, not used before. */
    protected String newId() {
        return UUID.randomUUID().toString();
    }

    /** What requests must say beside the instance. */
    protected Map<String, String> parameters() {
        return Map.of();
    }

    /** How long to wait when throttled by a cloud that does not say, or null to leave that to the retry table. */
    protected @Nullable Duration waitWhenThrottled() {
        return null;
    }

    /** The cases this cloud cannot have, and why. */
    protected Map<ProviderCases, String> unsupported() {
        return Map.of();
    }

    /** For tests of the provider's own. */
    protected final ProviderBench bench() {
        return bench;
    }

    /** One more, for a test that ends it; the caller closes it. */
    protected final ProviderBench anotherBench(Path folder) throws Exception {
        return new ProviderBench(this, folder);
    }

    @BeforeAll
    final void startsTheRoutes(@TempDir Path folder) throws Exception {
        bench = new ProviderBench(this, folder);
    }

    @AfterAll
    final void stopsTheRoutes() {
        bench.close();
        cloud().close();
    }

    @BeforeEach
    final void behavesWell() {
        bench.reset();
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    void fulfils(ProviderCases it) throws Exception {
        if (unsupported().containsKey(it)) {
            it.proveUnsupported(bench);
        } else {
            it.prove(bench);
        }
    }

    @Test
    void saysWhyACaseIsUnsupported() {
        assertThat(unsupported().values())
                .allSatisfy(reason -> assertThat(reason).hasSizeGreaterThan(10));
    }
}
