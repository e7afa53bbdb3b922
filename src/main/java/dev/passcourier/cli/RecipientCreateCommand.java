package dev.passcourier.cli;

import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.Recipient;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.NewRecipient;
import dev.passcourier.vault.Passphrase;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a recipient's key pair. The settings go to the standard output, talk to the standard error. */
@Command(
        name = "create",
        description = {
            "Makes a key pair for somebody who opens sealed results.",
            "Puts the public half where the settings look for it and prints the lines to add; the private half",
            "goes elsewhere, as the service must never have it. Replaces no file."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:made", "1:not made; the reason is on the standard error", "2:wrong usage"},
        footerHeading = "%nExample:%n",
        footer = {
            "  passcourier recipient create auditors --config data/sandbox/config \\",
            "      --format openpgp --private data/sandbox/mine/auditors.asc"
        })
public final class RecipientCreateCommand implements Callable<Integer> {

    /** As the settings' schema has it. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    @Parameters(index = "0", paramLabel = "NAME", description = "what the settings call the recipient")
    private String name;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "jwe",
            description = {
                "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.",
                "JWE for programs and passcourier open, CMS for mail programs with S/MIME,",
                "OPENPGP for GnuPG, AGE for age"
            })
    private SealFormat format;

    @Option(
            names = "--private",
            paramLabel = "FILE",
            description = "where the private half goes (0600); default: .passcourier in your home directory")
    private @Nullable Path privateFile;

    @ArgGroup
    private @Nullable PassphraseOptions passphrase;

    @Mixin
    private Output output = new Output();

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Spec
    private CommandSpec spec;

    private final Clock clock;

    /** With the system's clock. */
    public RecipientCreateCommand() {
        this(Clock.systemUTC());
    }

    /** With a clock that certificates begin by. */
    public RecipientCreateCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        demand(NAME.matcher(name).matches(), "NAME must be lower-case letters, digits and hyphens, at most 63");
        demand(
                passphrase == null || format != SealFormat.AGE,
                "an age identity has no passphrase: leave the option out, or choose another --format");
        Settings settings = settings();
        if (settings != null && settings.recipients().containsKey(name)) {
            return failed(place.file() + " has a recipient " + name + " already: choose another name");
        }
        Path home = place.home();
        Path mine = privateFile == null ? inHomeDirectory(home) : privateFile.toAbsolutePath();
        Path open = home.resolve("recipients").resolve(name + NewRecipient.publicEnding(format));
        try {
            Recipient made = NewRecipient.create(format, name, open, mine, source(), clock);
            show(home, made, mine);
            return 0;
        } catch (FileAlreadyExistsException e) {
            return failed(e.getFile() + " is there already and stays as it is: choose another name, or move it away");
        } catch (KeyLoadException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }

    /** As far as they are valid: validate says what is wrong, and a key pair can be made all the same. */
    private @Nullable Settings settings() {
        try {
            return place.load(clock);
        } catch (InvalidConfigurationException e) {
            return null;
        }
    }

    private @Nullable Passphrase source() {
        return passphrase == null ? null : passphrase.fresh();
    }

    /** Outside of the service's home: whoever runs or backs it up would have the key to all that it seals. */
    private Path inHomeDirectory(Path home) {
        Path user = Path.of(System.getProperty("user.home", "")).toAbsolutePath();
        Path directory = user.resolve(".passcourier");
        demand(
                Files.isDirectory(user) && !directory.startsWith(home),
                "the private half does not belong into the service's folder: say with --private where it goes");
        return directory.resolve(name + NewRecipient.privateEnding(format));
    }

    private void demand(boolean fine, String what) {
        if (!fine) {
            throw new ParameterException(spec.commandLine(), what);
        }
    }

    private void show(Path home, Recipient made, Path mine) {
        output.talk("public key:   " + made.key());
        output.talk("private key:  " + mine + " (0600)");
        output.talk("              Whoever has it opens the results, and without it nobody does: keep a copy.");
        String key = home.relativize(made.key()).toString();
        if (output.isTable()) {
            output.talk("Add to " + place.file() + ":");
            output.line("recipients:");
            output.line("  " + name + ":");
            if (format != SealFormat.JWE) {
                output.line("    format: " + format.name().toLowerCase(Locale.ROOT));
            }
            output.line("    key: " + key);
            output.line("    fingerprint: \"" + made.fingerprint() + "\"");
        } else {
            output.print(new Table("name", "format", "key", "fingerprint", "privateKey")
                    .row(name, format.name().toLowerCase(Locale.ROOT), key, made.fingerprint(), mine));
        }
        output.talk("and  seal: " + name + "  to each destination whose results it shall open. They open with");
        output.talk("  " + open(home, mine));
    }

    private String open(Path home, Path mine) {
        Path program = Home.find().resolve("bin/passcourier");
        return (Files.exists(program) ? quoted(program) : "passcourier") + " open --key " + quoted(mine)
                + (passphrase == null ? "" : " --passphrase-prompt")
                + " --signer " + quoted(publicSigningKey(home)) + " --show RESULT";
    }

    /** What the service writes beside its signing key, at the latest when it starts first. */
    private Path publicSigningKey(Path home) {
        Settings settings = settings();
        Path signing = settings == null
                ? home.resolve("data/keys/signing.jwk")
                : settings.service().signingKey();
        String stem = signing.getFileName().toString().replaceFirst("\\.jwk$", "");
        return signing.resolveSibling(stem
                + switch (format) {
                    case JWE, AGE -> ".pub.jwk";
                    case CMS -> ".crt.pem";
                    case OPENPGP -> ".pub.asc";
                });
    }

    private static String quoted(Path path) {
        return Repeat.quoted(path.toString());
    }

    private int failed(String why) {
        return output.failed(ExitCode.BAD, why);
    }
}
