package dev.passcourier.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.fetch.DirectAnswer;
import dev.passcourier.fetch.DirectOrder;
import dev.passcourier.files.DurableFile;
import dev.passcourier.service.DirectAccount;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.OneTimeKey;
import dev.passcourier.vault.OpenedResult;
import dev.passcourier.vault.RecipientKey;
import dev.passcourier.vault.Sealed;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Gets one password. A password that is shown goes from the vault to the standard output in bytes that are wiped; it is
 * in no string.
 */
@Command(
        name = "get",
        description = {
            "Gets one password now, without a queue: through the running service, or by itself while none runs.",
            "Shows it, or seals it for somebody. The policy must allow it (sources: [cli]) and the audit trail has it.",
            "Without settings, ACCOUNT is a provider and the credentials are those of the environment: OS_* or"
                    + " clouds.yaml, HUAWEICLOUD_SDK_AK and _SK, KAKAOCLOUD_APPLICATION_CREDENTIAL_ID and _SECRET,"
                    + " TENCENTCLOUD_SECRET_ID and _KEY."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:got it",
            "1:not got; verdict and code are on the standard error",
            "2:wrong usage, or settings, keys or credentials that cannot be used",
            "3:a service runs here and does not answer",
            "4:with --wait: the time is over, and it may still come"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier get --config data/sandbox/config sandbox-huawei-ecs \\",
            "      $(cat data/sandbox/examples/instance) --show --force",
            "  passcourier get --config data/sandbox/config sandbox-huawei-ecs \\",
            "      $(cat data/sandbox/examples/instance) --wait 20m --to operations \\",
            "      --out data/sandbox/mine/result.jwe",
            "",
            "With a cloud's own environment, and no settings:",
            "  export OS_CLOUD=prod",
            "  passcourier get openstack-nova 6f2c1d3e-4b5a-6978-8796-a5b4c3d2e1f0 \\",
            "      --private-key windows.pem --show"
        })
public final class GetCommand extends DirectCommand {

    @Option(names = "--key", paramLabel = "NAME", description = "the key of the account's key ring to open it with")
    private @Nullable String key;

    @Option(
            names = "--parameter",
            paramLabel = "NAME=VALUE",
            description = "a further id that the cloud needs, such as fleetId=fleet-…; may be repeated")
    private Map<String, String> parameters = Map.of();

    @Option(names = "--show", description = "print the password, and only it, on this terminal")
    private boolean show;

    @Option(names = "--force", description = "print it also where there is no terminal, such as into a pipe")
    private boolean force;

    @Option(names = "--to", paramLabel = "NAME", description = "seal it for a recipient of the settings")
    private @Nullable String to;

    @Option(
            names = "--to-key",
            paramLabel = "FILE",
            description = "seal it for the public key, certificate or age recipient in a file")
    private @Nullable Path toKey;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "write the sealed result to a new file (0600), not to the standard output")
    private @Nullable Path out;

    private final OutputStream screen;

    /** With the system's clock and standard output. */
    public GetCommand() {
        this(Clock.systemUTC(), new FileOutputStream(FileDescriptor.out));
    }

    /**
     * With what tests need.
     *
     * @param screen where what is shown and what is sealed goes
     */
    public GetCommand(Clock clock, OutputStream screen) {
        super(clock);
        this.screen = screen;
    }

    @Override
    int work(String id) throws Exception {
        demandReceiver();
        try (DirectAccount direct = accounts.open(account, clock)) {
            OneTimeKey mine = show ? OneTimeKey.generate() : null;
            DirectAnswer answer = direct.get(order(id, mine), patience.time(), this::until);
            if (!answer.isDone()) {
                explain(answer);
                if (output.format() == OutputFormat.json) {
                    printFacts(facts(id, answer));
                }
                return notDone(answer);
            }
            if (mine == null) {
                handSealed(id, answer);
            } else {
                show(id, answer, mine);
            }
            return ExitCode.OK;
        }
    }

    private void demandReceiver() throws CommandFailure {
        if (Stream.of(show, to != null, toKey != null).filter(given -> given).count() != 1) {
            throw wrong("say where it goes: --show, --to NAME or --to-key FILE");
        }
        if (to != null && to.contains("/")) {
            throw wrong("--to names a recipient of the settings; for a key in a file, give --to-key");
        }
        if (out != null && show) {
            throw wrong("--out is for what is sealed: give --to NAME or --to-key FILE");
        }
        if (out != null) {
            Output.demandNew(out); // before anything is asked: a password that is got and not kept may be gone
        }
        if (show && !force && !Terminal.showsOutput()) {
            throw wrong("the standard output is no terminal; add --force to print the password there all the same");
        }
        if (output.format() == OutputFormat.csv) {
            throw wrong("--output csv is for lists: take json");
        }
    }

    private ParameterException wrong(String text) {
        return new ParameterException(spec.commandLine(), text);
    }

    /** A key file is read here, by whoever asks and may read it, whoever seals for it. */
    private DirectOrder order(String id, @Nullable OneTimeKey mine) throws KeyLoadException {
        if (mine != null) {
            return order(id, DirectOrder.ASKER, mine.publicJwk());
        }
        return toKey == null
                ? order(id, DirectOrder.RECIPIENT + to, null)
                : order(id, DirectOrder.ASKER, RecipientKey.contentOf(toKey, clock));
    }

    private DirectOrder order(String id, String receiver, byte @Nullable [] sealFor) {
        return new DirectOrder(id, account, instance, key, parameters, receiver, sealFor, 1);
    }

    private void show(String id, DirectAnswer answer, OneTimeKey mine) throws Exception {
        try (OpenedResult opened = mine.open(answer.sealed(), clock)) {
            if (output.isTable()) {
                output.talk(summary(answer));
                opened.writeSecretTo(screen);
                write("\n");
            } else {
                String facts = facts(id, answer).toPrettyString();
                write(facts.substring(0, facts.lastIndexOf('}')).stripTrailing() + ",\n  \"secret\" : \"");
                opened.writeSecretTo(new Escaping(screen));
                write("\"\n}\n");
            }
        }
    }

    private void handSealed(String id, DirectAnswer answer) throws IOException {
        byte[] sealed = answer.sealed();
        ObjectNode facts = facts(id, answer).put("sealedFor", receiver()).put("mediaType", answer.mediaType());
        if (out != null) {
            DurableFile.write(out, sealed);
            facts.put("file", out.toString());
        } else if (output.format() == OutputFormat.json) {
            boolean isText = Sealed.JOSE.equals(answer.mediaType()) || Sealed.OPENPGP.equals(answer.mediaType());
            facts.put(
                    isText ? "sealed" : "sealedBase64",
                    isText
                            ? new String(sealed, StandardCharsets.US_ASCII)
                            : Base64.getEncoder().encodeToString(sealed));
        }
        if (output.format() == OutputFormat.json) {
            printFacts(facts);
            return;
        }
        output.talk(summary(answer) + ", sealed for " + receiver() + (out == null ? "" : " in " + out));
        if (out == null) {
            screen.write(sealed);
            if (Terminal.showsOutput()) {
                write("\n");
            }
        }
    }

    private String receiver() {
        return to == null ? String.valueOf(toKey) : to;
    }

    private String summary(DirectAnswer answer) {
        return "DELIVERED " + account + " " + instance + ": " + answer.kind()
                + (answer.userName() == null ? "" : " of " + answer.userName())
                + (answer.key() == null ? "" : ", opened with key " + answer.key() + " " + answer.fingerprint());
    }

    private ObjectNode facts(String id, DirectAnswer answer) {
        ObjectNode facts = JsonNodeFactory.instance.objectNode();
        facts.put("verdict", answer.verdict().name()).put("code", answer.code());
        facts.put("id", id).put("account", account).put("instance", instance);
        facts.put("kind", answer.kind()).put("userName", answer.userName());
        facts.put("key", answer.key()).put("keyFingerprint", answer.fingerprint());
        if (!answer.isDone()) {
            facts.put("said", answer.said()).put("advice", answer.advice());
        }
        return facts;
    }

    private void printFacts(ObjectNode facts) throws IOException {
        write(facts.toPrettyString() + "\n");
    }

    private void write(String text) throws IOException {
        screen.write(text.getBytes(StandardCharsets.UTF_8));
        screen.flush();
    }

    /** Writes bytes of UTF-8 as they stand in a JSON string, without keeping any. */
    private static final class Escaping extends FilterOutputStream {

        Escaping(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            if (value == '"' || value == '\\') {
                out.write('\\');
                out.write(value);
            } else if (value >= 0 && value < ' ') {
                out.write(String.format("\\u%04x", value).getBytes(StandardCharsets.US_ASCII));
            } else {
                out.write(value);
            }
        }
    }
}
