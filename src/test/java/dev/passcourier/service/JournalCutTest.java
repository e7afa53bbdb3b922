package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.cli.Passcourier;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.ledger.RequestState;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CapturedOutput;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crash of the machine that costs the embedded broker the written end of its journal. */
class JournalCutTest {

    @TempDir
    Path directory;

    @Test
    void whatTheJournalLostIsFoundAndAskedForAgain() throws Exception {
        try (CapturedOutput said = new CapturedOutput();
                Whole whole = Whole.prepare(directory).settings(Whole::withoutSchedules)) {
            whole.world().late().holdBack();
            whole.start();
            whole.send(Whole.request("kept", "kakao", DemoWorld.LATE, "hook"));
            waits(whole, "kept");
            End before = end(whole);
            whole.send(Whole.request("lost", "kakao", DemoWorld.LATE, "hook"));
            waits(whole, "lost");
            whole.stop();
            zero(whole, before);

            assertThat(check(whole)).contains("lost  LOST", "1 open requests are in no queue");
            whole.world().late().publish();
            whole.start();

            for (String request : List.of("kept", "lost")) {
                assertThat(whole.ended(request).verdict()).as(request).isEqualTo(Verdict.DELIVERED);
            }
            assertThat(whole.world().hook().requests()).hasSize(2);
            assertThat(whole.audited(AuditEvent.Type.REDRIVEN))
                    .extracting(record -> record.event().facts().get(Fact.REQUEST))
                    .containsExactly("lost");
            assertThat(said.log()).contains("REQUESTS_LOST 1");
            whole.stop();
            assertThat(check(whole)).contains("no differences", "every open request is in a queue");
        }
    }

    private static void waits(Whole whole, String request) {
        Whole.patiently().until(() -> whole.row(request)
                .filter(row -> row.state() == RequestState.POSTPONED)
                .isPresent());
    }

    private static String check(Whole whole) {
        StringWriter out = new StringWriter();
        Passcourier.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(
                        "ledger",
                        "check",
                        "--config",
                        whole.home().resolve("config").toString());
        return out.toString();
    }

    /** Where the written part of the journal ends: a file and a place in it. */
    private record End(Path file, long position) {}

    private static End end(Whole whole) throws IOException {
        End end = null;
        for (Path file : journal(whole)) {
            byte[] content = Files.readAllBytes(file);
            int length = content.length;
            while (length > 0 && content[length - 1] == 0) {
                length--;
            }
            if (end == null || length > 64) {
                end = new End(file, length);
            }
        }
        return end;
    }

    /** Zeroes what was written after that. */
    private static void zero(Whole whole, End end) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(end.file().toFile(), "rw")) {
            file.seek(end.position());
            file.write(new byte[Math.toIntExact(file.length() - end.position())]);
        }
    }

    private static List<Path> journal(Whole whole) throws IOException {
        try (Stream<Path> files = Files.list(whole.home().resolve("data/broker/journal"))) {
            return files.filter(file -> file.toString().endsWith(".amq"))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }
}
