package dev.passcourier.audit;

import dev.passcourier.audit.AuditEvent.Fact;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Thirteen records in one file or in three: the fifth, the tenth and the last are checkpoints. */
final class SignedTrail {

    static final TestSigner SERVICE = new TestSigner("service");
    static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

    private final Path directory;
    private final List<Path> files;
    private final List<Integer> sizes = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    private SignedTrail(Path directory) throws Exception {
        this.directory = directory;
        files = new AuditFiles(directory).all();
        for (Path file : files) {
            List<String> content = Files.readAllLines(file);
            sizes.add(content.size());
            lines.addAll(content);
        }
    }

    static SignedTrail write(Path directory, boolean rotated) throws Exception {
        long rotateAt = rotated ? 1100 : 1 << 20;
        CheckpointPace pace = new CheckpointPace(rotated ? 1000 : 4, Duration.ofMinutes(5));
        try (FileAuditTrail trail = FileAuditTrail.open(
                directory,
                Clock.fixed(NOW, ZoneOffset.UTC),
                new Checkpoints(SERVICE, null, pace),
                AuditFile::new,
                rotateAt)) {
            for (int i = 1; i <= 10; i++) {
                trail.append(asked("request-%02d".formatted(i)));
            }
        }
        return new SignedTrail(directory);
    }

    static AuditEvent asked(String request) {
        return new AuditEvent(AuditEvent.Type.ASKED, NOW, Map.of(Fact.REQUEST, request));
    }

    /** All lines, to be changed. */
    List<String> lines() {
        return lines;
    }

    List<Path> files() {
        return files;
    }

    /** The lines go where their numbers were; a file without lines is removed. */
    void save() throws IOException {
        int begin = 0;
        for (int i = 0; i < files.size(); i++) {
            boolean last = i == files.size() - 1;
            int size = sizes.get(i);
            int end = last ? lines.size() : Math.min(lines.size(), begin + size);
            if (begin == end) {
                Files.delete(files.get(i));
            } else {
                Files.writeString(files.get(i), text(lines.subList(begin, end)));
            }
            begin = end;
        }
    }

    /** A line that ends in NUL is written without its line break. */
    private static String text(List<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.endsWith("\0") ? line.replace("\0", "") : line + "\n"));
        return text.toString();
    }

    /** Takes a line out of its own file. */
    void remove(int sequence) {
        lines.remove(sequence - 1);
        int file = file(sequence);
        sizes.set(file, sizes.get(file) - 1);
    }

    void insert(int sequence, String line) {
        lines.add(sequence - 1, line);
        int file = file(sequence);
        sizes.set(file, sizes.get(file) + 1);
    }

    /** Makes the chain anew from a record on. */
    void chainAnew(int from, UnaryOperator<AuditRecord> change) {
        AuditRecord first = record(from);
        String previous = first.previous();
        for (int i = from; i <= lines.size(); i++) {
            AuditRecord before = record(i);
            AuditRecord after =
                    change.apply(new AuditRecord(before.sequence(), previous, before.hash(), before.event()));
            byte[] line = AuditLine.whole(i, AuditLine.middle(after.event()), previous);
            previous = AuditLine.statedHash(line);
            lines.set(i - 1, new String(line, StandardCharsets.UTF_8));
        }
    }

    AuditRecord record(int sequence) {
        AuditRecord record = AuditLine.read(lines.get(sequence - 1).getBytes(StandardCharsets.UTF_8));
        if (record == null) {
            throw new IllegalStateException("no record " + sequence);
        }
        return record;
    }

    String name() {
        return record(1).previous();
    }

    /** Where a record was when the trail was written, as {@code file:line}. */
    String place(int sequence) {
        return place(sequence, 0);
    }

    /** The place after a record. */
    String after(int sequence) {
        return place(sequence, 1);
    }

    private String place(int sequence, int more) {
        int file = file(sequence);
        return AuditFiles.name(files.get(file)) + ":" + (sequence - 5 * file + more);
    }

    private int file(int sequence) {
        return files.size() == 1 ? 0 : (sequence - 1) / 5;
    }

    AuditVerifier.Finding verify(CheckpointKeys keys) throws IOException {
        return AuditVerifier.verify(
                directory, new AuditVerifier.Demands(keys, List.of(), false, null, null, record -> {}));
    }

    AuditVerifier.Finding verify() throws IOException {
        return verify(SERVICE);
    }

    Path head() {
        return directory.resolve("audit-head");
    }
}
