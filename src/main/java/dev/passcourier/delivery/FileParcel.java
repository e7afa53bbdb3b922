package dev.passcourier.delivery;

import dev.passcourier.files.DurableFile;
import java.util.Map;

/**
 * The files of one delivery.
 *
 * @param files contents by file name
 */
record FileParcel(Map<String, DurableFile.Content> files) {

    /** Names the files only. */
    @Override
    public String toString() {
        return "FileParcel" + files.keySet();
    }
}
