package dev.passcourier.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Keeps the page that we ship in step with the table that is tested. */
class FaultsPageTest {

    private static final String REGENERATE = "mvn -q test -Dtest=FaultsPageTest -Dpasscourier.regenerate=true";
    private static final Path PAGE = Path.of("config/FAULTS.md");

    @Test
    void theShippedPageSaysWhatIsTested() throws Exception {
        String content = FaultsPage.of(FaultTable.all());
        if (Boolean.getBoolean("passcourier.regenerate")) {
            Files.writeString(PAGE, content);
        }
        assertThat(PAGE).as("%s is stale; run: %s", PAGE, REGENERATE).hasContent(content);
    }
}
