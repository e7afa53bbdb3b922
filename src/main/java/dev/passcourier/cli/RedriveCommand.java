package dev.passcourier.cli;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.config.Suggestion;
import dev.passcourier.control.ControlException;
import dev.passcourier.control.OrderException;
import dev.passcourier.redrive.FailedMessage;
import dev.passcourier.redrive.RedriveAnswer;
import dev.passcourier.redrive.RedriveOrder;
import dev.passcourier.redrive.RedriveOrder.Action;
import dev.passcourier.service.RedriveClient;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Looks at failed, quarantined and dead-lettered work, and returns it. The service may be running or stopped. */
@Command(
        name = "redrive",
        description = {
            "Shows what failed or was quarantined, and returns it to the queue it came from once its cause is mended.",
            "A running service does it, and no secret of the settings is needed for that. While it is stopped, its"
                    + " broker is opened here."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:some of it could not be returned; the last column says why",
            "2:wrong usage or settings, a name that does not exist, or the stopped service's data cannot be opened",
            "3:the running service cannot be reached"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  passcourier redrive --config data/sandbox/config",
            "  passcourier redrive return --verdict WRONG_KEY --dry-run \\",
            "      --config data/sandbox/config",
            "  passcourier redrive enable --destination hook --config data/sandbox/config"
        })
public final class RedriveCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ACTION",
            description = "list (default), return, or enable a webhook that said 410 Gone (with --destination)")
    private Action action = Action.LIST;

    @Mixin
    private DataPlace place = new DataPlace();

    @Option(names = "--id", paramLabel = "ID", description = "only this request, or this message")
    private @Nullable String id;

    @Mixin
    private WorkFilter work = new WorkFilter();

    @Option(names = "--verdict", paramLabel = "VERDICT", description = "only what ended so, such as WRONG_KEY")
    private @Nullable String verdict;

    @Option(names = "--code", paramLabel = "CODE", description = "only what failed for this reason")
    private @Nullable String code;

    @Option(
            names = "--queue",
            paramLabel = "QUEUE",
            converter = QueueReader.class,
            description = "only this queue: failed, quarantine, dead")
    private FailedMessage.@Nullable Place queue;

    @Option(names = "--all", description = "return without any of these filters")
    private boolean all;

    @Option(names = "--dry-run", description = "say what would be returned, and leave it")
    private boolean dryRun;

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        RedriveOrder order = order();
        try {
            return carryOut(order);
        } catch (ControlException e) {
            return output.failed(ExitCode.of(e), String.valueOf(e.getMessage()));
        } catch (InvalidConfigurationException e) {
            e.findings().forEach(finding -> output.error(finding.toString()));
            return ExitCode.UNUSABLE;
        } catch (ConfigurationException | OrderException e) {
            return output.failed(ExitCode.UNUSABLE, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return output.failed(
                    ExitCode.UNUSABLE,
                    "the failed work cannot be reached: " + e.getClass().getName());
        }
    }

    private RedriveOrder order() {
        RedriveOrder order =
                new RedriveOrder(action, id, work.account(), work.destination(), verdict, code, queue, dryRun);
        if (action == Action.RETURN && !all && order.isUnfiltered()) {
            throw new ParameterException(spec.commandLine(), "return what? Name a filter, or say --all");
        }
        if (action == Action.ENABLE && work.destination() == null) {
            throw new ParameterException(spec.commandLine(), "enable what? Name it with --destination");
        }
        return order;
    }

    /** Reads a queue's name. */
    static final class QueueReader implements ITypeConverter<FailedMessage.Place> {

        @Override
        public FailedMessage.Place convert(String text) {
            return Stream.of(FailedMessage.Place.values())
                    .filter(place -> place.name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("there is no queue " + text + "; "
                            + Suggestion.forWord(text, List.of("failed", "quarantine", "dead"))));
        }
    }

    /** Orders again while there is more than one order takes. */
    private int carryOut(RedriveOrder order) throws Exception {
        RedrivePage page = new RedrivePage(order);
        RedriveAnswer answer;
        do {
            answer = RedriveClient.order(
                    place.directory(), () -> place.load(Clock.systemUTC()), order, Clock.systemUTC());
            page.add(answer);
        } while (answer.more() && answer.returned() > 0);
        page.print(output);
        page.talk(output);
        return page.isFine() ? ExitCode.OK : ExitCode.BAD;
    }
}
