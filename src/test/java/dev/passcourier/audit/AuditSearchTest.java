package dev.passcourier.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.audit.AuditEvent.Fact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditSearchTest {

    @TempDir
    private Path directory;

    @Test
    void findsARequestWhereverItsLinesLie() throws Exception {
        try (LargeTrail trail = new LargeTrail(directory, Instant.EPOCH)) {
            for (int i = 0; i < 30_000; i++) {
                trail.tell(AuditEvent.Type.ASKED, Fact.REQUEST, "r" + i % 1000, Fact.INSTANCE, "i".repeat(i % 150));
            }
        }
        for (String request : List.of("r0", "r7", "r999")) {
            assertThat(found(request))
                    .as(request)
                    .hasSize(30)
                    .allMatch(record -> record.event().facts().get(Fact.REQUEST).equals(request))
                    .extracting(AuditRecord::sequence)
                    .isSorted()
                    .containsExactlyElementsOf(whole(request));
        }
        assertThat(found("r1000")).isEmpty();
        assertThat(found("r")).isEmpty();
    }

    /** As the reader of the whole trail finds them. */
    private List<Long> whole(String request) throws IOException, AuditDamage {
        List<Long> found = new ArrayList<>();
        try (AuditReader reader = AuditReader.whole(directory)) {
            for (AuditRecord next = reader.next(); next != null; next = reader.next()) {
                if (request.equals(next.event().facts().get(Fact.REQUEST))) {
                    found.add(next.sequence());
                }
            }
        }
        return found;
    }

    @Test
    void isNotMisledByATextThatLooksLikeARequest() throws Exception {
        try (LargeTrail trail = new LargeTrail(directory, Instant.EPOCH)) {
            trail.tell(AuditEvent.Type.ASKED, Fact.REQUEST, "other", Fact.REASON, "\"request\":\"r1\"");
            trail.tell(AuditEvent.Type.ASKED, Fact.REQUEST, "a\"b", Fact.REASON, "x");
        }
        assertThat(found("r1")).isEmpty();
        assertThat(found("a\"b")).hasSize(1);
    }

    @Test
    void leavesALineThatIsStillBeingWritten() throws Exception {
        try (LargeTrail trail = new LargeTrail(directory, Instant.EPOCH)) {
            trail.tell(AuditEvent.Type.ASKED, Fact.REQUEST, "r1");
        }
        Files.writeString(
                directory.resolve("audit-000000000000001.jsonl"),
                "{\"seq\":2,\"facts\":{\"request\":\"r1\"",
                StandardOpenOption.APPEND);
        assertThat(found("r1")).hasSize(1);
    }

    private List<AuditRecord> found(String request) throws IOException, AuditDamage {
        List<AuditRecord> found = new ArrayList<>();
        AuditSearch.find(directory, null, request, found);
        return found;
    }
}
