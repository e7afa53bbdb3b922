package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.vault.RecipientKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipientCreateCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private Path home;
    private Path mine;

    @BeforeEach
    void makeAHome() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        home = Files.createDirectory(folder.resolve("service's home"));
        Files.createDirectory(home.resolve("config"));
        mine = folder.resolve("mine/operations.key");
    }

    @ParameterizedTest
    @CsvSource({"jwe, operations.jwk", "cms, operations.crt.pem", "openpgp, operations.asc", "age, operations.age.pub"})
    void printsSettingsThatTheServiceTakes(String format, String file) throws Exception {
        assertThat(create("operations", "--format", format)).as(err.toString()).isZero();

        Path config = home.resolve("config").resolve(SettingsLoader.FILE_NAME);
        Files.writeString(config, out.toString());
        Settings.Recipient recipient = SettingsLoader.load(config, ProviderCatalog.find(), Clock.systemUTC())
                .recipients()
                .get("operations");
        assertThat(recipient.key()).isEqualTo(home.resolve("recipients").resolve(file));
        assertThat(recipient.fingerprint()).isNotNull();
        assertThat(RecipientKey.load(recipient, Clock.systemUTC()).thumbprint()).isNotEmpty();
        assertThat(modes(recipient.key())).isEqualTo("rw-r--r--");
        assertThat(modes(mine)).isEqualTo("rw-------");
        assertThat(modes(mine.getParent())).isEqualTo("rwx------");
        assertThat(err.toString())
                .contains(mine + " (0600)")
                .contains("passcourier open --key " + mine + " --signer '" + folder + "/service'\\''s home/data/keys/")
                .doesNotContain("PRIVATE KEY", "AGE-SECRET-KEY");
    }

    @Test
    void keepsThePrivateHalfOutOfTheServicesFolderUnlessTold() throws IOException {
        String before = System.getProperty("user.home");
        try {
            System.setProperty("user.home", home.toString());
            assertThat(execute("operations")).isEqualTo(2);
            assertThat(err.toString()).contains("say with --private where it goes");

            System.setProperty("user.home", folder.toString());
            assertThat(execute("operations")).isZero();
            assertThat(folder.resolve(".passcourier/operations.private.pem")).isNotEmptyFile();
            assertThat(modes(folder.resolve(".passcourier"))).isEqualTo("rwx------");
        } finally {
            System.setProperty("user.home", before);
        }
    }

    @Test
    void replacesNothing() throws IOException {
        Files.createDirectories(mine.getParent());
        Files.writeString(mine, "precious");
        assertThat(create("operations")).isEqualTo(1);
        assertThat(err.toString()).contains(mine + " is there already and stays as it is");
        assertThat(mine).hasContent("precious");
        assertThat(home.resolve("recipients")).doesNotExist();
    }

    @Test
    void leavesARecipientOfTheSettingsAlone() throws IOException {
        Files.writeString(
                home.resolve("config").resolve(SettingsLoader.FILE_NAME),
                "recipients: {operations: {key: elsewhere/operations.jwk}}\n");
        Files.createDirectory(home.resolve("elsewhere"));
        Files.writeString(home.resolve("elsewhere/operations.jwk"), "{}");
        assertThat(create("operations")).isEqualTo(1);
        assertThat(err.toString()).contains("has a recipient operations already: choose another name");
        assertThat(mine).doesNotExist();
    }

    @Test
    void leavesNoHalfAlone() throws IOException {
        Files.writeString(home.resolve("recipients"), "a file where the directory should be");
        assertThat(create("operations")).isEqualTo(1);
        assertThat(err.toString()).contains("recipients is there already and stays as it is");
        assertThat(mine).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Operations", "../x", "a b", "", "-x"})
    void refusesANameThatSettingsWouldRefuse(String name) {
        assertThat(create(name)).isEqualTo(2);
        assertThat(home.resolve("recipients")).doesNotExist();
    }

    @Test
    void refusesAPassphraseThatIsEmptyOrThatAgeCannotHave() throws IOException {
        Path empty = Files.createFile(
                folder.resolve("empty"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        assertThat(create("operations", "--passphrase-file", empty.toString())).isEqualTo(1);
        assertThat(err.toString()).containsAnyOf("PASSPHRASE_MISSING", "PASSPHRASE_UNREADABLE");
        assertThat(create("operations", "--format", "age", "--passphrase-file", empty.toString()))
                .isEqualTo(2);
        assertThat(mine).doesNotExist();
    }

    @Test
    void asksForAPassphraseOnATerminalOnly() {
        assertThat(create("operations", "--passphrase-prompt")).isEqualTo(1);
        assertThat(err.toString()).contains("there is no terminal to ask on");
    }

    private int create(String name, String... options) {
        String[] all = new String[options.length + 3];
        all[0] = "--private";
        all[1] = mine.toString();
        System.arraycopy(options, 0, all, 2, options.length);
        all[all.length - 1] = name;
        return execute(all);
    }

    private int execute(String... options) {
        String[] all = new String[options.length + 4];
        all[0] = "recipient";
        all[1] = "create";
        all[2] = "--config";
        all[3] = home.resolve("config").toString();
        System.arraycopy(options, 0, all, 4, options.length);
        return Passcourier.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }

    private static String modes(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
