package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.passcourier.vault.NotOpenedException.Reason;
import dev.passcourier.vault.ServiceKeys.Kind;
import dev.passcourier.vault.ServiceKeys.Overlap;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service's own keys while they are replaced: what was signed and sealed with the ones before stays good. */
class RotatedKeysTest {

    private static final Instant THEN = VaultBench.NOW.minus(Duration.ofDays(3));
    private static final LockedSecret.Encrypted CIPHERTEXT = new LockedSecret.Encrypted(
            Base64.getEncoder().encodeToString(new byte[256]).getBytes(StandardCharsets.US_ASCII));

    @TempDir
    private Path directory;

    private VaultBench bench;
    private ServiceKeys keys;
    private Path signing;
    private Path atRest;

    @BeforeEach
    void begin() throws Exception {
        bench = new VaultBench(directory);
        keys = bench.keys();
        signing = directory.resolve("own/signing.jwk");
        atRest = directory.resolve("own/at-rest.key");
    }

    private ServiceKeys restarted() throws Exception {
        return ServiceKeys.loadOrCreate(signing, atRest);
    }

    private Path own(String name) {
        return directory.resolve("own").resolve(name);
    }

    @Test
    void resultsOfBothSigningKeysAreTakenByWhoKnowsBoth() throws Exception {
        KeyPair ops = TestKeys.rsa("ops-2048", 2048);
        Path mine = TestKeys.file(directory.resolve("ops.pem"), TestKeys.pkcs8(ops));
        RecipientKey recipient = bench.recipient(ops.getPublic());
        String before = keys.signingThumbprint();
        Sealed first = bench.seal("Before#1", VaultBench.FACTS, recipient);

        keys.prepare(Kind.SIGNING, THEN);
        Sealed second = bench.seal("Before#2", VaultBench.FACTS, recipient);
        Path published = Files.copy(own("signing.next.pub.jwk"), directory.resolve("next.jwk"));
        assertThat(keys.signingThumbprint()).isEqualTo(before);
        keys.switchOver(Kind.SIGNING, THEN);
        keys.publish();
        Sealed third = bench.seal("After#1", VaultBench.FACTS, recipient);

        Path old = own("signing.old-" + before + ".pub.jwk");
        ResultOpener both = ResultOpener.ofAny(mine, null, List.of(old, published), VaultBench.CLOCK);
        for (Sealed result : List.of(first, second, third)) {
            both.open(result.bytes(), ResultOpener.Expected.ANY).close();
        }
        assertThatExceptionOfType(NotOpenedException.class)
                .isThrownBy(() -> ResultOpener.load(mine, null, published, VaultBench.CLOCK)
                        .open(first.bytes(), ResultOpener.Expected.ANY))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_OURS));
        assertThatExceptionOfType(NotOpenedException.class)
                .isThrownBy(() -> ResultOpener.load(mine, null, old, VaultBench.CLOCK)
                        .open(third.bytes(), ResultOpener.Expected.ANY))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_OURS));
    }

    @Test
    void onlyThePublicHalfOfTheSigningKeyBeforeStays() throws Exception {
        String secret = Files.readString(signing);
        String before = keys.signingThumbprint();
        keys.prepare(Kind.SIGNING, THEN);
        String next = keys.overlap(Kind.SIGNING).next();
        keys.switchOver(Kind.SIGNING, THEN.plusSeconds(60));
        keys.publish();

        assertThat(keys.overlap(Kind.SIGNING))
                .isEqualTo(new Overlap(String.valueOf(next), null, null, List.of(before), THEN.plusSeconds(60)));
        try (Stream<Path> files = Files.list(directory.resolve("own"))) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .containsExactlyInAnyOrder(
                            "at-rest.key",
                            "signing.jwk",
                            "signing.pub.jwk",
                            "signing.crt.pem",
                            "signing.pub.asc",
                            "signing.old-" + before + ".pub.jwk",
                            "signing.old-" + before + ".crt.pem",
                            "signing.old-" + before + ".pub.asc");
        }
        assertThat(Files.readString(signing)).isNotEqualTo(secret);
        assertThat(Files.readString(own("signing.pub.jwk"))).contains(next);
        assertThat(restarted().signingThumbprint()).isEqualTo(next);
        assertThat(ServiceKeys.publicSigningKeys(signing)).hasSize(2);
    }

    @Test
    void theNewestOfSeveralEarlierSigningKeysIsNamedFirst() throws Exception {
        String first = keys.signingThumbprint();
        keys.prepare(Kind.SIGNING, THEN);
        keys.switchOver(Kind.SIGNING, THEN);
        String second = keys.signingThumbprint();
        keys.prepare(Kind.SIGNING, THEN);
        keys.switchOver(Kind.SIGNING, THEN.plusSeconds(9));

        assertThat(keys.overlap(Kind.SIGNING).old()).containsExactly(second, first);
    }

    @Test
    void whatWaitsUnderTheAtRestKeyBeforeOpensUntilThatIsLetGo() throws Exception {
        byte[] old = sealed(keys, "before");
        keys.prepare(Kind.AT_REST, THEN);
        byte[] prepared = sealed(keys, "prepared");
        keys.switchOver(Kind.AT_REST, THEN.plusSeconds(60));
        byte[] fresh = sealed(keys, "after");

        for (ServiceKeys now : List.of(keys, restarted())) {
            assertThat(opened(now, old)).isEqualTo("before");
            assertThat(opened(now, prepared)).isEqualTo("prepared");
            assertThat(opened(now, fresh)).isEqualTo("after");
        }
        Overlap overlap = keys.overlap(Kind.AT_REST);
        assertThat(overlap.switchedAt()).isEqualTo(THEN.plusSeconds(60));
        assertThat(overlap.old()).hasSize(1).doesNotContain(overlap.current());
        assertThat(overlap.toString()).doesNotContain(Files.readString(atRest));

        keys.retire();

        assertThat(own("at-rest.old.key")).doesNotExist();
        for (ServiceKeys now : List.of(keys, restarted())) {
            assertThat(opened(now, fresh)).isEqualTo("after");
            assertThatExceptionOfType(VaultException.class)
                    .isThrownBy(() -> opened(now, old))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(VaultException.Code.NOT_OPENED));
        }
    }

    @Test
    void aNodeWithTheNextKeyOpensWhatOneThatHasSwitchedSealed() throws Exception {
        Path other = Files.createDirectories(directory.resolve("other"));
        keys.prepare(Kind.AT_REST, THEN);
        for (String name : List.of("signing.jwk", "at-rest.key", "at-rest.next.key")) {
            TestKeys.file(other.resolve(name), Files.readString(own(name)));
        }
        ServiceKeys node = ServiceKeys.loadOrCreate(other.resolve("signing.jwk"), other.resolve("at-rest.key"));
        node.prepare(Kind.AT_REST, THEN);
        assertThat(node.overlap(Kind.AT_REST).next())
                .isEqualTo(keys.overlap(Kind.AT_REST).next());

        node.switchOver(Kind.AT_REST, THEN);

        assertThat(opened(keys, sealed(node, "theirs"))).isEqualTo("theirs");
        assertThat(opened(node, sealed(keys, "ours"))).isEqualTo("ours");
    }

    @Test
    void ciphertextsAndPasswordsKeepTheirNames() throws Exception {
        Vault vault = new Vault(keys, VaultBench.CLOCK);
        String ciphertext = vault.fingerprint(CIPHERTEXT).orElseThrow();
        String password = name(vault);

        for (int turn = 0; turn < 2; turn++) {
            keys.prepare(Kind.AT_REST, THEN);
            keys.switchOver(Kind.AT_REST, THEN);
            keys.retire();
            for (Vault now : List.of(vault, new Vault(restarted(), VaultBench.CLOCK))) {
                assertThat(now.fingerprint(CIPHERTEXT)).hasValue(ciphertext);
                assertThat(name(now)).isEqualTo(password);
            }
        }
    }

    private static String name(Vault vault) throws VaultException {
        return vault.inspect(VaultBench.inClear("Canary#1"), KeyRing.empty(), null)
                .fingerprint();
    }

    @Test
    void aSwitchThatWasCutShortIsMadeAgain() throws Exception {
        keys.prepare(Kind.AT_REST, THEN);
        TestKeys.file(own("at-rest.old.key"), Files.readString(atRest));

        ServiceKeys again = restarted();
        assertThat(again.overlap(Kind.AT_REST).old()).isEmpty();
        byte[] old = sealed(again, "before");
        again.switchOver(Kind.AT_REST, THEN);

        assertThat(again.overlap(Kind.AT_REST).old()).hasSize(1);
        assertThat(opened(again, old)).isEqualTo("before");
    }

    @Test
    void nothingChangesWhereTheNextKeyIsMissingOrCannotBeRead() throws Exception {
        for (Kind kind : Kind.values()) {
            String before = keys.overlap(kind).current();
            assertThatExceptionOfType(KeyLoadException.class).isThrownBy(() -> keys.switchOver(kind, THEN));
            assertThat(keys.overlap(kind).current()).isEqualTo(before);
        }
        TestKeys.file(own("at-rest.next.key"), "not base64!");
        TestKeys.file(own("signing.next.jwk"), "{}");
        for (Kind kind : Kind.values()) {
            assertThatExceptionOfType(KeyLoadException.class).isThrownBy(() -> keys.prepare(kind, THEN));
            assertThatExceptionOfType(KeyLoadException.class).isThrownBy(() -> keys.switchOver(kind, THEN));
        }
        assertThatExceptionOfType(KeyLoadException.class)
                .isThrownBy(() -> ServiceKeys.demandUsable(signing, atRest))
                .satisfies(e -> assertThat(e.findings()).hasSize(2));
        assertThat(opened(keys, sealed(keys, "still"))).isEqualTo("still");
    }

    @Test
    void everyFileWithASecretIsNamedAsOneAndClosedToOthers() throws Exception {
        for (Kind kind : Kind.values()) {
            keys.prepare(kind, THEN);
            keys.switchOver(kind, THEN);
            keys.prepare(kind, THEN);
        }
        keys.publish();
        List<Path> secret = ServiceKeys.secretFiles(signing, atRest);
        try (Stream<Path> files = Files.list(directory.resolve("own"))) {
            for (Path file : files.toList()) {
                boolean isPublic =
                        String.valueOf(file.getFileName()).matches("signing.*\\.(pub\\.jwk|crt\\.pem|pub\\.asc)");
                assertThat(secret.contains(file)).as("%s", file).isNotEqualTo(isPublic);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as("%s", file)
                        .isEqualTo("rw-------");
            }
        }
        assertThat(secret).allSatisfy(file -> assertThat(file).exists());
    }

    private static byte[] sealed(ServiceKeys by, String text) throws Exception {
        try (SecretBytes result = SecretBytes.owning(text.getBytes(StandardCharsets.UTF_8))) {
            return by.held().atRest().seal(result, "dlv_1", VaultBench.NOT_AFTER);
        }
    }

    private static String opened(ServiceKeys by, byte[] sealed) throws VaultException {
        try (SecretBytes opened = by.held().atRest().open(sealed, "dlv_1", VaultBench.NOW)) {
            return new String(opened.borrow(), StandardCharsets.UTF_8);
        }
    }
}
