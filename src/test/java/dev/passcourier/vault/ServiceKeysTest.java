package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceKeysTest {

    @TempDir
    private Path directory;

    private Path signing;
    private Path atRest;

    @BeforeEach
    void nameTheFiles() {
        signing = directory.resolve("data/keys/signing.jwk");
        atRest = directory.resolve("data/keys/at-rest.key");
    }

    @Test
    void makesTheKeysOnceAndGuardsThem() throws Exception {
        ServiceKeys made = ServiceKeys.loadOrCreate(signing, atRest);
        assertThat(mode(directory.resolve("data"))).isEqualTo("rwx------");
        assertThat(mode(directory.resolve("data/keys"))).isEqualTo("rwx------");
        assertThat(mode(signing)).isEqualTo("rw-------");
        assertThat(mode(atRest)).isEqualTo("rw-------");
        assertThat(signing.getParent().toFile().list())
                .containsExactlyInAnyOrder(
                        "signing.jwk", "signing.pub.jwk", "signing.crt.pem", "signing.pub.asc", "at-rest.key");

        String before = Files.readString(signing) + Files.readString(atRest);
        ServiceKeys read = ServiceKeys.loadOrCreate(signing, atRest);
        assertThat(Files.readString(signing) + Files.readString(atRest)).isEqualTo(before);
        assertThat(read.signingThumbprint()).isEqualTo(made.signingThumbprint());
        assertThat(read.toString()).isEqualTo("ServiceKeys[" + made.signingThumbprint() + "]");
    }

    @Test
    void publishesThePublicHalfOfTheSigningKeyOnly() throws Exception {
        ServiceKeys keys = ServiceKeys.loadOrCreate(signing, atRest);
        assertThat(keys.publicSigningKey()).isEqualTo(signing.resolveSibling("signing.pub.jwk"));
        JWK half = JWK.parse(Files.readString(keys.publicSigningKey()));
        assertThat(half.isPrivate()).isFalse();
        assertThat(half.getKeyID()).isEqualTo(keys.signingThumbprint());
        assertThat(half.computeThumbprint().toString()).isEqualTo(keys.signingThumbprint());
        assertThat(keys.publicSigningJwk()).isEqualTo(Files.readString(keys.publicSigningKey()));

        Files.writeString(keys.publicSigningKey(), "{}");
        ServiceKeys.loadOrCreate(signing, atRest);
        assertThat(Files.readString(keys.publicSigningKey())).isEqualTo(keys.publicSigningJwk());
    }

    @Test
    void agreesOnOneKeyWhenManyStartAtOnce() throws Exception {
        int nodes = 8;
        var barrier = new CyclicBarrier(nodes);
        Set<String> seen = ConcurrentHashMap.newKeySet();
        var pool = Executors.newFixedThreadPool(nodes);
        try {
            Callable<Void> start = () -> {
                barrier.await();
                seen.add(ServiceKeys.loadOrCreate(signing, atRest).signingThumbprint());
                return null;
            };
            for (var node : pool.invokeAll(
                    IntStream.range(0, nodes).mapToObj(i -> start).toList())) {
                node.get();
            }
        } finally {
            pool.shutdown();
        }
        assertThat(seen).hasSize(1);
        assertThat(signing.getParent().toFile().list()).hasSize(5);
    }

    @Test
    void refusesKeyFilesThatOthersMayRead() throws Exception {
        ServiceKeys.loadOrCreate(signing, atRest);
        for (Path file : new Path[] {signing, atRest}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            assertFails(Code.FILE_NOT_GUARDED, file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void refusesASigningFileWithoutAPrivateP256Key() throws Exception {
        ServiceKeys keys = ServiceKeys.loadOrCreate(signing, atRest);
        TestKeys.file(signing, keys.publicSigningJwk());
        assertFails(Code.KEY_FORMAT, signing);
        TestKeys.file(signing, new ECKeyGenerator(Curve.P_384).generate().toJSONString());
        assertFails(Code.KEY_FORMAT, signing);
        TestKeys.file(signing, "{\"kty\":\"EC\",\"d\":\"canary\"}");
        assertFails(Code.KEY_DAMAGED, signing);
        TestKeys.file(signing, "");
        assertFails(Code.KEY_FORMAT, signing);
    }

    @Test
    void refusesAnAtRestKeyOfAnotherLength() throws Exception {
        ServiceKeys.loadOrCreate(signing, atRest);
        for (String content : new String[] {"", "AAAA", "A".repeat(42) + "==", "canary, no base64", "A".repeat(88)}) {
            TestKeys.file(atRest, content);
            assertFails(Code.KEY_FORMAT, atRest);
        }
        TestKeys.file(atRest, " " + "A".repeat(43) + "=\n");
        ServiceKeys.loadOrCreate(signing, atRest);
    }

    @Test
    void saysWhichFileCannotBeMade() throws Exception {
        TestKeys.file(directory.resolve("data"), "a file in the way");
        assertFails(Code.FILE_NOT_WRITTEN, signing);
    }

    private void assertFails(Code code, Path file) {
        var failure = catchThrowableOfType(KeyLoadException.class, () -> ServiceKeys.loadOrCreate(signing, atRest));
        assertThat(failure.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(code);
            assertThat(finding.file()).isEqualTo(file);
        });
        assertThat(failure).hasMessageContaining(file.toString()).hasNoCause();
        assertThat(failure.getMessage()).doesNotContain("canary");
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
