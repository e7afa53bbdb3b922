package dev.passcourier.cli;

import dev.passcourier.backup.BackupException;
import dev.passcourier.backup.BackupFile.Restored;
import dev.passcourier.backup.BackupFile.Target;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.config.SettingsLoader;
import dev.passcourier.provider.ProviderCatalog;
import dev.passcourier.service.BackupClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Puts a backup back. */
@Command(
        name = "restore",
        description = {
            "Puts a backup back, while no service runs. It is unpacked and checked beside the data directory first, which is"
                    + " in its place whole or not at all.",
            "Whoever ran since the backup was made may have done what waited in it. It is done again, under the same"
                    + " delivery ids, and every delivery of it is marked as a possible duplicate. The next start records the"
                    + " restore in the audit trail."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it is put back; start the service",
            "1:it is damaged, or not signed by the key that was given; nothing is changed",
            "2:wrong usage, or it may or can not be put back, for the reason given; nothing is changed"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier restore data/sandbox/passcourier.zip --replace \\",
            "      --config data/sandbox/config",
            "  passcourier restore /backup/passcourier.zip.age --key backup.key \\",
            "      --into /var/lib/passcourier"
        })
final class RestoreCommand implements Callable<Integer> {

    @Mixin
    private BackupCommand.Archive archive = new BackupCommand.Archive();

    @Option(
            names = "--into",
            paramLabel = "DIR",
            description = "the data directory, new or empty; default: the one in the settings")
    private @Nullable Path into;

    @Option(names = "--replace", description = "move a data directory that is there aside, to <DIR>.before-<restore>")
    private boolean replace;

    @Option(
            names = "--again",
            description = "put back a backup that has been put back before, or that this cannot be noted beside")
    private boolean again;

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws CommandFailure {
        try {
            Settings settings = settings();
            Path directory = directory(settings);
            boolean isTheirs =
                    settings != null && isSame(directory, settings.service().dataDirectory());
            Restored restored = BackupClient.restore(
                    archive.backup(),
                    new Target(
                            directory,
                            replace,
                            again,
                            isTheirs ? settings.service().auditHead() : null));
            output.print(new Table("restore", "backup", "madeAt", "position", "time", "keys", "oldDirectory", "oldHead")
                    .row(
                            restored.restore().restore(),
                            restored.manifest().backup(),
                            restored.manifest().madeAt(),
                            restored.manifest().position(),
                            restored.restore().nth(),
                            restored.keysFrom(),
                            restored.aside(),
                            restored.headAside()));
            talk(restored, settings, isTheirs);
            return ExitCode.OK;
        } catch (BackupException e) {
            boolean bad = e.code().equals("BACKUP_DAMAGED") || e.code().equals("BACKUP_SIGNER");
            return output.failed(bad ? ExitCode.BAD : ExitCode.UNUSABLE, String.valueOf(e.getMessage()));
        } catch (ConfigurationException e) {
            return output.failed(ExitCode.UNUSABLE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return output.failed(
                    ExitCode.UNUSABLE, "it cannot be put back: " + e.getClass().getSimpleName() + "; is there room?");
        }
    }

    private void talk(Restored restored, @Nullable Settings settings, boolean isTheirs) {
        if (restored.keysFrom() == null) {
            output.talk(
                    "the backup held no keys: put the service's signing key and at-rest key back, as they were; without"
                            + " them it does not start");
        }
        if (!restored.manifest().queues()) {
            output.talk(
                    "the queues of an external broker are not in it: restore those by the broker's own means, and see"
                            + " what OPERATING says about lost requests");
        }
        if (!restored.manifest().ledger()) {
            output.talk("the ledger is not in it: run  passcourier ledger rebuild  if it is in PostgreSQL");
        }
        if (settings == null) {
            output.talk(
                    "no settings were found: if they name a service.auditHead, move that file aside, as the trail no"
                            + " longer reaches it");
        } else if (!isTheirs && settings.service().auditHead() != null) {
            output.talk("service.auditHead stays where it is: it belongs to "
                    + settings.service().dataDirectory() + "; have settings for this directory name another");
        }
        output.talk("start the service: it records the restore and marks what waited");
    }

    /** The head belongs to the trail of the settings' own data directory, whatever its path is written like. */
    private static boolean isSame(Path one, Path other) throws IOException {
        return real(one).equals(real(other));
    }

    private static Path real(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        Path above = absolute.getParent();
        if (Files.exists(absolute) || above == null) {
            return absolute.toRealPath();
        }
        return Files.exists(above) ? above.toRealPath().resolve(absolute.getFileName()) : absolute;
    }

    private Path directory(@Nullable Settings settings) throws CommandFailure {
        if (into != null) {
            return into;
        }
        if (settings == null) {
            throw new CommandFailure("where to? Name the data directory with --into, or the settings with --config");
        }
        return settings.service().dataDirectory();
    }

    /** As far as they can be read: secrets are not needed, and keys may not be there yet. */
    private @Nullable Settings settings() {
        return Files.exists(place.file())
                ? SettingsLoader.check(place.file(), ProviderCatalog.find(), Clock.systemUTC())
                        .settings()
                : null;
    }
}
