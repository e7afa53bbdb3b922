package dev.passcourier.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.report.CredentialData;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.report.ReportEvidence;
import dev.passcourier.report.ReportEvidence.Signature;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.StatementVerifier;
import dev.passcourier.vault.UnverifiedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks that files of a credential report are as the service signed them. */
@Command(
        name = "verify",
        description = {
            "Checks that files of a credential report are as the service signed them, and says whose key it was and"
                    + " which position of the audit trail the report rests on.",
            "A file is known by its content, whatever its name is now."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the signature holds, and every file is one that was signed",
            "1:the signature does not hold, a file was changed, or the trail does not have what the report names",
            "2:wrong usage, or something cannot be read, such as the key that signatures are checked with"
        },
        footerHeading = "%nExample:%n",
        footer = {"  passcourier report verify --data data/sandbox/data \\", "      data/sandbox/reports/weekly.*"})
final class ReportVerifyCommand implements Callable<Integer> {

    /** Larger files are none of a report. */
    private static final int LARGEST = 256 << 20;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "files of one report, the .jws among them or beside the first")
    private List<Path> files = List.of();

    @Option(
            names = "--signature",
            paramLabel = "FILE",
            description =
                    "the report's .jws file; default: the one among the files, or the first file's name with .jws")
    private @Nullable Path signature;

    @Option(
            names = "--signer",
            paramLabel = "FILE",
            description = "a public signing key of the service, also an earlier one; may be given more than once;"
                    + " default: those in the data directory's keys, signing.pub.jwk and those before it")
    private List<Path> signers = List.of();

    @Option(
            names = "--trail",
            description =
                    "check too that the audit trail in the data directory is whole and has the record that the report"
                            + " rests on; and if the .json is among the files, a record for each row that names one")
    private boolean trail;

    @Option(
            names = "--archive",
            paramLabel = "DIR",
            description = "with --trail: look too in this directory, where retention.audit has put older records")
    private @Nullable Path archive;

    @Mixin
    private DataPlace place = new DataPlace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Progress progress = output.progress();
        try {
            Path jws = jws();
            List<Path> own = place.signers();
            List<Path> keyFiles = !signers.isEmpty() ? signers : own.isEmpty() ? List.of(place.signer()) : own;
            StatementVerifier keys = StatementVerifier.load(keyFiles, Clock.systemUTC());
            Signature found = ReportEvidence.signature(read(jws), keys);
            Map<Path, String> signed = new LinkedHashMap<>();
            List<String> wrong = new ArrayList<>();
            List<Row> rows = new ArrayList<>();
            for (Path file : files) {
                if (!file.equals(jws)) {
                    check(file, found, signed, wrong, rows);
                }
            }
            if (trail) {
                place.demandTrail();
                AuditVerifyCommand.demandArchive(archive);
                wrong.addAll(ReportEvidence.missing(
                        found, rows, place.trail(), archive, AuditVerifyCommand.checkpointKeys(keys), progress::at));
                progress.end();
            }
            print(found, signed, wrong, rows);
            return wrong.isEmpty() ? ExitCode.OK : ExitCode.BAD;
        } catch (UnverifiedException e) {
            return output.failed(
                    ExitCode.BAD,
                    e.reason() == UnverifiedException.Reason.UNKNOWN
                            ? "SIGNER_UNKNOWN: the report is signed with another key than the ones that are named with"
                                    + " --signer"
                            : "SIGNATURE_INVALID: the signature is not the service's, or was changed");
        } catch (CommandFailure | KeyLoadException e) {
            return output.failed(ExitCode.UNUSABLE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return output.failed(
                    ExitCode.UNUSABLE,
                    "the report or the trail cannot be read (" + e.getClass().getSimpleName() + ")");
        } finally {
            progress.end();
        }
    }

    private static void check(Path file, Signature found, Map<Path, String> signed, List<String> wrong, List<Row> rows)
            throws IOException, CommandFailure {
        byte[] content = read(file);
        String name = found.nameOf(content);
        if (name == null) {
            wrong.add(file + ": FILE_CHANGED: no file with this content was signed");
            return;
        }
        signed.put(file, name);
        if (name.endsWith(".json")) {
            rows.addAll(CredentialData.read(content).rows());
        }
    }

    /** The signature's file. */
    private Path jws() throws CommandFailure {
        if (signature != null) {
            return signature;
        }
        for (Path file : files) {
            if (file.toString().endsWith(".jws")) {
                return file;
            }
        }
        String name = String.valueOf(files.get(0).getFileName());
        int dot = name.lastIndexOf('.');
        Path beside = files.get(0).resolveSibling((dot < 0 ? name : name.substring(0, dot)) + ".jws");
        if (!Files.exists(beside)) {
            throw new CommandFailure(beside + ": there is no signature; name the report's .jws file with --signature");
        }
        return beside;
    }

    private static byte[] read(Path file) throws CommandFailure {
        try {
            if (Files.size(file) > LARGEST) {
                throw new CommandFailure(file + ": it is too large to be a report's");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CommandFailure(file + ": cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private void print(Signature found, Map<Path, String> signed, List<String> wrong, List<Row> rows) {
        long recorded = rows.stream().filter(row -> row.sequence() != null).count();
        long unrecorded = rows.size() - recorded;
        wrong.forEach(output::error);
        if (output.isTable()) {
            output.line("report %s, run %s: signed at %s with key %s"
                    .formatted(
                            found.report(),
                            found.run(),
                            found.files().signedAt(),
                            found.files().keyId()));
            output.line("it rests on audit record %d, hash %s"
                    .formatted(found.trail().sequence(), found.trail().hash()));
            signed.forEach(
                    (file, name) -> output.line(file + ": as signed" + (file.endsWith(name) ? "" : ", as " + name)));
            if (trail && wrong.isEmpty()) {
                output.line("the trail has that record"
                        + (recorded == 0 ? "" : ", and one of each inspection of " + recorded + " rows"));
                if (unrecorded > 0) {
                    output.line(unrecorded + " rows name no record of this trail, so it says nothing about them");
                }
            }
            return;
        }
        Table table = new Table("file", "signedAs");
        signed.forEach((file, name) -> table.row(file, name));
        output.print(table, () -> json(found, signed, wrong, recorded, unrecorded));
    }

    private ObjectNode json(
            Signature found, Map<Path, String> signed, List<String> wrong, long recorded, long unrecorded) {
        ObjectNode json = new ObjectMapper()
                .createObjectNode()
                .put("holds", wrong.isEmpty())
                .put("report", found.report())
                .put("run", found.run())
                .put("signedAt", found.files().signedAt().toString())
                .put("key", found.files().keyId());
        json.putObject("trail")
                .put("sequence", found.trail().sequence())
                .put("hash", found.trail().hash())
                .put("checked", trail)
                .put("rowsWithRecord", recorded)
                .put("rowsWithoutRecord", unrecorded);
        ArrayNode list = json.putArray("files");
        signed.forEach(
                (file, name) -> list.addObject().put("file", file.toString()).put("signedAs", name));
        ArrayNode problems = json.putArray("wrong");
        wrong.forEach(problems::add);
        return json;
    }
}
