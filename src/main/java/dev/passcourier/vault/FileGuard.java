package dev.passcourier.vault;

import dev.passcourier.vault.KeyLoadException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads key files, after a look at who else could. Links are followed, because Kubernetes mounts secrets as links; it
 * is the file behind them that has to be regular and guarded. File systems without POSIX modes are not checked.
 */
final class FileGuard {

    static final int LARGEST = 64 * 1024;

    private static final int OTHERS_MAY_WRITE = 0002;
    private static final int GROUP_OR_OTHERS = 0077;
    private static final int STICKY = 01000;
    private static final int ROOT = 0;

    private FileGuard() {}

    /** Reads a file that only we and root may read. The caller wipes the bytes. */
    static byte[] readSecret(Path file) throws KeyLoadException {
        Path real = real(file);
        checkSecret(file, real, ownUser(real));
        return read(file, real);
    }

    /** Reads a file that anyone may read, but not everyone change. */
    static byte[] readPublic(Path file) throws KeyLoadException {
        Path real = real(file);
        checkRegular(file, real);
        if (hasModes(real) && (mode(file, real) & OTHERS_MAY_WRITE) != 0) {
            throw new KeyLoadException(Code.FILE_TOO_OPEN, file, "everybody may change it; run: chmod 644 " + file);
        }
        return read(file, real);
    }

    /** Checks a file that must be secret, as the user with the given id. */
    static void checkSecret(Path file, Path real, int ownUser) throws KeyLoadException {
        checkRegular(file, real);
        if (!hasModes(real)) {
            return;
        }
        int owner = (Integer) attribute(file, real, "uid");
        if (owner != ownUser && owner != ROOT) {
            throw new KeyLoadException(
                    Code.FILE_NOT_OURS, file, "it belongs to user " + owner + "; give it to the service's user");
        }
        if ((mode(file, real) & GROUP_OR_OTHERS) != 0) {
            throw new KeyLoadException(
                    Code.FILE_TOO_OPEN, file, "others than its owner may read or change it; run: chmod 600 " + file);
        }
        checkParents(file, real);
    }

    private static void checkParents(Path file, Path real) throws KeyLoadException {
        for (Path parent = real.getParent(); parent != null; parent = parent.getParent()) {
            int mode = mode(file, parent);
            if ((mode & OTHERS_MAY_WRITE) != 0 && (mode & STICKY) == 0) {
                throw new KeyLoadException(
                        Code.FILE_TOO_OPEN, file, "everybody may replace it; run: chmod o-w " + parent);
            }
        }
    }

    private static void checkRegular(Path file, Path real) throws KeyLoadException {
        if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
            throw new KeyLoadException(Code.FILE_NOT_REGULAR, file, "a regular file is needed");
        }
    }

    private static Path real(Path file) throws KeyLoadException {
        try {
            return file.toRealPath();
        } catch (NoSuchFileException e) {
            throw new KeyLoadException(Code.FILE_MISSING, file, "there is no such file");
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_UNREADABLE, file, "it cannot be reached");
        }
    }

    private static byte[] read(Path file, Path real) throws KeyLoadException {
        try (InputStream in = Files.newInputStream(real, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new KeyLoadException(Code.KEY_FORMAT, file, "it is too large for a key file");
            }
            return bytes;
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_UNREADABLE, file, "it cannot be read");
        }
    }

    private static int mode(Path file, Path real) throws KeyLoadException {
        return (Integer) attribute(file, real, "mode");
    }

    private static Object attribute(Path file, Path real, String name) throws KeyLoadException {
        try {
            Map<String, Object> attributes = Files.readAttributes(real, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
            return attributes.get(name);
        } catch (IOException e) {
            throw new KeyLoadException(Code.FILE_UNREADABLE, file, "its owner and mode cannot be read");
        }
    }

    private static boolean hasModes(Path real) {
        return real.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    private static int ownUser(Path real) {
        return hasModes(real) ? (int) new com.sun.security.auth.module.UnixSystem().getUid() : ROOT;
    }
}
