package dev.passcourier.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the audit trail is. */
final class TrailPlace {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the service's data directory; default: data, beside bin")
    private Path data = Home.find().resolve("data");

    Path trail() {
        return data.resolve("audit");
    }

    Path signer() {
        return data.resolve("keys").resolve("signing.pub.jwk");
    }

    /** Fails if there is no trail. */
    void demandTrail() throws CommandFailure {
        if (!Files.isDirectory(trail())) {
            throw new CommandFailure(trail() + ": there is no audit trail; name the data directory with --data");
        }
    }
}
