package dev.passcourier.intake;

import java.io.File;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the file route only what {@link DropGuard} lets pass and what {@link Settling} found to be left alone; Camel
 * itself would follow links, and wait for one file before it looks at the next. Says once why a file with a batch's name
 * stays where it is.
 */
public final class DropFilter implements GenericFileFilter<File> {

    private static final Logger LOG = LoggerFactory.getLogger(DropFilter.class);
    private static final int REMEMBERED = 1000;

    private final DropGuard guard;
    private final Settling settling;
    private final Map<String, String> told = new HashMap<>();

    /** Over one guard and one watch. */
    public DropFilter(DropGuard guard, Settling settling) {
        this.guard = guard;
        this.settling = settling;
    }

    @Override
    public boolean accept(GenericFile<File> file) {
        return accept(file.getFile().toPath());
    }

    boolean accept(Path file) {
        String name = file.getFileName().toString();
        if (!DropGuard.isBatchName(name)) {
            return false;
        }
        return guard.objection(file).map(objection -> leave(name, objection)).orElseGet(() -> isSettled(name, file));
    }

    private boolean isSettled(String name, Path file) {
        try {
            FileLook look = settling.look(file);
            if (settling.isHeldBack(look)) {
                return leave(name, "its end looks unfinished; held back until sources.file.maxPause is over");
            }
            return settling.isSettled(look);
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException unreadable) {
            return leave(name, "cannot be read");
        }
    }

    private synchronized boolean leave(String name, String objection) {
        if (told.size() >= REMEMBERED) {
            told.clear();
        }
        if (!objection.equals(told.put(name, objection))) {
            LOG.warn("DROPPED_FILE_LEFT {}: {}", name, objection);
        }
        return false;
    }
}
