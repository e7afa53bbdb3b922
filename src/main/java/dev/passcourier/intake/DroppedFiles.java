package dev.passcourier.intake;

import dev.passcourier.intake.DoneFiles.Aged;
import dev.passcourier.intake.TakenParts.Part;
import dev.passcourier.request.BatchReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Files of a drop directory that were worked on after a backup was made: the service that was restored from it does not know
 * of their requests.
 *
 * @param batches the ids that their batches go by if they are taken again
 * @param done    names of those that were filed since
 */
public record DroppedFiles(Set<String> batches, List<String> done) {

    /** Copies both. */
    public DroppedFiles {
        batches = Set.copyOf(batches);
        done = List.copyOf(done);
    }

    /**
     * Finds them, and has those in hand be handed over once more, whatever was sent of them: what the backup knows of their
     * requests is found again by their ids.
     *
     * @param since    when the backup was made
     * @param accounts names of the accounts, one of which a file's name may say
     * @throws IOException with a code, if the drop directory is not as it must be
     */
    public static DroppedFiles after(DropDirectory drop, Instant since, Set<String> accounts) throws IOException {
        Set<String> batches = new HashSet<>();
        drop.demandRight();
        for (Part part : drop.takenParts().asUnsent()) {
            addIds(batches, part.sha256(), accounts);
            if (part.begun() != null) {
                batches.add(part.begun().batch());
            }
        }
        List<String> done = new ArrayList<>();
        for (Aged file : new DoneFiles(drop, name -> Optional.empty()).after(since)) {
            if (file.bytes() <= BatchReader.MAX_BYTES) {
                try {
                    addIds(batches, Hashes.sha256(Files.readAllBytes(file.path())), accounts);
                    done.add(String.valueOf(file.path().getFileName()));
                } catch (NoSuchFileException gone) {
                    // Somebody has tidied up.
                }
            }
        }
        return new DroppedFiles(batches, done);
    }

    /** The content's own, and with each account: which one its lines had from its name is not known any more. */
    private static void addIds(Set<String> batches, String sha256, Set<String> accounts) {
        batches.add(sha256);
        accounts.forEach(account -> batches.add(FileRequests.batchId(sha256, account)));
    }
}
