package dev.passcourier.intake;

import dev.passcourier.audit.AuditEvent;
import dev.passcourier.audit.AuditEvent.Fact;
import dev.passcourier.audit.AuditTrail;
import dev.passcourier.request.BatchFormat;
import dev.passcourier.request.BatchLine;
import dev.passcourier.request.BatchReader;
import dev.passcourier.request.Origin;
import dev.passcourier.request.RequestException;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.file.GenericFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a dropped file: renames it into {@code work}, reads it, hands its requests over, and renames it into
 * {@code done} or {@code failed}. If the hand-over fails it goes back to be taken again; if the process dies, the next
 * start puts it back. Both are safe, for the file's hash lets its requests onto the queue only once.
 */
public final class BatchSource implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(BatchSource.class);

    private final DropDirectory directory;
    private final ClaimedFile files;
    private final BatchHandOver handOver;
    private final AuditTrail audit;
    private final Clock clock;

    /** For one drop directory. */
    public BatchSource(
            DropDirectory directory, DropGuard guard, BatchHandOver handOver, AuditTrail audit, Clock clock) {
        this.directory = directory;
        this.files = new ClaimedFile(guard);
        this.handOver = handOver;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws IOException {
        GenericFile<?> file = (GenericFile<?>) exchange.getMessage().getBody();
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(null);
        take(file.getFileNameOnly());
    }

    void take(String name) throws IOException {
        Optional<Path> claimed = directory.claim(name);
        if (claimed.isPresent()) {
            take(name, claimed.get());
        }
    }

    private void take(String name, Path claimed) throws IOException {
        try {
            deliver(name, claimed);
        } catch (RequestException unusable) {
            refuse(name, claimed, unusable);
        } catch (IOException | RuntimeException failed) {
            giveBack(claimed, failed);
            throw failed;
        }
    }

    private void giveBack(Path claimed, Exception why) {
        try {
            directory.giveBack(claimed);
        } catch (IOException left) {
            why.addSuppressed(left);
        }
    }

    private void deliver(String name, Path claimed) throws IOException, RequestException {
        byte[] content = files.read(claimed);
        String hash = Hashes.sha256(content);
        BatchFormat format = BatchFormat.of(name).orElseThrow();
        List<BatchLine> lines = BatchReader.read(content, format, line -> "file-" + hash.substring(0, 16) + "-" + line);
        String doneName = directory.doneName(claimed);
        Optional<byte[]> rejects = Rejects.page(lines);
        if (rejects.isPresent()) {
            directory.besideDone(doneName + ".rejects.ndjson", rejects.get());
        }
        if (!handOver.handOver(new Batch(Origin.Source.FILE, hash, doneName, null, lines))) {
            LOG.warn("BATCH_REPEATED {}: its requests had been taken before and were not sent again", hash);
        }
        directory.finish(claimed, doneName);
    }

    private void refuse(String name, Path claimed, RequestException why) throws IOException {
        audit.append(new AuditEvent(
                AuditEvent.Type.ENDED,
                clock.instant(),
                Map.of(
                        Fact.SOURCE, Origin.Source.FILE.name(),
                        Fact.NAME, name,
                        Fact.VERDICT, Verdict.REFUSED.name(),
                        Fact.CODE, why.code().name())));
        directory.fail(claimed, Rejects.error(why));
        LOG.warn("{} {}: {}", why.code(), name, why.code().advice());
    }
}
