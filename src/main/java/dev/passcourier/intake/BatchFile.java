package dev.passcourier.intake;

import dev.passcourier.files.EncodedText;
import dev.passcourier.intake.TakenParts.Begun;
import dev.passcourier.intake.TakenParts.Part;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.RefusalCode;
import dev.passcourier.request.RequestException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A claimed file, and how far it has been taken. */
final class BatchFile {

    private final Path path;
    private final String doneName;
    private final long inode;
    private final List<Part> parts;
    private String read = "";
    private boolean failing;

    BatchFile(Path path, String doneName, long inode, List<Part> parts) {
        this.path = path;
        this.doneName = doneName;
        this.inode = inode;
        this.parts = new ArrayList<>(parts);
    }

    /** Where it lies in {@code work}. */
    Path path() {
        return path;
    }

    /** The name that it will have in {@code done}. */
    String doneName() {
        return doneName;
    }

    long inode() {
        return inode;
    }

    List<Part> parts() {
        return List.copyOf(parts);
    }

    /** The format that its name and content say; the filter saw to it that there is one. */
    BatchFormat format(byte[] content) {
        return BatchFormat.of(path.getFileName().toString(), content).orElse(BatchFormat.CSV);
    }

    /** The name of a part's batch: the file's for the first, with a number after it for those that came later. */
    String batchName(int part) {
        return part == 0 ? doneName : doneName + "." + (part + 1);
    }

    void sent(int part) {
        parts.set(part, parts.get(part).asSent());
    }

    void sent(int part, int steps, Begun with) {
        parts.set(part, parts.get(part).after(steps, with));
    }

    /** The part of which some is handed over and some is not, or -1. */
    int begun() {
        for (int part = 0; part < parts.size(); part++) {
            if (!parts.get(part).sent() && parts.get(part).steps() > 0) {
                return part;
            }
        }
        return -1;
    }

    /** Hash of the content of which everything is taken; empty before. */
    String read() {
        return read;
    }

    void allTaken(String sha256) {
        read = sha256;
    }

    /** Remembers that work on it failed, or did not; says whether a failure is the first in a row. */
    boolean isNewFailure(boolean failure) {
        boolean first = failure && !failing;
        failing = failure;
        return first;
    }

    /**
     * Makes what the content has after the known parts a further part.
     *
     * @return whether there is any
     * @throws RequestException if the content does not go on where the last part ended
     */
    boolean grow(byte[] content) throws RequestException {
        if (!parts.isEmpty()) {
            int end = parts.get(parts.size() - 1).bytes();
            if (!startsWith(content, parts)) {
                throw changed(content);
            }
            String more = new String(content, end, content.length - end, StandardCharsets.UTF_8);
            if (more.isBlank()) {
                return false;
            }
            boolean wide = EncodedText.Encoding.of(content).isWide();
            boolean whole =
                    format(Arrays.copyOf(content, end)) == BatchFormat.JSON || format(content) == BatchFormat.JSON;
            if (wide || whole || !isCutAtALine(content, end)) {
                throw changed(content);
            }
        }
        parts.add(new Part(content.length, Hashes.sha256(content), false, 0, null));
        return true;
    }

    /** Whether there are parts, and they are the beginning of the content. */
    static boolean startsWith(byte[] content, List<Part> parts) {
        if (parts.isEmpty()) {
            return false;
        }
        Part last = parts.get(parts.size() - 1);
        return last.bytes() > 0
                && content.length >= last.bytes()
                && Hashes.sha256(Arrays.copyOf(content, last.bytes())).equals(last.sha256());
    }

    /** A line that was taken must not turn out to be the beginning of another. */
    private static boolean isCutAtALine(byte[] content, int end) {
        byte next = content[end];
        return content[end - 1] == '\n' || next == '\n' || next == '\r';
    }

    /** How many lines the file has up to where a part begins. */
    long linesBefore(int part, byte[] content) {
        return part == 0
                ? 0
                : new String(content, 0, parts.get(part - 1).bytes(), StandardCharsets.UTF_8)
                        .lines()
                        .count();
    }

    private RequestException changed(byte[] content) {
        int end = Math.min(parts.get(parts.size() - 1).bytes(), content.length);
        long lines = new String(content, 0, end, StandardCharsets.UTF_8).lines().count();
        return new RequestException(RefusalCode.BATCH_CHANGED, "after line " + lines);
    }
}
