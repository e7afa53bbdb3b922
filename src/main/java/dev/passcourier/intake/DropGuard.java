package dev.passcourier.intake;

import com.sun.security.auth.module.UnixSystem;
import dev.passcourier.request.BatchFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which files of the drop directory are taken: plain files with one name, of an owner we know, that nobody else can
 * write to. Links are never followed. On file systems without Unix owners and modes only the kind of file is looked at.
 */
public final class DropGuard {

    static final int LONGEST_NAME = 128;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 ._()+@-]{0," + (LONGEST_NAME - 1) + "}");
    private static final int WRITABLE_BY_OTHERS = 0002;

    private final List<String> owners;

    /**
     * With the users whose files are taken.
     *
     * @param owners their names; empty means the service's own user only
     */
    public DropGuard(List<String> owners) {
        this.owners = List.copyOf(owners);
    }

    /** Whether the name is one of a batch file. Others, such as hidden or half-written ones, are left alone. */
    static boolean isBatchName(String name) {
        return NAME.matcher(name).matches() && BatchFormat.of(name).isPresent();
    }

    /** What is wrong with the file, as a short text that is safe to log, or empty if it may be taken. */
    Optional<String> objection(Path file) {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of("not a plain file");
            }
            return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                    ? unixObjection(Files.readAttributes(file, "unix:nlink,mode,uid,owner", LinkOption.NOFOLLOW_LINKS))
                    : Optional.empty();
        } catch (IOException gone) {
            return Optional.of("not there any more");
        }
    }

    private Optional<String> unixObjection(Map<String, Object> facts) {
        if ((Integer) facts.get("nlink") != 1) {
            return Optional.of("has more than one name (hard link)");
        }
        if (((Integer) facts.get("mode") & WRITABLE_BY_OTHERS) != 0) {
            return Optional.of("can be written to by everybody");
        }
        return isOwnerKnown(facts) ? Optional.empty() : Optional.of("belongs to a user who is not on the list");
    }

    private boolean isOwnerKnown(Map<String, Object> facts) {
        return owners.isEmpty()
                ? (Integer) facts.get("uid") == new UnixSystem().getUid()
                : owners.contains(((Principal) facts.get("owner")).getName());
    }
}
