package dev.passcourier.cli;

import dev.passcourier.audit.AuditCut;
import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditVerifier;
import dev.passcourier.audit.AuditVerifier.Demands;
import dev.passcourier.audit.AuditVerifier.Expected;
import dev.passcourier.audit.AuditVerifier.Finding;
import dev.passcourier.audit.CheckpointKeys;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.StatementVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Checks the trail from the first record to the last. The service may be running. */
@Command(
        name = "verify",
        description = {
            "Checks numbers, hashes and chain of the whole audit trail, the signatures of its checkpoints, and that it"
                    + " reaches its head.",
            "Names the first place that was edited, cut, moved, put in or made anew.",
            "A trail whose beginning was archived is checked from the signed cut on; with --archive, from its first record."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the trail is whole",
            "1:the trail is damaged",
            "2:wrong usage, or something cannot be read, such as the key that signatures are checked with"
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  passcourier audit verify --config data/sandbox/config",
            "  passcourier audit verify --data data/sandbox/data --output json"
        })
final class AuditVerifyCommand implements Callable<Integer> {

    private static final Pattern EXPECTED = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})");

    @Mixin
    private DataPlace place = new DataPlace();

    @Option(
            names = "--signer",
            paramLabel = "FILE",
            description = "a public signing key of the service, also an earlier one; may be given more than once;"
                    + " default: those in the data directory's keys, signing.pub.jwk and those before it")
    private List<Path> signers = List.of();

    @Option(
            names = "--head",
            paramLabel = "FILE",
            description =
                    "a copy of audit-head kept elsewhere, which the trail must reach; may be given more than once")
    private List<Path> heads = List.of();

    @Option(
            names = "--expect",
            paramLabel = "SEQ:HASH",
            converter = ExpectedReader.class,
            description = "a record's number and hash written down elsewhere, which must be in the trail")
    private @Nullable Expected expected;

    @Option(
            names = "--archive",
            paramLabel = "DIR",
            description = "check the records too that retention.audit has put into this directory, as one chain with"
                    + " those that remain")
    private @Nullable Path archive;

    @Option(names = "--signed", description = "a trail without any checkpoint counts as damaged")
    private boolean signed;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Progress progress = output.progress();
        try {
            place.demandTrail();
            List<Path> files = signers();
            StatementVerifier keys = StatementVerifier.load(files, Clock.systemUTC());
            demandHeads();
            demandArchive(archive);
            Finding finding = AuditVerifier.verify(
                    place.trail(), new Demands(checkpointKeys(keys), heads, signed, expected, archive, progress::at));
            progress.end();
            demandKey(files, finding);
            demandRemaining(finding);
            return print(finding);
        } catch (CommandFailure | KeyLoadException e) {
            return unreadable(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return unreadable(
                    place.trail() + ": cannot be read (" + e.getClass().getSimpleName() + ")");
        } finally {
            progress.end();
        }
    }

    private List<Path> signers() {
        return signers.isEmpty() ? place.signers() : signers;
    }

    private void demandHeads() throws CommandFailure {
        for (Path head : heads) {
            if (!Files.isReadable(head)) {
                throw new CommandFailure(head + ": cannot be read");
            }
        }
    }

    /** Fails if an archive is named that is none. */
    static void demandArchive(@Nullable Path archive) throws CommandFailure {
        if (archive != null && !Files.isDirectory(archive)) {
            throw new CommandFailure(archive + ": there is no such directory");
        }
    }

    /** What is asked for and archived cannot be looked at, which is not the same as damaged. */
    private static void demandRemaining(Finding finding) throws CommandFailure {
        AuditDamage damage = finding.damage();
        AuditCut cut = finding.cut();
        if (cut != null && damage != null && damage.kind() == AuditDamage.Kind.ARCHIVED) {
            throw new CommandFailure("records 1 to " + cut.last() + " were archived at " + cut.at()
                    + ", and that one is among them: name the archive with --archive");
        }
    }

    /** Without any key a signed trail is not checked, which is not the same as damaged. */
    private void demandKey(List<Path> files, Finding finding) throws CommandFailure {
        AuditDamage damage = finding.damage();
        if (files.isEmpty() && damage != null && damage.kind() == AuditDamage.Kind.SIGNER) {
            throw new CommandFailure(place.signer() + ": there is no key to check the signatures with; name the"
                    + " service's signing.pub.jwk with --signer");
        }
    }

    /** The keys as the trail's own checkpoints are checked with them. */
    static CheckpointKeys checkpointKeys(StatementVerifier keys) {
        return new CheckpointKeys() {

            @Override
            public boolean knows(String keyId) {
                return keys.knows(keyId);
            }

            @Override
            public boolean hasSigned(String keyId, String statement, String signature) {
                return keys.hasSigned(keyId, statement, signature);
            }
        };
    }

    private int print(Finding finding) {
        FindingText text = new FindingText(place.trail(), archive, finding);
        if (output.isTable()) {
            output.line(text.lines());
        } else {
            output.print(text.table(), text::json);
        }
        return finding.damage() == null ? 0 : 1;
    }

    private int unreadable(String why) {
        return output.failed(ExitCode.UNUSABLE, why);
    }

    /** Reads {@code 4711:9f86…}. */
    static final class ExpectedReader implements ITypeConverter<Expected> {

        @Override
        public Expected convert(String value) {
            Matcher expected = EXPECTED.matcher(value);
            if (!expected.matches()) {
                throw new TypeConversionException("a record's number, a colon and its hash of 64 digits are needed");
            }
            return new Expected(Long.parseLong(expected.group(1)), expected.group(2));
        }
    }
}
