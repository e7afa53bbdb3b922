package dev.passcourier.cli;

import dev.passcourier.config.Finding;
import dev.passcourier.config.Settings;
import dev.passcourier.host.HostCheck;
import dev.passcourier.host.ServiceManager;
import dev.passcourier.service.PasscourierService;
import dev.passcourier.service.StartCheck;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import sun.misc.Signal;

/** Runs the service until it is told to stop. */
@Command(
        name = "run",
        description = "Runs the service until SIGTERM or Ctrl-C.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  1:it could not start, for the reason given",
            "  2:wrong usage, or the settings or something they name cannot be used; nothing was started",
            "130:stopped by Ctrl-C",
            "143:stopped by SIGTERM"
        },
        footerHeading = "%nExample:%n",
        footer = "  passcourier run --config data/sandbox/config")
public final class RunCommand implements Callable<Integer> {

    /** Set by {@code bin/passcourier} where there is no terminal whose closing ends the service. */
    private static final String HANGS_ON = "passcourier.hangup.reloads";

    @Mixin
    private SettingsPlace place = new SettingsPlace();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        AtomicReference<@Nullable PasscourierService> running = new AtomicReference<>();
        if (Boolean.getBoolean(HANGS_ON)) {
            onHangUp(running);
        }
        StartCheck.Result check = StartCheck.of(Home.find(), place.file(), Clock.systemUTC());
        check.findings().stream()
                .filter(finding -> finding.level() != Finding.Level.NOTE)
                .forEach(err::println);
        err.flush();
        Settings settings = check.settings();
        try {
            if (settings != null) {
                PasscourierService service = PasscourierService.start(Home.find(), check, Clock.systemUTC());
                running.set(service);
                ServiceManager manager = ServiceManager.of(System::getenv);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(manager, service), "stop"));
                HostCheck.warnings().forEach(warning -> err.println("warning: " + warning));
                err.println(summary(settings, service));
                err.flush();
                manager.ready(summary(settings, service), service::lives);
                new CountDownLatch(1).await();
                return 0;
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            err.println(StartFailure.text(e));
        }
        err.println("not started");
        err.flush();
        return settings == null ? ExitCode.UNUSABLE : ExitCode.BAD;
    }

    private static void stop(ServiceManager manager, PasscourierService service) {
        manager.stopping();
        service.close();
        manager.close();
    }

    /**
     * Reloads at SIGHUP, as services do. Java has no other way to take a signal than {@code sun.misc.Signal}, which it supports
     * for that; each comes on a thread of its own.
     */
    private static void onHangUp(AtomicReference<@Nullable PasscourierService> running) {
        Signal.handle(new Signal("HUP"), signal -> {
            PasscourierService service = running.get();
            if (service != null) {
                service.reloadBySignal();
            }
        });
    }

    private static String summary(Settings settings, PasscourierService service) {
        String port = service.brokerPort() < 0 ? "" : ", broker port " + service.brokerPort();
        return "passcourier is up: " + settings.accounts().size() + " accounts, "
                + settings.destinations().size() + " destinations, "
                + settings.schedules().size()
                + " schedules, requests on queue "
                + settings.sources().jms().queue()
                + port
                + (service.statusPort() < 0 ? "" : ", status page on port " + service.statusPort());
    }
}
