package dev.passcourier.outbox;

import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Webhooks that said 410 Gone. Nothing is posted to them until the operator enables them or changes their address. Kept
 * as one small file per alias, which holds a hash of the address and survives restarts.
 */
public final class GoneDestinations {

    private static final Logger LOG = LoggerFactory.getLogger(GoneDestinations.class);

    private final Path directory;

    /** From alias to the hash of the address that is gone. */
    private final Map<String, String> gone = new ConcurrentHashMap<>();

    private GoneDestinations(Path directory) {
        this.directory = directory;
    }

    /**
     * Reads what is kept in a directory.
     *
     * @param directory made, ours alone, if it is not there
     */
    public static GoneDestinations open(Path directory) throws IOException {
        Files.createDirectories(directory, DurableFile.ownerOnlyDirectory(directory));
        GoneDestinations all = new GoneDestinations(directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .toList()) {
                all.gone.put(file.getFileName().toString(), Files.readString(file, StandardCharsets.US_ASCII));
            }
        }
        return all;
    }

    /** As if nobody had said so. Reads nothing, and is not to be told anything. */
    public static GoneDestinations none() {
        return new GoneDestinations(Path.of(""));
    }

    /** One destination's part of it. What is kept of an earlier address is forgotten. */
    public Destination destination(String alias, String address) {
        String hash = hash(address);
        if (gone.containsKey(alias) && !isGone(alias, hash)) {
            LOG.info("{} has a new address and is enabled", alias);
            enable(alias);
        }
        return new Destination(alias, hash);
    }

    /** Aliases of the destinations that nothing is posted to. */
    public SortedSet<String> aliases() {
        return new TreeSet<>(gone.keySet());
    }

    /**
     * Posts there again.
     *
     * @return false if it was not disabled
     */
    public boolean enable(String alias) {
        if (!gone.containsKey(alias)) {
            return false;
        }
        try {
            Files.deleteIfExists(DurableFile.inside(directory, alias));
            DurableFile.forceDirectory(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("DESTINATION_NOT_ENABLED", e);
        }
        return gone.remove(alias) != null;
    }

    private boolean isGone(String alias, String hash) {
        return hash.equals(gone.get(alias));
    }

    private void disable(String alias, String hash) {
        if (isGone(alias, hash)) {
            return;
        }
        try {
            DurableFile.replace(
                    DurableFile.inside(directory, alias), out -> out.write(hash.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            throw new UncheckedIOException("DESTINATION_NOT_DISABLED", e);
        }
        if (gone.put(alias, hash) == null) {
            LOG.warn("DESTINATION_GONE {}: it said 410, nothing is posted there until it is enabled", alias);
        }
    }

    private static String hash(String address) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(address.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One destination at its present address. */
    public final class Destination {

        private final String alias;
        private final String hash;

        private Destination(String alias, String hash) {
            this.alias = alias;
            this.hash = hash;
        }

        /** Whether nothing is sent there any more. */
        public boolean isGone() {
            return GoneDestinations.this.isGone(alias, hash);
        }

        /** Sends nothing there from now on, which is kept on the disk first. */
        public void disable() {
            GoneDestinations.this.disable(alias, hash);
        }
    }
}
