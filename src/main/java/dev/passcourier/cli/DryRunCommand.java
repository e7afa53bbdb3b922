package dev.passcourier.cli;

import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.request.Advice;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Permission;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Requester;
import dev.passcourier.request.Submission;
import dev.passcourier.request.Verdict;
import dev.passcourier.service.KeyAndLedgerFactory;
import dev.passcourier.service.RequestSignatures;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.KeyRing;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what would be done with requests, and does nothing of it. */
@Command(
        name = "dry-run",
        description = {
            "Says of each request of a file what would be done: the rule that allows it or why it is refused, whose"
                    + " signature it has, which key opens the answer, and to whom the result is sealed.",
            "Asks no cloud, delivers and records nothing. Whether an id was used before is not looked at."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything would be done",
            "1:something would be refused, or fail for want of a key; the column code says why",
            "2:wrong usage, or the file or the settings cannot be used"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier dry-run --config data/sandbox/config \\",
            "      data/sandbox/examples/batch.csv",
            "  passcourier dry-run --config data/sandbox/config --source jms \\",
            "      --user orchestrator data/sandbox/examples/request.json"
        })
final class DryRunCommand implements Callable<Integer> {

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Mixin
    private Output output = new Output();

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            defaultValue = "cli",
            description =
                    "where they would come from: cli, file, jms, schedule, report or local; default: ${DEFAULT-VALUE}")
    private Origin.Source source = Origin.Source.CLI;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "the user who would ask, for cli, jms and local; default: for cli, who runs this command")
    private @Nullable String user;

    @Parameters(paramLabel = "FILE", description = "requests: JSON, NDJSON, CSV or JWS; - reads the standard input")
    private Path file;

    private final InputStream in;
    private final Clock clock;
    private final Table plan = new Table(
                    "line", "id", "account", "instance", "plan", "code", "says", "signer", "key", "destinations")
            .style("plan", plan -> plan.equals("ask") ? null : "red");
    private final Set<String> ids = new HashSet<>();
    private final Map<String, KeyRing> rings = new HashMap<>();
    private int refused;
    private int failing;

    /** With standard input and the system's clock. */
    DryRunCommand() {
        this(System.in, Clock.systemUTC());
    }

    DryRunCommand(InputStream in, Clock clock) {
        this.in = in;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InvalidConfigurationException, CommandFailure {
        Settings settings = place.readable(clock, output);
        List<BatchLine> lines;
        RequestSignatures signatures;
        try {
            lines = RequestsFile.read(file, in).lines(settings, clock);
            signatures = RequestSignatures.load(settings.policy(), clock);
        } catch (RequestException e) {
            throw new CommandFailure(
                    file + ": " + e.getMessage() + ": " + e.code().advice());
        } catch (KeyLoadException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
        Permission permission = new Permission(settings);
        for (BatchLine line : lines) {
            line(line, settings, permission, signatures);
        }
        output.print(plan);
        output.talk(lines.size() + " requests, " + refused + " would be refused"
                + (failing == 0 ? "" : ", " + failing + " would fail"));
        return refused + failing == 0 ? ExitCode.OK : ExitCode.BAD;
    }

    private void line(BatchLine line, Settings settings, Permission permission, RequestSignatures signatures) {
        PasswordRequest request = null;
        String signer = null;
        try {
            if (line instanceof BatchLine.Bad bad) {
                throw bad.refusal();
            } else if (line instanceof BatchLine.Signed signed) {
                Submission submission = Submission.open(signed.compact(), signatures);
                signer = submission.signer();
                request = submission.request(clock.instant());
            } else {
                request = ((BatchLine.Good) line).request();
            }
            Requester requester = new Requester(new Origin(source, "dry-run", user(), null, line.line()), signer);
            permission.demandSignature(requester);
            if (!ids.add(request.id())) {
                throw new RequestException(RefusalCode.DUPLICATE_REQUEST, "id");
            }
            String rule = permission.rule(request, requester);
            Key key = key(settings, request);
            failing += key.fault() == null ? 0 : 1;
            plan.row(
                    line.line(),
                    request.id(),
                    request.account(),
                    request.instance(),
                    key.fault() == null ? "ask" : "fail",
                    key.fault(),
                    key.fault() == null ? "allowed by rule " + rule : Advice.on(key.verdict(), key.fault()),
                    signer,
                    key.name(),
                    request.deliverTo().stream()
                            .map(alias -> destination(settings, alias))
                            .toList());
        } catch (RequestException e) {
            refused++;
            String where = e.where().isEmpty() ? "" : e.where() + ": ";
            plan.row(
                    line.line(),
                    request == null ? null : request.id(),
                    request == null ? null : request.account(),
                    request == null ? null : request.instance(),
                    "refuse",
                    e.code(),
                    where + e.code().advice(e.says()),
                    signer,
                    null,
                    List.of());
        }
    }

    private @Nullable String user() {
        return switch (source) {
            case CLI -> user == null ? System.getProperty("user.name") : user;
            case JMS, LOCAL -> user;
            case FILE, SCHEDULE, REPORT -> null;
        };
    }

    /** What opens the answer, and with what verdict and code the request ends if nothing does. */
    private record Key(
            String name, Verdict verdict, @Nullable String fault) {

        static Key of(String name) {
            return new Key(name, Verdict.DELIVERED, null);
        }
    }

    /** Which key is tried. An account without a ring is one of a cloud that answers in clear. */
    private Key key(Settings settings, PasswordRequest request) {
        String ring = settings.accounts().get(request.account()).keyRing();
        if (ring == null) {
            return Key.of("none needed");
        }
        KeyRing read = rings.computeIfAbsent(ring, name -> read(settings, name));
        List<KeyRing.KeyInfo> keys = read.keys().stream()
                .filter(key -> request.key() == null || key.name().equals(request.key()))
                .toList();
        if (keys.isEmpty()) {
            return new Key(request.key() == null ? "" : request.key(), Verdict.WRONG_KEY, "KEY_MISSING");
        }
        String name = keys.size() == 1 ? keys.get(0).name() : "any of " + keys.size();
        return keys.stream().anyMatch(key -> key.algorithm().equals("RSA"))
                ? Key.of(name)
                : new Key(name, Verdict.NEVER, "KEY_NOT_RSA");
    }

    /** One that cannot be read opens nothing: keys check says why. */
    private static KeyRing read(Settings settings, String name) {
        try {
            return KeyAndLedgerFactory.keyRing(name, settings.keyRings().get(name));
        } catch (KeyLoadException e) {
            return KeyRing.empty();
        }
    }

    /** The alias and who can open what is sent there. */
    private static String destination(Settings settings, String alias) {
        String recipient = settings.destinations().get(alias).seal();
        if (recipient == null) {
            return alias + ":unsealed";
        }
        Settings.Recipient to = settings.recipients().get(recipient);
        String format = to == null ? "" : "(" + to.format().name().toLowerCase(Locale.ROOT) + ")";
        return alias + ":" + recipient + format;
    }
}
