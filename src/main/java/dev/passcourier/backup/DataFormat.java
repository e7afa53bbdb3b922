package dev.passcourier.backup;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.control.ControlJson;
import dev.passcourier.files.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Which form a data directory has, as its file {@value #FILE} says: what lies in it, trail, queues and all, is read by
 * every release from the one on that first wrote the form. One without the file is of the releases before there was one,
 * and read like the first.
 *
 * @param format    counted up by each release whose data an earlier one would misread
 * @param writtenBy the version that first wrote it
 */
public record DataFormat(int format, String writtenBy) {

    /** What this release writes, and the newest that it reads. 2: restored work may be marked in trail and outboxes. */
    public static final int NEWEST = 2;

    static final String FILE = "format";

    private static final int LONGEST = 4096;

    /**
     * Demands a form that this release reads, and says from now on that it is this one's.
     *
     * @param directory there, and locked
     * @throws ConfigurationException {@code DATA_NEWER}, or if the file is none of ours
     */
    public static void adopt(Path directory) throws IOException, ConfigurationException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)
                || demandReadable(file).format() < NEWEST) {
            byte[] own = ControlJson.bytes(new DataFormat(NEWEST, version()));
            DurableFile.replace(file, out -> out.write(own));
        }
    }

    private static DataFormat demandReadable(Path file) throws IOException, ConfigurationException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LONGEST) {
            throw unreadable(file);
        }
        DataFormat found =
                ControlJson.read(Files.readAllBytes(file), DataFormat.class).orElseThrow(() -> unreadable(file));
        if (found.format() > NEWEST) {
            throw new ConfigurationException(
                    newer("version " + found.format() + " of " + file, found.writtenBy(), NEWEST));
        }
        return found;
    }

    private static ConfigurationException unreadable(Path file) {
        return new ConfigurationException(file + ": it says in no form of ours which release wrote this directory;"
                + " restore a backup, or remove it if you know that no newer release ever ran here");
    }

    /** Of what a newer release has written: what it is, and what to do. */
    static String newer(String what, String writtenBy, int newest) {
        return "DATA_NEWER " + what + ": written by Passcourier " + writtenBy
                + ", this is " + version() + " and reads up to " + newest
                + "; use that version, or restore the backup made before the upgrade";
    }

    /** This release. */
    public static String version() {
        String version = DataFormat.class.getPackage().getImplementationVersion();
        return version == null ? "unreleased" : version;
    }
}
