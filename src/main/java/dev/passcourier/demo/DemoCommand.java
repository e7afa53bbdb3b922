package dev.passcourier.demo;

import dev.passcourier.cli.Home;
import dev.passcourier.cli.StartFailure;
import dev.passcourier.cli.Subcommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the whole service at work on this machine, without any account. */
@Command(
        name = "demo",
        description = "Shows the whole service at work against pretend clouds on this machine.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:everything arrived as expected (with --exit)",
            "  1:something did not",
            "  2:wrong usage",
            "130:stopped by Ctrl-C"
        },
        footerHeading = "%nExample:%n",
        footer = "  passcourier demo --exit")
public final class DemoCommand implements Subcommand {

    @Option(names = "--exit", description = "end when everything has arrived instead of staying up")
    private boolean exit;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = {"where everything goes; emptied before, if a demo made it;", "default: data/demo beside bin"
            })
    private @Nullable Path directory;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        boolean terminal = CommandLine.Help.Ansi.AUTO.enabled();
        Path where = directory == null ? Home.find().resolve("data/demo") : directory;
        try (Demo demo = Demo.start(Home.find(), where, out, terminal, Clock.systemUTC())) {
            boolean fine = demo.run();
            if (!exit) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(demo), "stop"));
                out.println("It stays up; press Ctrl-C to stop.");
                out.flush();
                new CountDownLatch(1).await();
            }
            return fine ? 0 : 1;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            spec.commandLine().getErr().println(StartFailure.text(e));
            return 1;
        }
    }

    private static void stop(Demo demo) {
        try {
            demo.close();
        } catch (Exception e) {
            throw new IllegalStateException("the demo did not stop cleanly", e);
        }
    }
}
