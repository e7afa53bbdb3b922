package dev.passcourier.cli;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.audit.AuditReader;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.ControlJson;
import dev.passcourier.ledger.BatchStatus;
import dev.passcourier.ledger.RequestStatus;
import dev.passcourier.request.Verdict;
import dev.passcourier.service.StatusReader;
import dev.passcourier.status.StatusAnswer;
import dev.passcourier.status.StatusOrder;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says where requests, batches and schedules are. The service may be running or stopped. */
@Command(
        name = "status",
        description = {
            "Says where a request is, why, and when it is tried next; how far a batch is; when a schedule runs."
                    + " Without a name: what waits for which account and destination, running batches, and all schedules.",
            "A running service answers; of a stopped one the ledger is read. No secret of the settings is needed, but"
                    + " for the ledger in PostgreSQL of a stopped one."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:printed",
            "1:not on record, or the request or a line of the batch ended otherwise than DELIVERED",
            "2:wrong usage or settings, no such account or destination, or the stopped service's ledger cannot be read",
            "3:the running service cannot be reached, is starting, or its ledger does not answer; --follow waits for the latter two"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier status --config data/sandbox/config",
            "  passcourier status first --config data/sandbox/config --follow",
            "  passcourier status first.csv --config data/sandbox/config --output json"
        })
public final class StatusCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID|BATCH|SCHEDULE",
            description = "a request's id, a batch's id or file name, or a schedule's name")
    private @Nullable String about;

    @Mixin
    private DataPlace place = new DataPlace();

    @Mixin
    private WorkFilter work = new WorkFilter();

    @Option(
            names = "--follow",
            description =
                    "goes on until the request or batch has ended: on a terminal in one place, else a line per change")
    private boolean follow;

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try {
            return follow ? follow() : print(answer());
        } catch (ControlException e) {
            return output.failed(ExitCode.of(e), e.getMessage());
        } catch (ConfigurationException e) {
            return output.failed(ExitCode.UNUSABLE, e.getMessage());
        }
    }

    private StatusAnswer answer() throws ControlException, ConfigurationException {
        Clock clock = Clock.systemUTC();
        return StatusReader.answer(place.directory(), () -> place.settingsIfAny(clock), order(), clock);
    }

    private StatusOrder order() {
        if (about != null && !work.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--account and --destination are for all that waits: leave out " + about);
        }
        return new StatusOrder(about, work.account(), work.destination());
    }

    private int print(StatusAnswer answer) {
        if (answer.unknown() != null) {
            return output.failed(ExitCode.UNUSABLE, answer.unknown());
        }
        if (about != null && answer.isNothing()) {
            return nothing(answer);
        }
        if (output.isTable()) {
            lines(answer).forEach(spec.commandLine().getOut()::println);
            spec.commandLine().getOut().flush();
        } else {
            output.print(text(answer).flat(), () -> ControlJson.tree(answer));
        }
        return code(answer);
    }

    private List<String> lines(StatusAnswer answer) {
        int width = Terminal.showsOutput() ? Terminal.width() : Integer.MAX_VALUE;
        return text(answer).lines(width, spec.commandLine().getColorScheme().ansi());
    }

    private int nothing(StatusAnswer answer) {
        return output.failed(
                ExitCode.BAD,
                "no request, batch or schedule " + about + " is on record"
                        + (answer.near().isEmpty() ? "" : ": did you mean " + String.join(", ", answer.near()) + "?")
                        + archived());
    }

    /** What the ledger does not list any more, the trail or its archive may have. */
    private String archived() {
        try {
            return AuditReader.cut(place.trail())
                    .map(cut -> "; records of the audit trail up to " + cut.last() + " were archived by " + cut.at()
                            + ": look with  passcourier audit show --request ID --archive DIR")
                    .orElse("");
        } catch (IOException | AuditDamage e) {
            return "";
        }
    }

    private static StatusText text(StatusAnswer answer) {
        return new StatusText(answer, ZoneId.systemDefault());
    }

    /** Asks again every second, and prints what has changed. */
    private int follow() throws ControlException, ConfigurationException {
        PrintWriter out = spec.commandLine().getOut();
        Screen screen = new Screen(out);
        Map<String, String> shown = new HashMap<>();
        boolean told = false;
        while (true) {
            StatusAnswer answer;
            try {
                answer = answer();
            } catch (ControlException e) {
                if (e.reason() != ControlException.Reason.NOT_NOW || !pause()) {
                    throw e;
                }
                if (!told) {
                    output.talk(e.getMessage());
                }
                told = true;
                continue;
            }
            if (answer.unknown() != null || about != null && answer.isNothing()) {
                return print(answer);
            }
            if (output.isTable() && Terminal.showsOutput()) {
                screen.show(lines(answer));
            } else {
                changes(answer, shown, out);
            }
            if (hasEnded(answer) || !pause()) {
                return code(answer);
            }
        }
    }

    private void changes(StatusAnswer answer, Map<String, String> shown, PrintWriter out) {
        StatusText text = text(answer);
        boolean changed = false;
        for (Map.Entry<String, String> line : text.brief().entrySet()) {
            if (!line.getValue().equals(shown.put(line.getKey(), line.getValue()))) {
                changed = true;
                if (output.isTable()) {
                    out.println(text.time(answer.at()) + " " + line.getValue());
                }
            }
        }
        if (changed && output.format() == OutputFormat.json) {
            out.println(ControlJson.tree(answer));
        } else if (changed && output.format() == OutputFormat.csv) {
            output.print(text.flat());
        }
        out.flush();
    }

    private static boolean pause() {
        try {
            return !new CountDownLatch(1).await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean hasEnded(StatusAnswer answer) {
        RequestStatus request = answer.request();
        return about != null
                && answer.schedules().isEmpty()
                && (request == null || request.endedAt() != null)
                && answer.batches().stream().allMatch(BatchStatus::hasEnded);
    }

    private int code(StatusAnswer answer) {
        RequestStatus request = answer.request();
        boolean bad = request != null && request.verdict() != null && request.verdict() != Verdict.DELIVERED;
        boolean badLines = about != null
                && answer.batches().stream().anyMatch(batch -> batch.verdicts().keySet().stream()
                        .anyMatch(verdict -> verdict != Verdict.DELIVERED));
        return bad || badLines ? ExitCode.BAD : ExitCode.OK;
    }
}
