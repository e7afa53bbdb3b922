package dev.passcourier.cli;

import dev.passcourier.files.DurableFile;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.NotOpenedException;
import dev.passcourier.vault.OpenedResult;
import dev.passcourier.vault.ResultOpener;
import dev.passcourier.vault.ResultOpener.Expected;
import dev.passcourier.vault.StatementVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Opens a sealed result or report on its recipient's machine. Data goes to the standard output, talk to the standard error. */
@Command(
        name = "open",
        description = {
            "Opens a sealed result, or a sealed report.",
            "Prints what a result is about; the secret only with --show, or into a file with --to.",
            "Lists a report's files; writes them with --into."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {" 0:opened", " 1:not opened; the reason is on the standard error", " 2:wrong usage"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier open --key data/sandbox/mine/operations.private.pem \\",
            "      --signer data/sandbox/data/keys/signing.pub.jwk \\",
            "      --show data/sandbox/out/first_*.jwe",
            "  passcourier open --key data/sandbox/mine/operations.private.pem \\",
            "      --to data/sandbox/mine/password data/sandbox/out/first_*.jwe",
            "  passcourier open --key data/sandbox/mine/operations.private.pem \\",
            "      --signer data/sandbox/data/keys/signing.pub.jwk \\",
            "      --into data/sandbox/mine/weekly data/sandbox/out/weekly_*.zip.jwe"
        })
public final class OpenCommand implements Callable<Integer> {

    /** A whole mail may have more in it than the result, and a report of many machines is large. */
    private static final int LARGEST = 64 << 20;

    @Option(
            names = "--key",
            required = true,
            paramLabel = "FILE",
            description = "your private key, 0600: JWK, PEM or OpenSSH; OpenPGP; or an age identity")
    private Path key;

    @ArgGroup
    private @Nullable PassphraseOptions passphrase;

    @Option(
            names = "--signer",
            paramLabel = "FILE",
            description = {
                "the service's signing.pub.jwk, signing.crt.pem or signing.pub.asc;",
                "may be given more than once, as while the service's key is replaced;",
                "without it nobody knows who made the result"
            })
    private List<Path> signers = List.of();

    @Option(names = "--show", description = "print the secret too")
    private boolean show;

    @Option(names = "--to", paramLabel = "FILE", description = "write the secret, and only it, to a new file (0600)")
    private @Nullable Path to;

    @Option(
            names = "--into",
            paramLabel = "FOLDER",
            description = "write a report's files into this folder, which is made if need be; replaces none")
    private @Nullable Path into;

    @Option(names = "--request", paramLabel = "ID", description = "refuse the result of any other request")
    private @Nullable String request;

    @Option(names = "--delivery", paramLabel = "ID", description = "refuse the result of any other delivery")
    private @Nullable String delivery;

    @Option(names = "--instance", paramLabel = "ID", description = "refuse the result of any other instance")
    private @Nullable String instance;

    @Option(
            names = "--seen",
            paramLabel = "FILE",
            description = "refuse a delivery that this list has already; add what is opened to it")
    private @Nullable Path seen;

    @Option(
            names = "--part",
            paramLabel = "N",
            description = "open the Nth sealed result of a mail that holds several; without it they are listed")
    private @Nullable Integer part;

    @Option(names = "--allow-expired", description = "open it although its lifetime is over")
    private boolean allowExpired;

    @Mixin
    private Output output = new Output();

    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = "-",
            paramLabel = "FILE",
            description = {
                "the sealed result or report (.jwe, .p7m, .asc or .age), its base64 or PEM, a webhook's body, or a whole"
                        + " mail (.eml);",
                "- or nothing reads the standard input"
            })
    private Path sealed;

    @Spec
    private CommandSpec spec;

    private final Clock clock;
    private final InputStream in;

    /** With the system's clock and standard input. */
    public OpenCommand() {
        this(Clock.systemUTC(), System.in);
    }

    /** With a clock that results expire by, and where {@code -} reads from. */
    public OpenCommand(Clock clock, InputStream in) {
        this.clock = clock;
        this.in = in;
    }

    @Override
    public Integer call() {
        try {
            byte[] content = new BoundedInput(sealed, in).read(LARGEST);
            if (content.length > LARGEST) {
                throw new CommandFailure("TOO_LARGE: it is larger than 64 MiB, which no result or report is");
            }
            byte[] found = ReceivedFile.sealed(content, part);
            var opener = ResultOpener.ofAny(key, passphrase == null ? null : passphrase.source(), signers, clock);
            Optional<byte[]> archive = opener.openArchive(found);
            return archive.isPresent() ? report(archive.get()) : result(opener, found);
        } catch (CommandFailure | KeyLoadException | NotOpenedException e) {
            return failed(e.getMessage());
        } catch (FileAlreadyExistsException e) {
            return failed(e.getFile() + " is there already; choose another file or folder");
        } catch (FileSystemException e) {
            return failed(
                    e.getFile() + " cannot be read or written (" + e.getClass().getSimpleName() + ")");
        } catch (IOException e) {
            return failed("what was received or a list cannot be read, or what is in it not written");
        }
    }

    private int result(ResultOpener opener, byte[] found) throws CommandFailure, NotOpenedException, IOException {
        if (into != null) {
            throw new CommandFailure(
                    "NO_REPORT: it holds no report's files for --into; a result's secret goes to --to FILE");
        }
        try (OpenedResult result = opener.open(found, new Expected(request, delivery, instance, allowExpired))) {
            String opened = result.facts().get("deliveryId");
            if (seen != null && new SeenDeliveries(seen).contains(opened)) {
                return failed("REPLAYED: delivery " + opened + " was opened before, as " + seen + " says");
            }
            hand(result);
            if (seen != null) {
                new SeenDeliveries(seen).add(opened);
            }
            return 0;
        }
    }

    private int report(byte[] zip) throws CommandFailure, KeyLoadException, IOException {
        boolean isForResults =
                show || Stream.of(to, request, delivery, instance, seen).anyMatch(Objects::nonNull);
        if (isForResults) {
            throw new CommandFailure("NO_RESULT: it holds a report's files and no secret; leave out --show, --to,"
                    + " --request, --delivery, --instance and --seen");
        }
        OpenedReport report = OpenedReport.read(zip);
        if (signers.isEmpty()) {
            output.error("signature not checked: give --signer to know that the service made this");
        } else {
            report.verify(StatementVerifier.load(signers, clock));
        }
        if (into != null) {
            report.write(into);
        }
        output.print(report.table(), () -> report.json(!signers.isEmpty()));
        output.talk(into == null ? "nothing is written: add --into FOLDER" : "written into " + into);
        return 0;
    }

    private void hand(OpenedResult result) throws IOException {
        if (to != null) {
            write(to, result);
        }
        if (!result.signatureChecked()) {
            output.error("signature not checked: give --signer to know that the service made this");
        }
        var page = new OpenedPage(result, show);
        spec.commandLine()
                .getOut()
                .print(
                        switch (output.format()) {
                            case table -> page.table();
                            case json -> page.json();
                            case csv -> page.csv();
                        });
        spec.commandLine().getOut().flush();
        if (to != null) {
            output.talk("secret written to " + to);
        } else if (!show) {
            output.talk("the secret is not printed: add --show, or --to FILE");
        }
    }

    /** To a new file that only its owner may read; never replaces one. Unbuffered, so that no copy stays in memory. */
    private static void write(Path file, OpenedResult result) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(file, options, DurableFile.ownerOnly(file));
                OutputStream out = Channels.newOutputStream(channel)) {
            result.writeSecretTo(out);
            channel.force(true);
        }
    }

    private int failed(String why) {
        return output.failed(ExitCode.BAD, why);
    }

    /** A recipient's list of the deliveries that were opened already: one delivery id a line. */
    private static final class SeenDeliveries {

        private final Path file;

        SeenDeliveries(Path file) {
            this.file = file;
        }

        boolean contains(String deliveryId) throws IOException {
            return Files.exists(file) && Files.readAllLines(file).contains(deliveryId);
        }

        /** Adds a line, durably; makes the file, 0600, if it is not there. */
        void add(String deliveryId) throws IOException {
            var options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            try (FileChannel channel = FileChannel.open(file, options, DurableFile.ownerOnly(file))) {
                channel.write(ByteBuffer.wrap((deliveryId + "\n").getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            }
        }
    }
}
