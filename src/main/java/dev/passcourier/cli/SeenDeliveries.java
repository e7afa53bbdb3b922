package dev.passcourier.cli;

import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A recipient's list of the deliveries that were opened already: one delivery id a line. */
final class SeenDeliveries {

    private final Path file;

    SeenDeliveries(Path file) {
        this.file = file;
    }

    boolean contains(String deliveryId) throws IOException {
        return Files.exists(file) && Files.readAllLines(file).contains(deliveryId);
    }

    /** Adds a line, durably; makes the file, 0600, if it is not there. */
    void add(String deliveryId) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        try (FileChannel channel = FileChannel.open(file, options, DurableFile.ownerOnly(file))) {
            channel.write(ByteBuffer.wrap((deliveryId + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
    }
}
