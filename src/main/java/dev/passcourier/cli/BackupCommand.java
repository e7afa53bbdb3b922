package dev.passcourier.cli;

import com.sun.security.auth.module.UnixSystem;
import dev.passcourier.backup.BackupException;
import dev.passcourier.backup.BackupFile;
import dev.passcourier.backup.BackupService.Answer;
import dev.passcourier.backup.BackupService.Order;
import dev.passcourier.backup.Manifest;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.OrderException;
import dev.passcourier.service.BackupClient;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.RecipientKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a backup of all that the service keeps. */
@Command(
        name = "backup",
        description = {
            "Makes one archive of the data directory as it is at one moment: audit trail, queues, ledger, and what else is"
                    + " in it. The service may be running: it makes the backup itself, and waits with its queues for as long"
                    + " as their files take to copy.",
            "The keys that sign results and open what waits under the service's own seal go along if the archive is sealed,"
                    + " or if --with-keys is written out: whoever has both can read passwords that wait for destinations"
                    + " with seal: none. Without them a backup can only be put back where the same key files are."
        },
        mixinStandardHelpOptions = true,
        subcommands = BackupCommand.Verify.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the backup is made",
            "2:wrong usage, or it cannot be made; nothing is left of it",
            "3:the running service cannot be reached, or its answer was lost"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier backup --to data/sandbox/passcourier.zip \\",
            "      --config data/sandbox/config",
            "  passcourier backup --to /backup/passcourier.zip.age --seal-to backup.pub \\",
            "      --config data/sandbox/config"
        })
final class BackupCommand implements Callable<Integer> {

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description =
                    "the archive, a new file that the service's user writes; default: backups/ in the data directory")
    private @Nullable Path to;

    @Option(
            names = "--seal-to",
            paramLabel = "RECIPIENT",
            description = "seals it with age: a recipient of the settings, or a file with a line age1…")
    private @Nullable String sealTo;

    @Option(names = "--with-keys", description = "puts the service's keys into an archive that is not sealed")
    private boolean withKeys;

    @Mixin
    private DataPlace place = new DataPlace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Clock clock = Clock.systemUTC();
        try {
            Answer made = BackupClient.order(
                    place.directory(), () -> place.load(clock), order(clock), new UnixSystem().getUsername(), clock);
            output.print(new Table("backup", "file", "bytes", "files", "position", "head", "heldUpMillis", "keys")
                    .row(
                            made.backup(),
                            made.file(),
                            made.bytes(),
                            made.files(),
                            made.position(),
                            made.head(),
                            made.heldUp(),
                            made.code()));
            if (made.code().equals("WITHOUT_KEYS")) {
                output.talk(
                        "the service's keys are not in it: keep a copy of keys/ elsewhere, or nothing that waits under"
                                + " the service's own seal can be opened after a restore");
            }
            return ExitCode.OK;
        } catch (ControlException e) {
            return output.failed(ExitCode.of(e), String.valueOf(e.getMessage()));
        } catch (InvalidConfigurationException e) {
            e.findings().forEach(finding -> output.error(finding.toString()));
            return ExitCode.UNUSABLE;
        } catch (OrderException e) {
            return output.failed(ExitCode.UNUSABLE, e.code() + " " + e.getMessage());
        } catch (ConfigurationException | KeyLoadException e) {
            return output.failed(ExitCode.UNUSABLE, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return output.failed(
                    ExitCode.UNUSABLE,
                    "the backup cannot be made: " + e.getClass().getSimpleName());
        }
    }

    /** A key in a file is read as the user who gives it. */
    private Order order(Clock clock) throws KeyLoadException {
        boolean isFile = sealTo != null && Files.isRegularFile(Path.of(sealTo));
        return new Order(
                to == null ? null : to.toAbsolutePath().normalize().toString(),
                isFile ? null : sealTo,
                isFile ? RecipientKey.contentOf(Path.of(sealTo), clock) : null,
                withKeys);
    }

    /** What opens and proves an archive. */
    static final class Archive {

        @Parameters(index = "0", paramLabel = "FILE", description = "the backup")
        private Path file = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description = "the age identity that opens a sealed backup, 0600, as age-keygen makes it")
        private @Nullable Path key;

        @Option(
                names = "--signer",
                paramLabel = "FILE",
                description =
                        "the service's signing.pub.jwk, kept elsewhere: shows who made the backup; without it only"
                                + " damage shows. May be given more than once")
        private List<Path> signers = List.of();

        BackupFile backup() throws CommandFailure {
            if (!Files.isReadable(file)) {
                throw new CommandFailure(file + " cannot be read");
            }
            return new BackupFile(file, key, signers, Clock.systemUTC());
        }

        boolean isProven() {
            return !signers.isEmpty();
        }
    }

    /** Checks a backup. */
    @Command(
            name = "verify",
            description = {
                "Checks all of a backup: its seal, each file against the manifest, the manifest's signature, and the audit"
                        + " trail from its first record to the one that the manifest names.",
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:it is whole",
                "1:it is damaged, or not signed by the key that was given",
                "2:wrong usage, or it cannot be read: no key for its seal, or made by a newer release"
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  passcourier backup verify data/sandbox/passcourier.zip",
                "  passcourier backup verify /backup/passcourier.zip.age --key backup.key"
            })
    static final class Verify implements Callable<Integer> {

        @Mixin
        private Archive archive = new Archive();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() throws CommandFailure {
            try {
                Manifest whole = archive.backup().verify();
                output.print(new Table(
                                "backup",
                                "madeAt",
                                "product",
                                "dataFormat",
                                "position",
                                "head",
                                "files",
                                "queues",
                                "ledger",
                                "keys",
                                "signer")
                        .row(
                                whole.backup(),
                                whole.madeAt(),
                                whole.product(),
                                whole.dataFormat(),
                                whole.position(),
                                whole.head(),
                                whole.files().size(),
                                whole.queues(),
                                whole.ledger(),
                                whole.keys(),
                                whole.signer()));
                output.talk(
                        archive.isProven()
                                ? "the backup is whole"
                                : "the backup is whole; who made it shows only with --signer");
                return ExitCode.OK;
            } catch (BackupException e) {
                boolean bad = List.of("BACKUP_DAMAGED", "BACKUP_SIGNER").contains(e.code());
                return output.failed(bad ? ExitCode.BAD : ExitCode.UNUSABLE, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                return output.failed(
                        ExitCode.UNUSABLE,
                        "the backup cannot be read: " + e.getClass().getSimpleName());
            }
        }
    }
}
