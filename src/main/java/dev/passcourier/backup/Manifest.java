package dev.passcourier.backup;

import java.time.Instant;
import java.util.List;

/**
 * What a backup says of itself, as its last entries {@value #NAME} and {@value #SIGNATURE}: what is missing then was cut off.
 *
 * @param format     of the archive, {@value #FORMAT}
 * @param backup     its id
 * @param product    the version of Passcourier that made it
 * @param madeAt     when the files stood still
 * @param dataFormat of the data directory
 * @param trail      what tells its audit trail from all others
 * @param position   number of the trail's last record in it
 * @param head       that record's hash
 * @param signer     RFC 7638 thumbprint of the service's signing key
 * @param keys       whether the keys that sign and that seal at rest are in it
 * @param queues     whether the queues are in it; those of an external broker are not
 * @param ledger     whether the ledger is in it; that of PostgreSQL is not
 * @param files      everything else that is in it
 */
public record Manifest(
        int format,
        String backup,
        String product,
        Instant madeAt,
        int dataFormat,
        String trail,
        long position,
        String head,
        String signer,
        boolean keys,
        boolean queues,
        boolean ledger,
        List<File> files) {

    /** The newest that this release reads, and the one that it writes. */
    static final int FORMAT = 1;

    static final String NAME = "manifest.json";

    static final String SIGNATURE = "manifest.jws";

    /** Copies the list. */
    public Manifest {
        files = List.copyOf(files);
    }

    /**
     * A file.
     *
     * @param path   relative to the data directory, with {@code /}
     * @param size   in bytes
     * @param sha256 in lower-case hex
     */
    public record File(String path, long size, String sha256) {}

    Manifest with(List<File> written) {
        return new Manifest(
                format,
                backup,
                product,
                madeAt,
                dataFormat,
                trail,
                position,
                head,
                signer,
                keys,
                queues,
                ledger,
                written);
    }
}
