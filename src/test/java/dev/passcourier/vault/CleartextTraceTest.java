package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.passcourier.config.Settings.SealFormat;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Searches the live heap for a password after it went through the vault. The test keeps the password in disguise, as it
 * must not find itself.
 */
class CleartextTraceTest {

    private static final byte DISGUISE = 0x55;

    @TempDir
    private Path directory;

    @Test
    void leavesNoCopyInTheLiveHeap() throws Exception {
        var bench = new VaultBench(directory);
        var targets = List.of(
                new SealTarget("ec", bench.recipient(TestKeys.ec("secp256r1").getPublic())),
                new SealTarget("rsa", bench.recipient(TestKeys.rsa2048().getPublic())),
                new SealTarget("cms", VaultBench.recipient(SealFormat.CMS, directory, "recipient.crt")),
                new SealTarget("openpgp", VaultBench.recipient(SealFormat.OPENPGP, directory, "recipient.asc")),
                new SealTarget("age", VaultBench.recipient(SealFormat.AGE, directory, "recipient.age")),
                new SealTarget("none", null));
        byte[] disguised = randomPassword();

        Vault.Opened fromRsa =
                bench.vault().seal(encrypted(disguised), bench.ring("a-2048"), null, VaultBench.FACTS, targets);
        Vault.Opened fromBody =
                bench.vault().seal(inClear(disguised), KeyRing.empty(), null, VaultBench.FACTS, targets);
        Vault.Inspected lookedAt = bench.vault().inspect(encrypted(disguised), bench.ring("a-2048"), null);
        Sealed atRest = fromBody.sealed().get(5);
        try (ClearResult clear = bench.vault().openAtRest(atRest.bytes(), atRest.deliveryId())) {
            byte[] read = clear.readAllBytes();
            Arrays.fill(read, (byte) 0);
        }

        Path dump = directory.resolve("live.hprof");
        byte[] witness = undisguised(disguised);
        assertThat(found(dump(dump), disguised))
                .describedAs("the search itself")
                .isNotEmpty();
        Arrays.fill(witness, (byte) 0);
        Files.delete(dump);
        assertThat(found(dump(dump), disguised)).isEmpty();
        assertThat(fromRsa.sealed()).hasSameSizeAs(fromBody.sealed());
        assertThat(lookedAt.quality()).isNotNull();
    }

    private static Path dump(Path file) throws Exception {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(file.toString(), true);
        return file;
    }

    /** The spellings of the password that the dump holds. */
    private static List<String> found(Path dump, byte[] disguised) throws Exception {
        Map<String, byte[]> wanted = spellings(disguised);
        int[] matched = new int[wanted.size()];
        String[] hits = new String[wanted.size()];
        String[] names = wanted.keySet().toArray(String[]::new);
        byte[][] needles = wanted.values().toArray(byte[][]::new);
        byte[] chunk = new byte[1 << 16];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(dump), 1 << 16)) {
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                for (int i = 0; i < length; i++) {
                    byte seen = (byte) (chunk[i] ^ DISGUISE);
                    for (int n = 0; n < needles.length; n++) {
                        matched[n] = seen == needles[n][matched[n]] ? matched[n] + 1 : seen == needles[n][0] ? 1 : 0;
                        if (matched[n] == needles[n].length) {
                            hits[n] = names[n];
                            matched[n] = 0;
                        }
                    }
                }
            }
        }
        Arrays.fill(chunk, (byte) 0);
        return Arrays.stream(hits).filter(java.util.Objects::nonNull).toList();
    }

    /** UTF-8, UTF-16 as the JVM stores it, and the middle of base64 at its three offsets; all in disguise. */
    private static Map<String, byte[]> spellings(byte[] disguised) {
        byte[] password = undisguised(disguised);
        Map<String, byte[]> spellings = new LinkedHashMap<>();
        spellings.put("UTF-8", disguise(password.clone()));
        byte[] wide = new byte[2 * password.length];
        for (int i = 0; i < password.length; i++) {
            wide[2 * i] = password[i];
        }
        spellings.put("UTF-16LE", disguise(wide));
        byte[] wideBigEndian = new byte[2 * password.length];
        for (int i = 0; i < password.length; i++) {
            wideBigEndian[2 * i + 1] = password[i];
        }
        spellings.put("UTF-16BE", disguise(wideBigEndian));
        for (int offset = 0; offset < 3; offset++) {
            byte[] shifted = new byte[offset + password.length];
            System.arraycopy(password, 0, shifted, offset, password.length);
            byte[] base64 = Base64.getEncoder().encode(shifted);
            spellings.put("base64 at " + offset, disguise(Arrays.copyOfRange(base64, 4, base64.length - 4)));
            Arrays.fill(base64, (byte) 0);
            Arrays.fill(shifted, (byte) 0);
        }
        Arrays.fill(password, (byte) 0);
        return spellings;
    }

    // Letters and digits only: base64url and JSON spell them like base64 and text.
    private static byte[] randomPassword() {
        byte[] letters =
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".getBytes(StandardCharsets.US_ASCII);
        var random = new SecureRandom();
        byte[] disguised = new byte[24];
        for (int i = 0; i < disguised.length; i++) {
            disguised[i] = (byte) (letters[random.nextInt(letters.length)] ^ DISGUISE);
        }
        return disguised;
    }

    private static LockedSecret encrypted(byte[] disguised) {
        byte[] password = undisguised(disguised);
        byte[] ciphertext = TestKeys.encrypt(TestKeys.rsa("a-2048", 2048).getPublic(), password);
        Arrays.fill(password, (byte) 0);
        return new LockedSecret.Encrypted(ciphertext);
    }

    private static LockedSecret inClear(byte[] disguised) {
        byte[] body = "{\"password\":\"########################\"}".getBytes(StandardCharsets.US_ASCII);
        byte[] password = undisguised(disguised);
        System.arraycopy(password, 0, body, 13, password.length);
        Arrays.fill(password, (byte) 0);
        return new LockedSecret.InClear(body, List.of(List.of("password")));
    }

    private static byte[] undisguised(byte[] disguised) {
        return disguise(disguised.clone());
    }

    private static byte[] disguise(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= DISGUISE;
        }
        return bytes;
    }
}
