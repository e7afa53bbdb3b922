package dev.passcourier.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.files.DurableFile;
import dev.passcourier.report.ReportEvidence;
import dev.passcourier.report.ReportEvidence.Signature;
import dev.passcourier.vault.StatementVerifier;
import dev.passcourier.vault.UnverifiedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The files of a report that its recipient opened. Who sealed the archive is not known: what it holds is bounded. */
final class OpenedReport {

    private static final int MOST_FILES = 16;
    private static final int LARGEST = 128 << 20;
    private static final Path HERE = Path.of("");

    private final Map<String, byte[]> files;

    private OpenedReport(Map<String, byte[]> files) {
        this.files = files;
    }

    /**
     * Unpacks an archive in memory.
     *
     * @throws CommandFailure if it is damaged, too large, or names a file that is not plainly inside a folder
     */
    static OpenedReport read(byte[] zip) throws CommandFailure {
        Map<String, byte[]> files = new LinkedHashMap<>();
        int left = LARGEST;
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                byte[] content = in.readNBytes(left + 1);
                left -= content.length;
                if (left < 0 || files.size() == MOST_FILES) {
                    throw new CommandFailure("ARCHIVE_TOO_LARGE: a report has at most " + MOST_FILES + " files of "
                            + (LARGEST >> 20) + " MiB together");
                }
                String name = entry.getName();
                DurableFile.inside(HERE.toAbsolutePath(), name);
                if (files.put(name, content) != null) {
                    throw new CommandFailure("ARCHIVE_MALFORMED: two files in it have one name");
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailure("ARCHIVE_MALFORMED: it cannot be unpacked, or names a file outside its folder");
        }
        return new OpenedReport(files);
    }

    /**
     * Checks that every file is one that the service signed under this name.
     *
     * @throws CommandFailure if not, with the code that {@code report verify} has for it
     */
    void verify(StatementVerifier keys) throws CommandFailure {
        List<String> signatures =
                files.keySet().stream().filter(OpenedReport::isSignature).toList();
        if (signatures.size() != 1) {
            throw new CommandFailure(
                    "SIGNATURE_MISSING: there must be one .jws file in it, and there are " + signatures.size());
        }
        try {
            Signature signature = ReportEvidence.signature(files.get(signatures.get(0)), keys);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                if (!isSignature(file.getKey()) && !file.getKey().equals(signature.nameOf(file.getValue()))) {
                    throw new CommandFailure("FILE_CHANGED: " + Table.harmless(file.getKey())
                            + " is not as it was signed; nothing is written");
                }
            }
        } catch (UnverifiedException e) {
            throw new CommandFailure(
                    e.reason() == UnverifiedException.Reason.UNKNOWN
                            ? "SIGNER_UNKNOWN: the report is signed with another key than the one that --signer names"
                            : "SIGNATURE_INVALID: the signature is not the service's, or was changed");
        } catch (IOException e) {
            throw new CommandFailure("SIGNATURE_INVALID: what it signs is no report");
        }
    }

    private static boolean isSignature(String name) {
        return name.endsWith(".jws");
    }

    /**
     * Writes the files into a folder, 0600; the folder is made, 0700, if it is not there.
     *
     * @throws FileAlreadyExistsException if one of them is there already; none is written then
     */
    void write(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, DurableFile.ownerOnlyDirectory(folder));
        }
        for (String name : files.keySet()) {
            Path file = DurableFile.inside(folder, name);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(file.toString());
            }
        }
        List<Path> written = new ArrayList<>();
        try {
            for (Map.Entry<String, byte[]> entry : files.entrySet()) {
                Path file = DurableFile.inside(folder, entry.getKey());
                var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                try (FileChannel channel = FileChannel.open(file, options, DurableFile.ownerOnly(file))) {
                    written.add(file);
                    ByteBuffer content = ByteBuffer.wrap(entry.getValue());
                    while (content.hasRemaining()) {
                        channel.write(content);
                    }
                    channel.force(true);
                }
            }
        } catch (IOException e) {
            for (Path file : written) {
                Files.deleteIfExists(file);
            }
            throw e;
        }
    }

    /** Names and sizes. */
    Table table() {
        Table table = new Table("file", "bytes");
        files.forEach((name, content) -> table.row(name, content.length));
        return table;
    }

    /** The same as an object. */
    ObjectNode json(boolean signatureChecked) {
        ObjectNode json = new ObjectMapper().createObjectNode().put("signatureChecked", signatureChecked);
        ArrayNode list = json.putArray("files");
        files.forEach((name, content) -> list.addObject().put("file", name).put("bytes", content.length));
        return json;
    }
}
