package dev.passcourier.delivery;

import dev.passcourier.files.DurableFile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Message;

/**
 * Says which files a delivery consists of: {@code <deliveryId>} with {@code .jwe}, {@code .p7m}, {@code .asc} or
 * {@code .age} for a sealed result, {@code .json} for a notice or a result in clear, {@code .html} and {@code .csv} for a
 * report.
 */
final class FileComposer implements Composer {

    private final AtRestOpener opener;

    FileComposer(AtRestOpener opener) {
        this.opener = opener;
    }

    @Override
    public void compose(OutboxItem item, Instant now, Message out) throws OutboxException {
        out.setBody(new FileParcel(files(item)));
    }

    private Map<String, DurableFile.Content> files(OutboxItem item) throws OutboxException {
        return switch (item.kind()) {
            case RESULT -> result(item);
            case NOTICE -> notice(item);
            case REPORT -> report(item);
        };
    }

    private Map<String, DurableFile.Content> result(OutboxItem item) throws OutboxException {
        return item.isAtRest()
                ? Map.of(item.deliveryId() + ".json", new AtRestResult(opener, item)::writeTo)
                : Map.of(SealedForm.of(item).fileName(item), bytes(item.body()));
    }

    private static Map<String, DurableFile.Content> notice(OutboxItem item) throws OutboxException {
        return Map.of(item.deliveryId() + ".json", bytes(DeliveryJson.bytes(DeliveryJson.notice(item.body()))));
    }

    private static Map<String, DurableFile.Content> report(OutboxItem item) throws OutboxException {
        CredentialReport report = DeliveryJson.report(item.body());
        Map<String, DurableFile.Content> files = new LinkedHashMap<>();
        files.put(item.deliveryId() + ".html", bytes(report.html().getBytes(StandardCharsets.UTF_8)));
        files.put(item.deliveryId() + ".csv", bytes(report.csv().getBytes(StandardCharsets.UTF_8)));
        return files;
    }

    private static DurableFile.Content bytes(byte[] bytes) {
        return out -> out.write(bytes);
    }
}
