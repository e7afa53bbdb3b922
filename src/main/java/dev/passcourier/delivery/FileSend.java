package dev.passcourier.delivery;

import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** The file channel: writes the {@link FileComposer.Files} in the body. A repeated delivery replaces its own files. */
final class FileSend implements Processor {

    private final Path directory;

    FileSend(Path directory) {
        this.directory = directory;
    }

    @Override
    public void process(Exchange exchange) throws IOException {
        FileComposer.Files files = exchange.getMessage().getBody(FileComposer.Files.class);
        for (var file : files.contents().entrySet()) {
            DurableFile.replace(DurableFile.inside(directory, file.getKey()), file.getValue());
        }
    }
}
