package dev.passcourier.delivery;

import dev.passcourier.files.DurableFile;
import dev.passcourier.outbox.OutboxException;
import dev.passcourier.outbox.OutboxItem;
import dev.passcourier.outbox.OutboxJson;
import dev.passcourier.outbox.ReportMessage;
import dev.passcourier.outbox.SealedForm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Message;

/**
 * Says which files a delivery consists of: {@link OutboxItem#fileName} with {@code .jwe}, {@code .p7m}, {@code .asc} or
 * {@code .age} for a sealed result, {@code .json} for a notice or a result in clear, {@code .html} and one for each
 * other form of a report, of a sealed one {@code .zip.jwe}, {@code .zip.age}, {@code .eml.p7m} or {@code .eml.asc}.
 */
final class FileComposer implements Composer {

    /**
     * The files of one delivery.
     *
     * @param contents by file name
     */
    record Files(Map<String, DurableFile.Content> contents) {

        /** Writes them. A repeated delivery replaces its own. */
        void writeTo(Path directory) throws IOException {
            for (var file : contents.entrySet()) {
                DurableFile.replace(DurableFile.inside(directory, file.getKey()), file.getValue());
            }
        }

        /** Names the files only. */
        @Override
        public String toString() {
            return "Files" + contents.keySet();
        }
    }

    private final AtRestOpener opener;

    FileComposer(AtRestOpener opener) {
        this.opener = opener;
    }

    @Override
    public void compose(OutboxItem item, Instant now, Message out) throws OutboxException {
        out.setBody(new Files(files(item)));
    }

    private Map<String, DurableFile.Content> files(OutboxItem item) throws OutboxException {
        return switch (item.kind()) {
            case RESULT -> result(item);
            case NOTICE -> notice(item);
            case REPORT -> item.isSealed() ? sealed(item) : report(item);
        };
    }

    private Map<String, DurableFile.Content> result(OutboxItem item) throws OutboxException {
        return item.isAtRest() ? Map.of(item.fileName(".json"), new AtRestResult(opener, item)::writeTo) : sealed(item);
    }

    private static Map<String, DurableFile.Content> sealed(OutboxItem item) throws OutboxException {
        return Map.of(SealedForm.of(item).fileName(item), bytes(item.body()));
    }

    private static Map<String, DurableFile.Content> notice(OutboxItem item) throws OutboxException {
        return Map.of(item.fileName(".json"), bytes(OutboxJson.bytes(OutboxJson.notice(item.body()))));
    }

    private static Map<String, DurableFile.Content> report(OutboxItem item) throws OutboxException {
        ReportMessage report = OutboxJson.report(item.body());
        Map<String, DurableFile.Content> files = new LinkedHashMap<>();
        if (!report.hasSignature()) {
            files.put(item.fileName(".html"), bytes(report.html().getBytes(StandardCharsets.UTF_8)));
        }
        report.files().forEach(file -> files.put(item.fileName("." + file.name()), bytes(file.content())));
        return files;
    }

    private static DurableFile.Content bytes(byte[] bytes) {
        return out -> out.write(bytes);
    }
}
