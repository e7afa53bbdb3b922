package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.config.Settings.Recipient;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.ResultOpener.Expected;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NewRecipientTest {

    private static final Passphrase PASSPHRASE = () -> "pässwort für 관리자".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private FormatBench bench;

    @BeforeEach
    void meet() throws Exception {
        bench = new FormatBench(directory);
    }

    @ParameterizedTest
    @EnumSource(
            value = SealFormat.class,
            names = {"CMS", "AGE"})
    void opensWhatIsSealedForIt(SealFormat format) throws Exception {
        assertThat(opened(create(format, null), null)).isEqualTo("Canary#1");
    }

    @ParameterizedTest
    @EnumSource(
            value = SealFormat.class,
            names = {"JWE", "OPENPGP"})
    void opensUnderItsPassphraseOnly(SealFormat format) throws Exception {
        Recipient recipient = create(format, PASSPHRASE);

        assertThat(opened(recipient, PASSPHRASE)).isEqualTo("Canary#1");
        assertThatThrownBy(() -> opened(recipient, null)).hasMessageContaining("PASSPHRASE_MISSING");
        assertThatThrownBy(() -> opened(recipient, () -> "other".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("PASSPHRASE_WRONG");
    }

    private String opened(Recipient recipient, @Nullable Passphrase passphrase) throws Exception {
        Sealed sealed = bench.seal("Canary#1", RecipientKey.load(recipient, Clock.systemUTC()));
        try (OpenedResult result = ResultOpener.load(
                        directory.resolve("mine"), passphrase, bench.signing("signing.pub.jwk"), Clock.systemUTC())
                .open(sealed.bytes(), Expected.ANY)) {
            return FormatBench.secret(result);
        }
    }

    private Recipient create(SealFormat format, @Nullable Passphrase passphrase) throws Exception {
        return NewRecipient.create(
                format,
                "operations",
                directory.resolve("recipients/operations"),
                directory.resolve("mine"),
                passphrase,
                Clock.systemUTC());
    }
}
