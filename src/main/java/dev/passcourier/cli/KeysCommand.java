package dev.passcourier.cli;

import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.service.KeyAndLedgerFactory;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.KeyLoadException.Finding;
import dev.passcourier.vault.KeyRing;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks at the private keys that open what clouds encrypt. */
@Command(
        name = "keys",
        description = "Looks at the private keys that open passwords. Shows none of them.",
        mixinStandardHelpOptions = true,
        subcommands = {KeysCommand.ListKeys.class, KeysCommand.Check.class},
        synopsisSubcommandLabel = "COMMAND")
final class KeysCommand extends CommandGroup {

    /** What both look at. */
    private static final class Rings {

        @Mixin
        private SettingsPlace place = new SettingsPlace();

        @Option(names = "--ring", paramLabel = "NAME", description = "only this key ring")
        private @Nullable String only;

        private Settings settings(Output output) throws InvalidConfigurationException {
            return place.readable(Clock.systemUTC(), output);
        }

        Map<String, Settings.KeyRing> wanted(Settings settings) throws CommandFailure {
            Map<String, Settings.KeyRing> rings = new TreeMap<>(settings.keyRings());
            if (only != null) {
                rings.keySet().retainAll(List.of(only));
                if (rings.isEmpty()) {
                    throw new CommandFailure("there is no key ring " + only + "; the settings have "
                            + String.join(", ", new TreeMap<>(settings.keyRings()).keySet()));
                }
            }
            return rings;
        }

        static List<String> accounts(Settings settings, String ring) {
            return settings.accounts().entrySet().stream()
                    .filter(account -> ring.equals(account.getValue().keyRing()))
                    .map(Map.Entry::getKey)
                    .sorted()
                    .toList();
        }
    }

    /** Names the keys. */
    @Command(
            name = "list",
            description = {
                "Names the private keys of all key rings: fingerprint as ssh-keygen -l prints it, kind, size, form, and the"
                        + " accounts that use them.",
                "Keys that are not RSA open no password: clouds encrypt to RSA keys only."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:listed",
                "1:there is no key",
                "2:wrong usage, or settings or keys that cannot be read; keys check says more"
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  passcourier keys list --config data/sandbox/config",
                "  passcourier keys list --config data/sandbox/config --output csv"
            })
    static final class ListKeys implements Callable<Integer> {

        @Mixin
        private Rings rings = new Rings();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() throws InvalidConfigurationException, CommandFailure {
            Settings settings = rings.settings(output);
            Table table = new Table(
                    "ring", "name", "kind", "bits", "fingerprint", "form", "opensPasswords", "accounts", "file");
            try {
                for (var ring : rings.wanted(settings).entrySet()) {
                    List<String> accounts = Rings.accounts(settings, ring.getKey());
                    KeyRing read = KeyAndLedgerFactory.keyRing(ring.getKey(), ring.getValue());
                    read.entries().forEach(entry -> row(table, ring.getKey(), entry, accounts));
                }
            } catch (KeyLoadException e) {
                throw new CommandFailure(e.getMessage() + System.lineSeparator() + "passcourier keys check  says more");
            }
            output.print(table);
            return table.isEmpty() ? output.failed(ExitCode.BAD, "there is no key") : ExitCode.OK;
        }

        private static void row(Table table, String ring, KeyRing.Entry entry, List<String> accounts) {
            KeyRing.KeyInfo key = entry.key();
            boolean opens = key.algorithm().equals("RSA");
            table.row(
                    ring,
                    key.name(),
                    key.algorithm(),
                    key.bits(),
                    key.fingerprint(),
                    entry.form(),
                    opens,
                    accounts,
                    entry.file());
        }
    }

    /** Says what is wrong with the keys. */
    @Command(
            name = "check",
            description = {
                "Says which private keys are of no use or of danger: unreadable, damaged or weak ones, those that can never"
                        + " open a password, rings that no account uses, and files of a ring's directory that are not used.",
                "A line with the level note does not count as bad."
            },
            mixinStandardHelpOptions = true,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:all keys are good",
                "1:something is wrong; each finding is a row",
                "2:wrong usage, or the settings cannot be read"
            },
            footerHeading = "%nExample:%n",
            footer = "  passcourier keys check --config data/sandbox/config")
    static final class Check implements Callable<Integer> {

        @Mixin
        private Rings rings = new Rings();

        @Mixin
        private Output output = new Output();

        private final Table table = new Table("level", "code", "ring", "file", "says")
                .style("level", level -> level.equals("problem") ? "red,bold" : null);

        private int problems;
        private int keys;

        @Override
        public Integer call() throws InvalidConfigurationException, CommandFailure {
            Settings settings = rings.settings(output);
            for (var ring : rings.wanted(settings).entrySet()) {
                check(ring.getKey(), ring.getValue(), Rings.accounts(settings, ring.getKey()));
            }
            output.print(table);
            output.talk(keys + " keys, " + problems + " problems");
            return problems == 0 ? ExitCode.OK : ExitCode.BAD;
        }

        private void check(String name, Settings.KeyRing ring, List<String> accounts) {
            try {
                KeyRing read = KeyAndLedgerFactory.keyRing(name, ring);
                keys += read.keys().size();
                read.unused().forEach(finding -> unused(name, finding));
                read.weaknesses().forEach(finding -> problem(name, finding));
                if (!read.opensPasswords()) {
                    problem(
                            "NO_RSA_KEY",
                            name,
                            null,
                            "it holds no RSA private key, so it opens no password; add the key"
                                    + " of the instances' key pair");
                }
            } catch (KeyLoadException e) {
                e.findings().forEach(finding -> problem(name, finding));
            }
            if (accounts.isEmpty()) {
                problem(
                        "KEY_WITHOUT_ACCOUNT",
                        name,
                        null,
                        "no account names this ring, so its keys open nothing; say" + " keyRing: " + name
                                + "  at an account, or remove the ring");
            }
        }

        /** What lies in a directory and is no key at all is only worth knowing. */
        private void unused(String ring, Finding finding) {
            if (KeyRing.isHarmless(finding)) {
                table.row("note", "KEY_UNUSED", ring, finding.file(), finding.code() + ": " + finding.advice());
            } else {
                problem(ring, finding);
            }
        }

        private void problem(String ring, Finding finding) {
            problem(finding.code().name(), ring, finding.file(), finding.advice());
        }

        private void problem(String code, String ring, @Nullable Path file, String says) {
            problems++;
            table.row("problem", code, ring, file, says);
        }
    }
}
