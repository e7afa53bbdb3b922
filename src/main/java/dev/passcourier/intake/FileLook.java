package dev.passcourier.intake;

import java.nio.file.attribute.FileTime;

/**
 * What one look at a file found. The time of the last change is kept by the system and cannot be set back, unlike the
 * time of the last modification.
 *
 * @param inode     number of the file, which it keeps when it is renamed; 0 where the file system has none
 * @param size      in bytes
 * @param modified  as its writer says
 * @param changed   as the file system says
 * @param sha256    of the content, in hexadecimal; empty for a file that is too large to be read
 * @param finished  whether nothing at its end says that more must come
 * @param objection why neither its name nor its content makes it a batch, or empty if it is one
 * @param since     when it was first found like that, in nanoseconds of the watch's own time
 */
record FileLook(
        long inode,
        long size,
        FileTime modified,
        FileTime changed,
        String sha256,
        boolean finished,
        String objection,
        long since) {

    boolean isSame(FileLook other) {
        return inode == other.inode
                && size == other.size
                && modified.equals(other.modified)
                && changed.equals(other.changed);
    }

    FileLook read(String hash, boolean looksFinished) {
        return new FileLook(inode, size, modified, changed, hash, looksFinished, "", since);
    }

    FileLook noBatch(String hash, String why) {
        return new FileLook(inode, size, modified, changed, hash, false, why, since);
    }
}
