package dev.passcourier.audit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** Finds where the last whole line of a file ends. */
final class AuditRepair {

    private static final int BLOCK = 64 * 1024;

    private AuditRepair() {}

    /** Length of the file up to and with its last line break. What follows is a line torn by a kill. */
    static long wholeLength(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] block = new byte[BLOCK];
            for (long end = file.length(); end > 0; ) {
                long begin = Math.max(0, end - BLOCK);
                file.seek(begin);
                file.readFully(block, 0, (int) (end - begin));
                for (int i = (int) (end - begin) - 1; i >= 0; i--) {
                    if (block[i] == '\n') {
                        return begin + i + 1;
                    }
                }
                end = begin;
            }
            return 0;
        }
    }
}
