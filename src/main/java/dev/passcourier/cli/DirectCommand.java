package dev.passcourier.cli;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.InvalidConfigurationException;
import dev.passcourier.control.ControlException;
import dev.passcourier.fetch.DirectAnswer;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.NotOpenedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the commands have in common that ask a cloud themselves. */
abstract class DirectCommand implements Callable<Integer> {

    private static final Duration STEP = Duration.ofMillis(200);
    private static final String TURNING = "|/-\\";

    @Parameters(
            index = "0",
            paramLabel = "ACCOUNT",
            description = "an account of the settings; or, from the environment: "
                    + "openstack-nova, huawei-ecs, kakaocloud, tencent-gse")
    String account;

    @Parameters(index = "1", paramLabel = "INSTANCE", description = "the instance's id in that cloud")
    String instance;

    @Mixin
    OwnAccountOptions accounts = new OwnAccountOptions();

    @Mixin
    Patience patience = new Patience();

    @Mixin
    Output output = new Output();

    @Spec
    CommandSpec spec;

    final Clock clock;

    DirectCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public final Integer call() throws Exception {
        try {
            return work("cli-" + UUID.randomUUID());
        } catch (CommandFailure e) {
            return output.failed(e.exit(), e.getMessage());
        } catch (InvalidConfigurationException e) {
            e.findings().forEach(finding -> output.error(finding.toString()));
            return ExitCode.UNUSABLE;
        } catch (ConfigurationException | KeyLoadException e) {
            return output.failed(ExitCode.UNUSABLE, e.getMessage());
        } catch (ControlException e) {
            return output.failed(ExitCode.of(e), e.getMessage());
        } catch (NotOpenedException e) {
            return output.failed(ExitCode.BAD, e.getMessage());
        } catch (FileAlreadyExistsException e) {
            return output.failed(ExitCode.UNUSABLE, e.getFile() + " is there already; choose another file");
        } catch (IOException | LedgerException e) {
            return output.failed(ExitCode.UNUSABLE, StartFailure.text(e));
        }
    }

    /** Does it under this id, and returns how the command ends. */
    abstract int work(String id) throws Exception;

    /** How the command ends that did not come to what was wanted. */
    int notDone(DirectAnswer answer) {
        return patience.isAny() && answer.again() != null ? ExitCode.UNFINISHED : ExitCode.BAD;
    }

    /** Says that it did not come to what was wanted. */
    void explain(DirectAnswer answer) {
        String said = answer.said().isEmpty() ? "" : " '" + answer.said() + "'";
        output.error(answer.verdict() + " " + answer.code() + said + ": " + account + " " + instance + ". "
                + answer.advice());
    }

    /** Waits for the next attempt, and says why and how long: on a terminal as it goes. */
    void until(Instant next, DirectAnswer why, int attempts) throws InterruptedException {
        String reason = why.verdict() + " " + why.code() + ", asked " + attempts + (attempts == 1 ? " time" : " times");
        if (!output.showsProgress()) {
            output.talk(reason + "; asks again at " + next.truncatedTo(ChronoUnit.SECONDS));
        }
        PrintWriter err = spec.commandLine().getErr();
        for (int step = 0; clock.instant().isBefore(next); step++) {
            Duration left = Duration.between(clock.instant(), next);
            if (output.showsProgress()) {
                String line = TURNING.charAt(step % TURNING.length()) + " asks again in " + (left.toSeconds() + 1)
                        + " s: " + reason;
                err.print("\r\u001b[K" + line.substring(0, Math.min(line.length(), Terminal.width() - 1)));
                err.flush();
            }
            Thread.sleep(Math.max(1, Math.min(left.toMillis(), STEP.toMillis())));
        }
        if (output.showsProgress()) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }
}
