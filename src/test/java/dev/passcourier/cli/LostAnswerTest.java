package dev.passcourier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.control.ControlServer;
import dev.passcourier.control.Orders;
import dev.passcourier.intake.RunOrder;
import dev.passcourier.intake.SubmittedBatches;
import dev.passcourier.intake.SubmittedBatches.Part;
import dev.passcourier.intake.SubmittedBatches.Progress;
import dev.passcourier.intake.SubmittedBatches.Question;
import dev.passcourier.intake.SubmittedBatches.Taken;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands say when it is not known whether their order was carried out. */
class LostAnswerTest {

    private final List<String> submitted = new ArrayList<>();
    private final List<String> runs = new ArrayList<>();
    private final StringWriter err = new StringWriter();
    private boolean lost = true;
    private boolean waits;

    @TempDir
    private Path data;

    private AutoCloseable service;

    @BeforeEach
    void serve() {
        Orders orders = new Orders()
                .add(SubmittedBatches.SUBMIT, Part.class, (part, peer) -> {
                    submitted.add(new String(part.content(), StandardCharsets.UTF_8));
                    loses();
                    return new Taken("b-1", 2, 0, List.of(), submitted.size() > 1);
                })
                .add(SubmittedBatches.PROGRESS, Question.class, (question, peer) -> {
                    if (waits) {
                        return new Progress(2, Map.of("DELIVERED", 1L), List.of());
                    }
                    throw new IllegalStateException();
                })
                .add(RunOrder.NAME, RunOrder.class, (order, peer) -> {
                    runs.add(order.id());
                    loses();
                    return new RunOrder.Begun("nightly@now-" + order.id(), 1, 0, runs.size() > 1);
                });
        service = ControlServer.listen(data, orders, Clock.systemUTC());
    }

    private void loses() {
        if (lost) {
            throw new IllegalStateException();
        }
    }

    @AfterEach
    void stop() throws Exception {
        service.close();
    }

    @Test
    void submitPrintsTheCommandThatSubmitsTheSameAgain() {
        assertThat(run(
                        "submit",
                        "--data",
                        data(),
                        "--deliver-to",
                        "ops",
                        "--reason",
                        "it's due",
                        "huawei",
                        "i-1",
                        "i-2"))
                .isEqualTo(3);
        Matcher printed = Pattern.compile("passcourier submit --id (cli-[0-9a-f]{16}) --data .*")
                .matcher(joined());
        assertThat(printed.find()).as(err.toString()).isTrue();
        assertThat(joined()).contains("--deliver-to ops --reason 'it'\\''s due' huawei i-1 i-2");

        lost = false;
        assertThat(run(
                        "submit",
                        "--id",
                        printed.group(1),
                        "--data",
                        data(),
                        "--deliver-to",
                        "ops",
                        "--reason",
                        "it's due",
                        "huawei",
                        "i-1",
                        "i-2"))
                .isZero();
        assertThat(submitted).hasSize(2);
        assertThat(submitted.get(1)).isEqualTo(submitted.get(0)).contains(printed.group(1) + "-2");
        assertThat(joined()).contains("taken before");
    }

    @Test
    void aFileIsSubmittedAgainAsItIs() throws Exception {
        Path file = Files.writeString(data.resolve("list.csv"), "account,instance,deliverTo\nhuawei,i-1,ops\n");

        assertThat(run("submit", "--data", data(), file.toString())).isEqualTo(3);
        assertThat(joined()).contains("passcourier submit --data " + data() + " " + file);
    }

    @Test
    void requestsThatAreTakenGoOnThoughTheServiceIsLostMeanwhile() {
        lost = false;
        assertThat(run("submit", "--data", data(), "--wait", "--deliver-to", "ops", "--id", "chg-1", "huawei", "i-1"))
                .isEqualTo(3);
        assertThat(joined()).contains("the requests are taken and go on", "passcourier status chg-1");
    }

    @Test
    void requestsGoOnWhenTheTimeToWaitIsOver() {
        lost = false;
        waits = true;
        assertThat(run("submit", "--data", data(), "--wait=1ms", "--deliver-to", "ops", "--id", "chg-1", "huawei", "i"))
                .isEqualTo(4);
        assertThat(joined()).contains("the time is over, and the requests go on", "passcourier status chg-1");
    }

    @Test
    void aRunOfAScheduleIsAskedForOnce() {
        assertThat(run("schedule", "run", "--data", data(), "nightly")).isEqualTo(3);
        String id = runs.get(0);
        assertThat(RunOrder.isId(id)).isTrue();
        assertThat(joined()).contains("passcourier schedule run --id " + id + " --data " + data() + " nightly");

        lost = false;
        assertThat(run("schedule", "run", "--id", id, "--data", data(), "nightly"))
                .isZero();
        assertThat(runs).containsExactly(id, id);
        assertThat(joined()).contains("nothing is asked again");
    }

    private String data() {
        return data.toString();
    }

    private String joined() {
        return err.toString().replaceAll("\\s+", " ");
    }

    private int run(String... words) {
        err.getBuffer().setLength(0);
        return Passcourier.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err, true))
                .execute(words);
    }
}
