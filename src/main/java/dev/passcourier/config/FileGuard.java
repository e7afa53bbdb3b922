package dev.passcourier.config;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Who else may read or change a file that we rely on. On file systems without Unix modes only existence is checked.
 * Messages name the path, never content.
 */
public final class FileGuard {

    private static final int GROUP_OR_OTHERS = 0077;
    private static final int WRITABLE_BY_ALL = 0002;
    private static final int WRITABLE_BY_GROUP_OR_ALL = 0022;
    private static final int STICKY = 01000;
    private static final int ALL_BUT_READING_BY_OWNER_AND_GROUP = 0337;

    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private static final String IN_A_POD =
            "; in a pod, where nobody can, give its volume  defaultMode: 0400  and the pod's"
                    + " securityContext  fsGroup: <the service's group>";

    private FileGuard() {}

    /**
     * Demands a regular file that is ours or root's, closed to group and others ({@code 0600} or less), in folders that
     * nobody else can swap it in. Links are followed, and the folders on both ways are looked at. Where root has put it
     * into memory for our group or its own to read, as Kubernetes does with a secret's volume and systemd with a credential,
     * group may read it.
     *
     * @throws ConfigurationException naming the path and what is wrong with it
     */
    public static void secret(Path file) throws ConfigurationException {
        Path target = regular(file);
        Map<String, Object> facts = facts(target);
        if (facts != null) {
            demand(
                    (mode(facts) & GROUP_OR_OTHERS) == 0 || isMountedForUs(target, facts),
                    file,
                    "is open to others; chmod 600 it" + (isRootsInMemory(target, facts) ? IN_A_POD : ""));
            demand(isOurs(facts), file, "belongs to another user; chown it to the service's user");
        }
        folders(file.toAbsolutePath().normalize());
        folders(target);
    }

    /**
     * Demands a readable regular file that not everybody can change, such as a public key or a certificate.
     *
     * @throws ConfigurationException naming the path and what is wrong with it
     */
    public static void trusted(Path file) throws ConfigurationException {
        Path target = regular(file);
        demand(!isOpenToWriting(target), file, "can be changed by everybody; chmod o-w it");
        folders(file.toAbsolutePath().normalize());
        folders(target);
    }

    /**
     * Demands an existing directory that not everybody can write to.
     *
     * @throws ConfigurationException naming the path and what is wrong with it
     */
    public static void directory(Path directory) throws ConfigurationException {
        demand(Files.isDirectory(directory), directory, "is not an existing directory; mkdir it");
        demand(!isOpenToWriting(real(directory)), directory, "can be written to by everybody; chmod o-w it");
        folders(directory.toAbsolutePath().normalize());
        folders(real(directory));
    }

    /**
     * Demands a file or directory that this process takes code from: ours or root's, and writable by nobody else, in
     * folders that nobody else can swap it in.
     *
     * @throws ConfigurationException naming the path and what is wrong with it
     */
    public static void program(Path path) throws ConfigurationException {
        demand(Files.isReadable(path), path, "cannot be read by the service's user");
        Path target = real(path);
        Map<String, Object> facts = facts(target);
        if (facts != null) {
            demand(
                    (mode(facts) & WRITABLE_BY_GROUP_OR_ALL) == 0,
                    path,
                    "can be changed by others, and what it says is run; chmod go-w it");
            demand(isOurs(facts), path, "belongs to another user; chown it to root or the service's user");
        }
        folders(path.toAbsolutePath().normalize());
        folders(target);
    }

    private static Path regular(Path file) throws ConfigurationException {
        demand(Files.exists(file), file, "does not exist");
        demand(Files.isRegularFile(file), file, "is not a regular file");
        demand(Files.isReadable(file), file, "cannot be read by the service's user");
        return real(file);
    }

    private static Path real(Path path) throws ConfigurationException {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new ConfigurationException(path + " cannot be read");
        }
    }

    /** Whoever can write to a folder can put another file in place; the sticky bit stops that. */
    private static void folders(Path path) throws ConfigurationException {
        for (Path folder = path.getParent(); folder != null; folder = folder.getParent()) {
            Map<String, Object> facts = facts(folder);
            boolean open = facts != null && (mode(facts) & WRITABLE_BY_ALL) != 0 && (mode(facts) & STICKY) == 0;
            demand(!open, folder, "can be written to by everybody; chmod o-w it");
        }
    }

    private static boolean isOpenToWriting(Path path) throws ConfigurationException {
        Map<String, Object> facts = facts(path);
        return facts != null && (mode(facts) & WRITABLE_BY_ALL) != 0;
    }

    private static @Nullable Map<String, Object> facts(Path path) throws ConfigurationException {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return null;
        }
        try {
            return Files.readAttributes(path, "unix:mode,uid,gid");
        } catch (IOException e) {
            throw new ConfigurationException(path + " cannot be read");
        }
    }

    private static int mode(Map<String, Object> facts) {
        return (Integer) facts.get("mode");
    }

    /**
     * What Kubernetes makes of {@code defaultMode: 0400} with {@code fsGroup}: root's, {@code 0440}, of a group that this
     * process is in, and never on a disk. A group that has other members reads it too; that is the pod's to decide.
     * A credential of systemd has the same mode since release 255, of root's group: there, an access control list lets the
     * unit's user read it, and the group's bits are that list's mask.
     */
    private static boolean isMountedForUs(Path target, Map<String, Object> facts) throws ConfigurationException {
        return isRootsInMemory(target, facts)
                && (mode(facts) & ALL_BUT_READING_BY_OWNER_AND_GROUP) == 0
                && isOurGroupOrRoots(((Number) facts.get("gid")).longValue());
    }

    private static boolean isRootsInMemory(Path target, Map<String, Object> facts) throws ConfigurationException {
        try {
            return isRoots(facts)
                    && IN_MEMORY.contains(Files.getFileStore(target).type());
        } catch (IOException e) {
            throw new ConfigurationException(target + " cannot be read");
        }
    }

    private static boolean isOurGroupOrRoots(long group) {
        UnixSystem we = new UnixSystem();
        return group == 0
                || we.getGid() == group
                || LongStream.of(we.getGroups()).anyMatch(each -> each == group);
    }

    private static boolean isRoots(Map<String, Object> facts) {
        return ((Number) facts.get("uid")).longValue() == 0;
    }

    private static boolean isOurs(Map<String, Object> facts) {
        return isRoots(facts) || ((Number) facts.get("uid")).longValue() == new UnixSystem().getUid();
    }

    private static void demand(boolean fine, Path path, String otherwise) throws ConfigurationException {
        if (!fine) {
            throw new ConfigurationException(path + " " + otherwise);
        }
    }
}
