package dev.passcourier.intake;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which files of the drop directory are taken: plain files with one name, of an owner we know, that nobody else can
 * write to. Links are never followed. On file systems without Unix owners and modes only the kind of file is looked at.
 */
public final class DropGuard {

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

    /** What is wrong with the file, as a short text that is safe to log, or empty if it may be taken. */
    Optional<String> objection(Path file) {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of("it is not a plain file, and links are not followed; drop the file itself");
            }
            return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                    ? unixObjection(Files.readAttributes(file, "unix:nlink,mode,uid,owner", LinkOption.NOFOLLOW_LINKS))
                    : Optional.empty();
        } catch (IOException gone) {
            return Optional.of("it is not there any more");
        }
    }

    private Optional<String> unixObjection(Map<String, Object> facts) {
        if ((Integer) facts.get("nlink") != 1) {
            return Optional.of("it has more than one name (hard link); drop a copy");
        }
        if (((Integer) facts.get("mode") & WRITABLE_BY_OTHERS) != 0) {
            return Optional.of("everybody can write to it; chmod o-w it");
        }
        return isOwnerKnown(facts)
                ? Optional.empty()
                : Optional.of(
                        "it belongs to a user who is not listed; chown it, or name the user in sources.file.owners");
    }

    private boolean isOwnerKnown(Map<String, Object> facts) {
        return owners.isEmpty()
                ? (Integer) facts.get("uid") == new UnixSystem().getUid()
                : owners.contains(((Principal) facts.get("owner")).getName());
    }
}
