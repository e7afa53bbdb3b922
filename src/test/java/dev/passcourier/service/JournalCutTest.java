package dev.passcourier.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.cli.Passcourier;
import dev.passcourier.demo.DemoWorld;
import dev.passcourier.request.Verdict;
import dev.passcourier.secrecy.CapturedOutput;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine dies with the service on it, and costs the embedded broker the end of its journal. */
class JournalCutTest {

    private static final Pattern NAMED = Pattern.compile("queues +(\\S+) +LOST");
    private static final List<String> WAITING = List.of("waits-1", "waits-2", "waits-3");

    /** What disks and file systems do to the last block that was written. */
    private enum Damage {
        CUT {
            @Override
            void to(RandomAccessFile journal, long from) throws IOException {
                journal.setLength(from);
            }
        },
        ZEROED {
            @Override
            void to(RandomAccessFile journal, long from) throws IOException {
                journal.seek(from);
                journal.write(new byte[BLOCK]);
            }
        };

        private static final int BLOCK = 4096;

        abstract void to(RandomAccessFile journal, long from) throws IOException;
    }

    @TempDir
    Path directory;

    @Test
    void everyRequestEndsOnceWhateverTheJournalLost() throws Exception {
        try (CapturedOutput said = new CapturedOutput();
                Whole whole = Whole.prepare(directory).settings(Whole::withoutSchedules)) {
            whole.world().late().holdBack();
            killWithWorkInHand(whole);
            whole.world().late().publish();
            Path data = whole.home().resolve("data");
            Path dead = directory.resolve("dead");
            Files.move(data, dead);
            for (Damage damage : Damage.values()) {
                copy(dead, data);
                damageNewestFile(whole, damage);

                List<String> lost = NAMED.matcher(check(whole))
                        .results()
                        .map(found -> found.group(1))
                        .toList();
                assertThat(lost).as(damage.name()).isNotEmpty().isSubsetOf(WAITING);
                whole.start();
                for (String request : WAITING) {
                    assertThat(whole.ended(request).verdict())
                            .as("%s %s", damage, request)
                            .isEqualTo(Verdict.DELIVERED);
                }
                assertThat(requests(whole, AuditEvent.Type.REDRIVEN)).containsExactlyInAnyOrderElementsOf(lost);
                assertThat(said.log()).contains("REQUESTS_LOST " + lost.size());
                assertThat(requests(whole, AuditEvent.Type.DELIVERED))
                        .contains("done")
                        .containsOnlyOnceElementsOf(WAITING);
                assertThat(requests(whole, AuditEvent.Type.QUARANTINED)).isEmpty();
                whole.stop();
                assertThat(check(whole)).contains("no differences", "every open request is in a queue");
                delete(data);
            }
        }
    }

    private void killWithWorkInHand(Whole whole) throws Exception {
        try (ServiceJvm service = ServiceJvm.start(whole.home().resolve("config"), directory.resolve("process"))) {
            ask(whole, service, "waits-1", DemoWorld.LATE);
            ask(whole, service, "done", DemoWorld.KAKAO);
            Whole.patiently().ignoreExceptions().until(() -> requests(whole, AuditEvent.Type.DELIVERED)
                    .contains("done"));
            ask(whole, service, "waits-2", DemoWorld.LATE);
            ask(whole, service, "waits-3", DemoWorld.LATE);
            Whole.patiently().ignoreExceptions().until(() -> requests(whole, AuditEvent.Type.POSTPONED)
                    .containsAll(WAITING));
            service.kill();
        }
    }

    private static void ask(Whole whole, ServiceJvm service, String id, String instance) throws Exception {
        String request = Whole.request(id, "kakao", instance, "hook");
        whole.asTicketing(
                service.broker(), session -> Whole.send(session, Whole.REQUESTS, session.createTextMessage(request)));
    }

    private static List<String> requests(Whole whole, AuditEvent.Type type) throws Exception {
        return whole.audited(type).stream()
                .map(record -> record.event().facts().get(Fact.REQUEST))
                .toList();
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

    /** From a block before the end of what was written on: files are made in full, with zeros. */
    private static void damageNewestFile(Whole whole, Damage damage) throws IOException {
        Path newest = null;
        int written = 0;
        for (Path file : journal(whole)) {
            byte[] content = Files.readAllBytes(file);
            int length = content.length;
            while (length > 0 && content[length - 1] == 0) {
                length--;
            }
            if (length > Damage.BLOCK) {
                newest = file;
                written = length;
            }
        }
        try (RandomAccessFile file = new RandomAccessFile(newest.toFile(), "rw")) {
            damage.to(file, written - Damage.BLOCK);
        }
    }

    private static List<Path> journal(Whole whole) throws IOException {
        try (Stream<Path> files = Files.list(whole.home().resolve("data/broker/journal"))) {
            return files.filter(file -> file.toString().endsWith(".amq"))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(file)) {
                    Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
