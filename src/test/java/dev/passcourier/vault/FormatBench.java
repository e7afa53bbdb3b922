package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.CmsCipher;
import dev.passcourier.config.Settings.SealFormat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Seals now for recipients of all formats, and opens as {@code passcourier open} does. */
final class FormatBench {

    static final Clock CLOCK = Clock.systemUTC();

    final Instant now = CLOCK.instant().truncatedTo(ChronoUnit.SECONDS);
    final ResultFacts facts = new ResultFacts(
            "req-1", "huawei-ecs", "main", "i-0815", "password", "Administrator", now, now.plus(Duration.ofHours(1)));
    final VaultBench vault;

    FormatBench(Path directory) throws Exception {
        vault = new VaultBench(directory);
    }

    static RecipientKey recipient(SealFormat format, Path file) throws KeyLoadException {
        return RecipientKey.load(new Settings.Recipient(format, file, null, null), CLOCK);
    }

    static RecipientKey pinned(SealFormat format, Path file, String fingerprint) throws KeyLoadException {
        return RecipientKey.load(new Settings.Recipient(format, file, fingerprint, null), CLOCK);
    }

    static RecipientKey legacy(Path file) throws KeyLoadException {
        return RecipientKey.load(new Settings.Recipient(SealFormat.CMS, file, null, CmsCipher.CBC), CLOCK);
    }

    static KeyLoadException.Finding refused(SealFormat format, Path file, @Nullable String pinned) {
        return catchThrowableOfType(
                        KeyLoadException.class,
                        () -> RecipientKey.load(new Settings.Recipient(format, file, pinned, null), CLOCK))
                .findings()
                .get(0);
    }

    /** Why a recipient's private key does not open anything. */
    static KeyLoadException.Code refusedToLoad(Path key, @Nullable Passphrase passphrase) {
        return catchThrowableOfType(KeyLoadException.class, () -> ResultOpener.load(key, passphrase, null, CLOCK))
                .findings()
                .get(0)
                .code();
    }

    Sealed seal(String password, RecipientKey recipient) throws VaultException {
        String escaped = password.replace("\\", "\\\\").replace("\"", "\\\"");
        return vault.at(now)
                .seal(
                        VaultBench.inClear(escaped),
                        KeyRing.empty(),
                        null,
                        facts,
                        List.of(new SealTarget("ops", recipient)))
                .sealed()
                .get(0);
    }

    Path written(Sealed sealed, Path file) throws Exception {
        return Files.write(file, sealed.bytes());
    }

    ResultOpener opener(Path key, Path signer) throws KeyLoadException {
        return ResultOpener.load(key, null, signer, Clock.fixed(now, java.time.ZoneOffset.UTC));
    }

    Path signing(String file) {
        return vault.keys().publicSigningKey().resolveSibling(file);
    }

    static String secret(OpenedResult result) throws Exception {
        var out = new ByteArrayOutputStream();
        result.writeSecretTo(out);
        return out.toString(StandardCharsets.UTF_8);
    }

    static NotOpenedException.Reason reason(ResultOpener opener, byte[] sealed) {
        return catchThrowableOfType(NotOpenedException.class, () -> opener.open(sealed, ResultOpener.Expected.ANY)
                        .close())
                .reason();
    }

    static Path guarded(Path file) throws Exception {
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
