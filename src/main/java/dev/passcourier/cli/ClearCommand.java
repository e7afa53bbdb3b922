package dev.passcourier.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.fetch.DirectAnswer;
import dev.passcourier.fetch.DirectOrder;
import dev.passcourier.service.DirectAccount;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Has a cloud forget one password. */
@Command(
        name = "clear",
        description = {
            "Has a cloud forget a machine's password: nobody can read it there again, and no guest posts it twice.",
            "The machine keeps its password. For huawei-ecs and openstack-nova, which have a call for it.",
            "The policy must allow it (sources: [cli], destinations: [\"cloud:clear\"]) and the audit trail has it."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the cloud has forgotten it",
            "1:it has not; verdict and code are on the standard error",
            "2:wrong usage, not confirmed, or settings, keys or credentials that cannot be used",
            "3:a service runs here and does not answer",
            "4:with --wait: the time is over, and it may still be done"
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  passcourier clear --config data/sandbox/config sandbox-huawei-ecs \\",
            "      $(cat data/sandbox/examples/spare) --yes --wait 5m"
        })
public final class ClearCommand extends DirectCommand {

    @Option(names = "--yes", description = "do not ask; without it, the instance's id has to be typed on the terminal")
    private boolean yes;

    private final InputStream in;

    /** With the system's clock and standard input. */
    public ClearCommand() {
        this(Clock.systemUTC(), System.in);
    }

    /** With a clock and where the confirmation is read from. */
    public ClearCommand(Clock clock, InputStream in) {
        super(clock);
        this.in = in;
    }

    @Override
    int work(String id) throws Exception {
        try (DirectAccount direct = accounts.open(account, clock)) {
            if (!yes) {
                confirm();
            }
            DirectOrder order = new DirectOrder(id, account, instance, null, Map.of(), DirectOrder.CLEAR, null, 1);
            DirectAnswer answer = direct.clear(order, patience.time(), this::until);
            if (answer.isDone()) {
                output.talk("CLEARED " + account + " " + instance);
            } else {
                explain(answer);
            }
            if (output.format() != OutputFormat.table) {
                print(id, answer);
            }
            return answer.isDone() ? ExitCode.OK : notDone(answer);
        }
    }

    private void print(String id, DirectAnswer answer) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("cleared", answer.isDone())
                .put("verdict", answer.isDone() ? null : answer.verdict().name())
                .put("code", answer.code())
                .put("id", id)
                .put("account", account)
                .put("instance", instance);
        output.print(
                new Table("cleared", "verdict", "code", "id", "account", "instance")
                        .row(
                                answer.isDone(),
                                answer.isDone() ? null : answer.verdict().name(),
                                answer.code(),
                                id,
                                account,
                                instance),
                () -> json);
    }

    private void confirm() throws CommandFailure, IOException {
        if (!Terminal.showsTalk()) {
            throw new CommandFailure("nobody is there to confirm it: add --yes");
        }
        PrintWriter err = spec.commandLine().getErr();
        err.print("Nobody will be able to read this password from the cloud again. Type the instance's id to go on: ");
        err.flush();
        String typed = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
        if (typed == null || !typed.strip().equals(instance)) {
            throw new CommandFailure("not confirmed: nothing was cleared");
        }
    }
}
