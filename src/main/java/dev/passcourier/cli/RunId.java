package dev.passcourier.cli;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a run that is begun by hand is known by: the same for schedules and reports. */
final class RunId {

    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "what the run is known by: with the same id it runs once; default: a new one")
    private @Nullable String id;

    /** The one that was given, or a new one that nobody else has. */
    String orNew(Instant now) {
        return id == null ? SECOND.format(now) + "-" + Long.toHexString(new SecureRandom().nextLong() >>> 48) : id;
    }
}
