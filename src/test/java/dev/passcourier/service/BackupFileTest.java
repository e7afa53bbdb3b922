package dev.passcourier.service;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.passcourier.backup.BackupException;
import dev.passcourier.backup.BackupFile;
import dev.passcourier.backup.BackupFile.Restored;
import dev.passcourier.backup.BackupFile.Target;
import dev.passcourier.backup.BackupService.Answer;
import dev.passcourier.backup.BackupService.Order;
import dev.passcourier.backup.Manifest;
import dev.passcourier.cli.Passcourier;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.control.OrderException;
import dev.passcourier.files.DurableFile;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.secrecy.CanaryScan;
import dev.passcourier.vault.TestKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** Backups as files: of the data of a stopped service, which waits with work at every stage. */
class BackupFileTest {

    @TempDir
    private static Path home;

    @TempDir
    private Path scratch;

    private static OldDataWorld world;
    private static Path backup;
    private static Path signer;

    @BeforeAll
    static void make() throws Exception {
        OldDataTest.unpack(home);
        world = OldDataWorld.toOpen(home, Clock.systemUTC());
        backup = home.resolve("backup.zip");
        Answer made = order(new Order(backup.toString(), null, null, true));
        assertThat(made.code()).isEqualTo("WITH_KEYS");
        signer = Files.copy(home.resolve("data/keys/signing.pub.jwk"), home.resolve("kept-elsewhere.jwk"));
    }

    @AfterAll
    static void leave() {
        world.close();
    }

    @Test
    void holdsEverythingAndSaysSo() throws Exception {
        Manifest manifest = at(backup, null).verify();
        assertThat(manifest.files())
                .extracting(Manifest.File::path)
                .contains("keys/signing.jwk", "keys/at-rest.key", "audit/audit-head", "ledger/ledger.mv.db", "format")
                .anyMatch(path -> path.startsWith("broker/journal/"))
                .anyMatch(path -> path.startsWith("broker/bindings/"))
                .noneMatch(path -> path.endsWith("lock") || path.endsWith(".sock"));
        assertThat(manifest.keys() && manifest.queues() && manifest.ledger()).isTrue();
        assertThat(Files.getPosixFilePermissions(backup)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void holdsNoPasswordInClearAndWithoutAWordNoKey() throws Exception {
        Path without = scratch.resolve("without.zip");
        assertThat(order(new Order(without.toString(), null, null, false)).code())
                .isEqualTo("WITHOUT_KEYS");
        assertThat(at(without, null).verify().keys()).isFalse();
        byte[] atRest = Files.readAllBytes(home.resolve("data/keys/at-rest.key"));
        CanaryScan scan = CanaryScan.forSecrets(List.of(
                OldDataWorld.password(OldDataWorld.KAKAO),
                OldDataWorld.password(OldDataWorld.ZSTACK),
                new String(atRest, StandardCharsets.US_ASCII).strip()));
        assertThat(scan.hits("a backup with keys", atRest)).isNotEmpty();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(without))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertThat(entry.getName()).doesNotContain("signing.jwk", "at-rest");
                assertThat(scan.hits(entry.getName(), zip.readAllBytes())).isEmpty();
            }
        }
    }

    @Test
    void isRefusedWhereverItIsCutOrAltered() throws Exception {
        byte[] whole = Files.readAllBytes(backup);
        Path bad = scratch.resolve("bad.zip");
        for (int cut : List.of(0, 20, whole.length / 2, whole.length - 4000)) {
            Files.write(bad, Arrays.copyOf(whole, cut));
            assertCode("BACKUP_DAMAGED", () -> at(bad, null).verify());
        }
        for (int place : List.of(60, 2000)) {
            byte[] flipped = whole.clone();
            flipped[place] ^= 1;
            Files.write(bad, flipped);
            assertCode("BACKUP_DAMAGED", () -> at(bad, null).verify());
        }
        Path into = scratch.resolve("never");
        assertCode("BACKUP_DAMAGED", () -> BackupClient.restore(at(bad, null), new Target(into, false, false, null)));
        assertThat(into).doesNotExist();
        assertThat(scratch.resolve("bad.zip.restored")).doesNotExist();
    }

    @Test
    void isRefusedIfItWasMadeAnewByAnybodyElse() throws Exception {
        Path other = scratch.resolve("other.zip");
        repacked(other, "keys/signing.crt.pem", content -> new byte[] {1}, null);
        assertCode("BACKUP_DAMAGED", () -> at(other, null).verify());
        repacked(other, "manifest.json", content -> replaced(content, "\"keys\":true", "\"keys\":false"), null);
        assertCode("BACKUP_DAMAGED", () -> at(other, null).verify());
        repacked(other, null, content -> content, "../outside");
        assertCode("BACKUP_DAMAGED", () -> at(other, null).verify());
        repacked(other, null, content -> content, "keys/one-more");
        assertCode("BACKUP_DAMAGED", () -> at(other, null).verify());

        Path stranger = Files.writeString(scratch.resolve("stranger.jwk"), strangersKey());
        assertCode("BACKUP_SIGNER", () -> new BackupFile(backup, null, List.of(stranger), Clock.systemUTC()).verify());
    }

    @Test
    void ofANewerReleaseIsRefusedByName() throws Exception {
        Path newer = scratch.resolve("newer.zip");
        repacked(newer, "manifest.json", content -> replaced(content, "\"format\":1,", "\"format\":2,"), null);
        assertThatThrownBy(() -> at(newer, null).verify())
                .hasMessageStartingWith("DATA_NEWER backup format 2: written by Passcourier unreleased")
                .hasMessageContaining("use that version, or restore the backup made before the upgrade");
        repacked(newer, "manifest.json", content -> replaced(content, "\"dataFormat\":2", "\"dataFormat\":9"), null);
        assertThatThrownBy(() -> at(newer, null).verify()).hasMessageStartingWith("DATA_NEWER data format 9");
    }

    @Test
    void sealedIsOpenedByItsKeyOnly() throws Exception {
        Key key = key("mine");
        Path sealed = scratch.resolve("sealed.zip.age");
        Answer made =
                order(new Order(sealed.toString(), null, key.recipient.getBytes(StandardCharsets.US_ASCII), false));
        assertThat(made.code()).isEqualTo("SEALED");
        assertThat(at(sealed, key.identity).verify().keys()).isTrue();
        assertCode("BACKUP_SEALED", () -> at(sealed, null).verify());
        assertCode("BACKUP_KEY", () -> at(sealed, key("other").identity).verify());
        byte[] whole = Files.readAllBytes(sealed);
        for (int cut : List.of(whole.length - 1, whole.length / 2)) {
            Files.write(sealed, Arrays.copyOf(whole, cut));
            assertCode("BACKUP_DAMAGED", () -> at(sealed, key.identity).verify());
        }
        whole[whole.length / 2] ^= 1;
        Files.write(sealed, whole);
        assertCode("BACKUP_DAMAGED", () -> at(sealed, key.identity).verify());
        assertThatThrownBy(() -> order(new Order(scratch.resolve("rsa").toString(), "ops", null, false)))
                .isInstanceOf(OrderException.class)
                .hasMessageContaining("age-keygen");
    }

    @Test
    void isPutBackWithoutItsKeysOnlyWhereTheyAre() throws Exception {
        Path without = scratch.resolve("keyless.zip");
        order(new Order(without.toString(), null, null, false));
        Path elsewhere = Files.createDirectory(scratch.resolve("machine"));
        Path data = elsewhere.resolve("data");
        Restored restored = BackupClient.restore(at(without, null), new Target(data, false, false, null));
        assertThat(restored.keysFrom()).isNull();
        assertThat(Files.getPosixFilePermissions(data)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        try (OldDataWorld other = OldDataWorld.toOpen(elsewhere, Clock.systemUTC())) {
            Files.createDirectories(elsewhere.resolve("recipients"));
            Files.copy(home.resolve("recipients/ops.pub.pem"), elsewhere.resolve("recipients/ops.pub.pem"));
            assertThatThrownBy(other::start)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("RESTORE_KEYS");
        }
        assertThat(data.resolve("keys/at-rest.key")).doesNotExist();
        assertCode(
                "RESTORE_TARGET", () -> BackupClient.restore(at(without, null), new Target(data, false, true, null)));
    }

    /** Whoever can write the data directory only cannot take the trail back: the head is elsewhere. */
    @Test
    void movesTheHeadThatTheTrailNoLongerReachesAside() throws Exception {
        Path elsewhere = Files.createDirectory(scratch.resolve("head"));
        Path head = Files.writeString(elsewhere.resolve("head"), "later");
        Restored restored =
                BackupClient.restore(at(backup, null), new Target(elsewhere.resolve("data"), false, false, head));
        assertThat(head).doesNotExist();
        assertThat(restored.headAside()).hasContent("later").hasParent(elsewhere);
    }

    /** A head in a folder where its new name is too long: the data directory was moved aside before. */
    @Test
    void changesNothingIfOneOfItsRenamesFails() throws Exception {
        Path elsewhere = Files.createDirectory(scratch.resolve("half"));
        Path copy = Files.copy(backup, elsewhere.resolve("backup.zip"));
        Path data = Files.createDirectory(elsewhere.resolve("data"), DurableFile.ownerOnlyDirectory(elsewhere));
        Files.writeString(data.resolve("old"), "old");
        Path head = Files.writeString(elsewhere.resolve("h".repeat(250)), "later");
        assertThatThrownBy(() -> BackupClient.restore(at(copy, null), new Target(data, true, false, head)))
                .isInstanceOf(BackupException.class)
                .hasMessageStartingWith("RESTORE_TARGET")
                .hasMessageContaining("File name too long");
        assertThat(head).hasContent("later");
        assertThat(data.resolve("old")).hasContent("old");
        try (Stream<Path> left = Files.list(elsewhere)) {
            assertThat(left).containsExactlyInAnyOrder(copy, data, head);
        }
        assertThat(BackupClient.restore(at(copy, null), new Target(data, true, false, null))
                        .restore()
                        .nth())
                .as("it was not put back before")
                .isEqualTo(1);
    }

    @Test
    void thatWasKilledHalfWayIsNotFollowedByAStartWithNewKeys() throws Exception {
        Path cut = Files.createDirectory(scratch.resolve("cut"));
        Path unpacked = Files.createDirectory(cut.resolve(".data.restoring-0123456789abcdef"));
        assertThatThrownBy(() -> DataDirectory.open(cut.resolve("data")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("RESTORE_CUT");
        assertThat(cut.resolve("data")).doesNotExist();
        Files.delete(unpacked);
        DataDirectory.open(cut.resolve("data")).close();
    }

    /** The live service's head stays where the live service needs it. */
    @Test
    void elsewhereLeavesTheHeadOfTheSettingsAlone() throws Exception {
        Path machine = Files.createDirectory(scratch.resolve("live"));
        Path head = Files.writeString(
                Files.createDirectory(machine.resolve("heads")).resolve("head"), "live");
        settings(machine, "dataDirectory: data", "dataDirectory: data\n  auditHead: " + head);
        Path copy = Files.copy(backup, machine.resolve("backup.zip"));
        assertThat(restore(machine, copy, "--into", machine.resolve("other").toString()))
                .contains("service.auditHead stays where it is");
        assertThat(head).hasContent("live");
        Files.createSymbolicLink(scratch.resolve("link"), machine);
        restore(machine, copy, "--again", "--into", scratch.resolve("link/data").toString());
        assertThat(head)
                .as("by another path to the settings' own data directory")
                .doesNotExist();
    }

    private static String restore(Path machine, Path file, String... more) {
        StringWriter said = new StringWriter();
        List<String> words = new ArrayList<>(List.of("restore", file.toString()));
        words.addAll(List.of(more));
        words.addAll(List.of("--config", machine.resolve("config").toString()));
        int code = Passcourier.commandLine()
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .execute(words.toArray(String[]::new));
        assertThat(code).as(said.toString()).isZero();
        return said.toString();
    }

    /** The world's settings with a change, for another home. */
    private static Path settings(Path machine, String... changes) throws IOException {
        String text = Files.readString(home.resolve("config/passcourier.yaml"));
        for (int i = 0; i < changes.length; i += 2) {
            assertThat(text).contains(changes[i]);
            text = text.replace(changes[i], changes[i + 1]);
        }
        return Files.writeString(
                Files.createDirectories(machine.resolve("config")).resolve("passcourier.yaml"), text);
    }

    @Test
    void inClearHoldsNoSecretWhateverPathLeadsToIt() throws Exception {
        Path machine = Files.createDirectory(scratch.resolve("links"));
        OldDataTest.unpack(machine);
        Path data = machine.resolve("data");
        try (OldDataWorld other = OldDataWorld.toOpen(machine, Clock.systemUTC())) {
            Path rings = Files.createDirectory(data.resolve("rings"), DurableFile.ownerOnlyDirectory(data));
            for (String secret : List.of("keys/kakao.pem", "secrets/kakao", "secrets/zstack")) {
                Path file = machine.resolve(secret);
                Files.copy(file, rings.resolve(file.getFileName() + ".of-ours"), COPY_ATTRIBUTES);
            }
            TestKeys.file(data.resolve("keys/at-rest.before.key"), "an earlier one");
            Path notes = Files.createDirectory(data.resolve("notes"));
            Files.writeString(notes.resolve("plain"), "plain");
            Files.createLink(notes.resolve("hard"), data.resolve("keys/at-rest.key"));
            Files.createSymbolicLink(notes.resolve("soft"), data.resolve("keys/signing.jwk"));
            Files.writeString(data.resolve("audit/audit-of-a-later-release"), "goes along");
            Files.createSymbolicLink(scratch.resolve("way"), machine);
            Path file = settings(
                    machine,
                    "dataDirectory: data",
                    "dataDirectory: " + scratch.resolve("way/data") + "\n  signingKey: data/keys/signing.jwk\n"
                            + "  atRestKey: data/keys/at-rest.key",
                    "path: keys/kakao.pem",
                    "path: data/rings/kakao.pem.of-ours",
                    "file:secrets/kakao}}",
                    "file:data/rings/kakao.of-ours}}",
                    "file:secrets/zstack}}",
                    "file:" + scratch.resolve("way/data/rings/zstack.of-ours") + "}}");
            Settings settings = SettingsLoader.load(file, ProviderCatalog.find(), Clock.systemUTC());
            Path clear = scratch.resolve("clear.zip");
            Answer made = BackupClient.order(
                    settings.service().dataDirectory(),
                    () -> settings,
                    new Order(clear.toString(), null, null, false),
                    "tester",
                    Clock.systemUTC());
            assertThat(made.code()).isEqualTo("WITHOUT_KEYS");
            assertThat(new BackupFile(clear, null, List.of(), Clock.systemUTC())
                            .verify()
                            .files())
                    .extracting(Manifest.File::path)
                    .contains("notes/plain", "keys/signing.pub.jwk", "audit/audit-of-a-later-release", "format")
                    .doesNotContain(
                            "keys/signing.jwk",
                            "keys/at-rest.key",
                            "keys/at-rest.before.key",
                            "notes/hard",
                            "notes/soft")
                    .noneMatch(path -> path.startsWith("rings"));
        }
    }

    /** More files than fit into 4 MiB of names and hashes. */
    @Test
    void ofVeryManyFilesIsReadBack() throws Exception {
        Path many = Files.createDirectory(home.resolve("data/many"));
        for (int i = 0; i < 15_000; i++) {
            Files.createFile(many.resolve("a".repeat(200) + i));
        }
        try {
            Path file = scratch.resolve("many.zip");
            order(new Order(file.toString(), null, null, true));
            assertThat(at(file, null).verify().files()).hasSizeGreaterThan(15_000);
        } finally {
            FileSystemUtils.deleteRecursively(many);
        }
    }

    private static Answer order(Order order) throws Exception {
        return BackupClient.order(home.resolve("data"), world::settings, order, "tester", Clock.systemUTC());
    }

    private static BackupFile at(Path file, @Nullable Path key) {
        return new BackupFile(file, key, List.of(signer), Clock.systemUTC());
    }

    private interface Act {
        void run() throws Exception;
    }

    private static void assertCode(String code, Act act) {
        assertThatThrownBy(act::run).isInstanceOfSatisfying(BackupException.class, e -> assertThat(e.code())
                .as(e.getMessage())
                .isEqualTo(code));
    }

    /** An age key pair. */
    private record Key(String recipient, Path identity) {}

    private Key key(String name) throws Exception {
        KeyPair pair = new X25519KeyPairGenerator(new BouncyCastleProvider()).generateKeyPair();
        return new Key(
                pair.getPublic().toString(),
                TestKeys.file(scratch.resolve(name + ".key"), pair.getPrivate().toString()));
    }

    private static String strangersKey() throws Exception {
        return new ECKeyGenerator(Curve.P_256).generate().toPublicJWK().toJSONString();
    }

    /** The backup with one entry changed, or one more before the manifest. */
    private void repacked(Path to, @Nullable String name, UnaryOperator<byte[]> change, @Nullable String more)
            throws IOException {
        Set<String> seen = new HashSet<>();
        try (InputStream file = Files.newInputStream(backup);
                ZipInputStream in = new ZipInputStream(file);
                OutputStream out = Files.newOutputStream(to);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (more != null && seen.isEmpty()) {
                    zip.putNextEntry(new ZipEntry(more));
                    zip.write(1);
                }
                seen.add(entry.getName());
                zip.putNextEntry(new ZipEntry(entry.getName()));
                byte[] content = in.readAllBytes();
                zip.write(entry.getName().equals(name) ? change.apply(content) : content);
            }
        }
    }

    private static byte[] replaced(byte[] content, String from, String to) {
        String text = new String(content, StandardCharsets.UTF_8);
        assertThat(text).contains(from);
        return text.replace(from, to).getBytes(StandardCharsets.UTF_8);
    }
}
