package dev.passcourier.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Permission;
import dev.passcourier.request.Policy.Opinion;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.RequestReader;
import dev.passcourier.request.Requester;
import dev.passcourier.request.Submission;
import dev.passcourier.service.RequestSignatures;
import dev.passcourier.vault.KeyLoadException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at the policy. */
@Command(
        name = "policy",
        description = "Looks at the policy.",
        mixinStandardHelpOptions = true,
        subcommands = PolicyCommand.Explain.class,
        synopsisSubcommandLabel = "COMMAND")
public final class PolicyCommand extends CommandGroup {

    /** Asks the rules about one request, without sending it. */
    @Command(
            name = "explain",
            description = {
                "Says which rule allows a request, or why each of them does not.",
                "Nothing is sent or recorded; whether the id is new is not looked at."
            },
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the request would be allowed",
                "1:it would be refused; the code says why",
                "2:wrong usage, or the settings cannot be used"
            },
            footerHeading = "%nExample:%n",
            footer = {
                "  passcourier policy explain --config data/sandbox/config --source jms \\",
                "      --user orchestrator data/sandbox/examples/request.json"
            })
    static final class Explain implements Callable<Integer> {

        @Mixin
        private SettingsPlace place = new SettingsPlace();

        @Option(
                names = "--source",
                defaultValue = "JMS",
                description = "where it would come from: jms, file, schedule or local; default: jms")
        private Origin.Source source;

        @Option(
                names = "--user",
                paramLabel = "NAME",
                description = "the broker's user who would send it, or local:ROUTE")
        private @Nullable String user;

        @Mixin
        private Output output = new Output();

        @Parameters(
                arity = "0..1",
                defaultValue = "-",
                paramLabel = "FILE",
                description = "the request: JSON, or signed as a compact JWS; - or nothing reads the standard input")
        private Path request;

        @Spec
        private CommandSpec spec;

        private final InputStream in;
        private final Clock clock;

        /** With standard input and the system's clock. */
        Explain() {
            this(System.in, Clock.systemUTC());
        }

        Explain(InputStream in, Clock clock) {
            this.in = in;
            this.clock = clock;
        }

        @Override
        public Integer call() {
            try {
                Settings settings = place.load(clock);
                return explain(settings, new BoundedInput(request, in).read(RequestReader.MAX_BYTES));
            } catch (InvalidConfigurationException e) {
                e.findings().forEach(spec.commandLine().getErr()::println);
            } catch (KeyLoadException e) {
                spec.commandLine().getErr().println(e.getMessage());
            } catch (IOException e) {
                spec.commandLine().getErr().println(request + " cannot be read");
            }
            spec.commandLine().getErr().flush();
            return 2;
        }

        private int explain(Settings settings, byte[] body) throws KeyLoadException {
            Permission permission = new Permission(settings);
            List<Opinion> opinions = List.of();
            @Nullable String signer = null;
            try {
                Submission submission = Submission.open(body, RequestSignatures.load(settings.policy(), clock));
                signer = submission.signer();
                Requester requester = new Requester(new Origin(source, "explain", user, null, 0), signer);
                PasswordRequest read = submission.request(clock.instant());
                opinions = permission.policy().opinions(read, requester);
                permission.demandSignature(requester);
                return print(signer, opinions, permission.rule(read, requester), null);
            } catch (RequestException refused) {
                return print(signer, opinions, null, refused);
            }
        }

        private int print(
                @Nullable String signer,
                List<Opinion> opinions,
                @Nullable String rule,
                @Nullable RequestException refused) {
            if (output.isTable()) {
                output.line("source " + name(source) + (user == null ? "" : ", user " + user)
                        + (signer == null ? ", not signed" : ", signed by " + signer));
                opinions.forEach(opinion -> output.line("  rule " + opinion.rule() + ": " + opinion.says()));
                output.line(refused == null ? "ALLOWED by rule " + rule : "REFUSED " + refused.getMessage());
                if (refused != null) {
                    output.line(refused.code().advice());
                }
            } else {
                Table rules = new Table("rule", "allows", "says");
                opinions.forEach(opinion -> rules.row(opinion.rule(), opinion.obstacle() == null, opinion.says()));
                output.print(rules, () -> json(signer, opinions, rule, refused));
            }
            return refused == null ? ExitCode.OK : ExitCode.BAD;
        }

        private static ObjectNode json(
                @Nullable String signer,
                List<Opinion> opinions,
                @Nullable String rule,
                @Nullable RequestException refused) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("allowed", refused == null);
            json.put("rule", rule);
            json.put("signer", signer);
            json.put("code", refused == null ? null : refused.code().name());
            json.put("where", refused == null ? null : refused.where());
            var rules = json.putArray("rules");
            opinions.forEach(opinion -> rules.addObject()
                    .put("rule", opinion.rule())
                    .put("obstacle", opinion.obstacle() == null ? null : name(opinion.obstacle())));
            return json;
        }

        private static String name(Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }
    }
}
