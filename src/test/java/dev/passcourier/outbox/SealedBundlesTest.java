package dev.passcourier.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.request.Origin;
import dev.passcourier.vault.Sealed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedBundlesTest {

    @TempDir
    private Path place;

    @Test
    void whatCannotBeRemovedKeepsNoOtherBatch() throws IOException {
        SealedBundles bundles = new SealedBundles(place, Map.of("mail", "operations"));
        for (String id : List.of("0", "a", "f")) {
            bundles.keep(new Origin(Origin.Source.FILE, "line", null, id.repeat(64), 1), item());
        }
        Files.writeString(place.resolve("README"), "not a batch");
        Files.writeString(place.resolve("1".repeat(64)), "no directory");
        Files.writeString(place.resolve("a".repeat(64)).resolve("stray"), "no recipient");

        bundles.forget(id -> true);

        try (Stream<Path> left = Files.list(place)) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("README", "1".repeat(64), "a".repeat(64));
        }
    }

    private static OutboxItem item() {
        return new OutboxItem(
                OutboxItem.Kind.RESULT,
                "mail",
                "dlv_1",
                "r1",
                null,
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                Sealed.JOSE,
                "sealed".getBytes(StandardCharsets.UTF_8));
    }
}
