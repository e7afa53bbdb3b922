package dev.passcourier.intake;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.files.DurableFile;
import dev.passcourier.request.BatchDefaults;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pages in {@code work} that say which parts of a file in hand are handed over, so that a file that grows while a
 * process dies goes on where it was. A page has the number of the file's inode, for the file may be put back under
 * another name; it holds lengths, hashes and the defaults of requests. A part that is handed over in steps is kept beside it
 * as it was.
 */
final class TakenParts {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<List<Part>> PARTS = new TypeReference<>() {};

    private static final String PAGE = ".taken.json";
    private static final String NEWER = "DATA_NEWER";

    private final Path work;

    TakenParts(Path work) {
        this.work = work;
    }

    /**
     * A part of a file: what lies between the end of the part before it and its own.
     *
     * @param bytes  length of the file up to the part's end
     * @param sha256 of the file up to the part's end
     * @param sent   whether the hand-over is known to be over
     * @param steps  how many transactions of the hand-over are known to be over
     * @param begun  what those were made with, or null if there are none or an older version wrote the page
     */
    record Part(
            int bytes,
            String sha256,
            boolean sent,
            int steps,
            @Nullable Begun begun) {

        Part asSent() {
            return new Part(bytes, sha256, true, steps, begun);
        }

        Part after(int done, Begun with) {
            return new Part(bytes, sha256, sent, done, with);
        }
    }

    /**
     * What all lines of a batch have in common, whatever the settings say when it goes on.
     *
     * @param batch    its id
     * @param defaults its {@link BatchDefaults#fields}
     */
    record Begun(String batch, ObjectNode defaults) {}

    /**
     * Demands pages that this release reads.
     *
     * @throws ConfigurationException {@code DATA_NEWER}
     */
    void demandReadable() throws IOException, ConfigurationException {
        try (DirectoryStream<Path> pages = Files.newDirectoryStream(work, ".*" + PAGE)) {
            for (Path page : pages) {
                if (JSON.readTree(Files.readAllBytes(page)).isObject()) {
                    throw new ConfigurationException(
                            NEWER + " " + page + ": a newer release has this file in hand; start"
                                    + " that one, and let it end its files before you go back");
                }
            }
        }
    }

    /** A list of parts; a later form is an object that says its {@code version}. */
    private static List<Part> parts(Path page) throws IOException {
        JsonNode content = JSON.readTree(Files.readAllBytes(page));
        if (content.isObject()) {
            throw new IOException(NEWER);
        }
        return JSON.readerFor(PARTS).readValue(content);
    }

    /** The parts of a file, in their order; empty if it is new. */
    List<Part> read(long inode) throws IOException {
        try {
            return parts(page(inode));
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }

    void write(long inode, List<Part> parts) throws IOException {
        DurableFile.replace(page(inode), out -> out.write(JSON.writeValueAsBytes(parts)));
    }

    /** Has all parts of all files be handed over once more, from their beginnings; answers what they are. */
    List<Part> asUnsent() throws IOException {
        List<Part> all = new ArrayList<>();
        try (DirectoryStream<Path> pages = Files.newDirectoryStream(work, ".*" + PAGE)) {
            for (Path page : pages) {
                List<Part> unsent = parts(page).stream()
                        .map(part -> new Part(part.bytes(), part.sha256(), false, 0, part.begun()))
                        .toList();
                DurableFile.replace(page, out -> out.write(JSON.writeValueAsBytes(unsent)));
                all.addAll(unsent);
            }
        }
        return all;
    }

    void delete(long inode) throws IOException {
        Files.deleteIfExists(page(inode));
        Files.deleteIfExists(content(inode));
    }

    /** Keeps what a part is made of while it is handed over in steps: its file may be written to meanwhile. */
    void fix(long inode, byte[] content) throws IOException {
        DurableFile.replace(content(inode), out -> out.write(content));
    }

    /** What was kept last of a file; empty if nothing was. */
    byte[] fixed(long inode) throws IOException {
        try {
            return Files.readAllBytes(content(inode));
        } catch (NoSuchFileException none) {
            return new byte[0];
        }
    }

    private Path content(long inode) {
        return work.resolve("." + inode + ".taken");
    }

    /** Hidden, so that it never has the name of a batch. */
    private Path page(long inode) {
        return work.resolve("." + inode + PAGE);
    }
}
