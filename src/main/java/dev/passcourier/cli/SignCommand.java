package dev.passcourier.cli;

import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.RequestReader;
import dev.passcourier.request.Submission;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.RequestSigner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Signs a request on the requester's machine. */
@Command(
        name = "sign",
        description = {
            "Signs a request, for services whose policy wants signatures.",
            "Prints a compact JWS: send it as the message, or as a line of a .jws file."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:signed", "1:not signed; the reason is on the standard error", "2:wrong usage"},
        footerHeading = "%nExample:%n",
        footer = {
            "  passcourier sign --key data/sandbox/mine/operations.private.pem \\",
            "      --name operations data/sandbox/examples/request.json"
        })
public final class SignCommand implements Callable<Integer> {

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "your private P-256 key: JWK or PEM")
    private Path key;

    @ArgGroup
    private @Nullable PassphraseOptions passphrase;

    @Option(
            names = "--name",
            required = true,
            paramLabel = "NAME",
            description = "what the service's policy.signers calls you; becomes kid")
    private String name;

    @Option(
            names = "--minutes",
            defaultValue = "10",
            description = "how long the signature is valid, 1 to 15; default: ${DEFAULT-VALUE}")
    private int minutes;

    @Parameters(
            arity = "0..1",
            defaultValue = "-",
            paramLabel = "FILE",
            description = "the request as JSON; - or nothing reads the standard input")
    private Path request;

    @Spec
    private CommandSpec spec;

    private final InputStream in;
    private final Clock clock;

    /** With the system's clock and standard input. */
    public SignCommand() {
        this(Clock.systemUTC(), System.in);
    }

    /** With a clock that signatures expire by, and where {@code -} reads from. */
    public SignCommand(Clock clock, InputStream in) {
        this.clock = clock;
        this.in = in;
    }

    @Override
    public Integer call() {
        Duration life = Duration.ofMinutes(minutes);
        if (minutes < 1 || life.compareTo(Submission.LONGEST_LIFE) > 0) {
            return failed("--minutes must be 1 to " + Submission.LONGEST_LIFE.toMinutes(), 2);
        }
        try {
            RequestSigner signer = RequestSigner.load(key, passphrase == null ? null : passphrase.source(), name);
            PasswordRequest read = RequestReader.read(new BoundedInput(request, in).read(RequestReader.MAX_BYTES));
            spec.commandLine()
                    .getOut()
                    .println(signer.sign(Submission.claims(read, clock.instant().plus(life))));
            spec.commandLine().getOut().flush();
            return 0;
        } catch (KeyLoadException e) {
            return failed(String.valueOf(e.getMessage()), 1);
        } catch (RequestException e) {
            return failed(request + ": " + e.getMessage() + ": " + e.code().advice(), 1);
        } catch (IOException e) {
            return failed(request + " cannot be read", 1);
        }
    }

    private int failed(String why, int code) {
        spec.commandLine().getErr().println(why);
        spec.commandLine().getErr().flush();
        return code;
    }
}
