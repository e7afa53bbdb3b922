package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages for people lead to one another, here and in the folder that is shipped. */
class PagesTest {

    private static final List<Path> SHIPPED =
            List.of(Path.of("README.md"), Path.of(".github"), Path.of("config"), Path.of("routes"));

    private static List<MarkdownPage> pages;

    @BeforeAll
    static void find() throws IOException {
        pages = MarkdownPage.below(Path.of(""));
        assertThat(pages).extracting(MarkdownPage::toString).contains("README.md", ".github/SECURITY.md");
    }

    @Test
    void everyLinkLeadsToAFileAndAHeadingThatAreThere() throws IOException {
        for (MarkdownPage page : pages) {
            assertThat(page.broken()).isEmpty();
        }
    }

    @Test
    void aLinkThatLeadsNowhereIsFound(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("b.md"), "# B\n\n## Of `keys` & more\n");
        Files.writeString(
                folder.resolve("a.md"),
                "# A\n[1](b.md#of-keys--more) [2](b.md#gone) [3](c.md)\n```\n[4](d.md)\n```\n`[5](e.md)` [6](#a)\n");
        assertThat(MarkdownPage.below(folder).get(0).broken())
                .hasSize(2)
                .satisfiesExactly(
                        heading -> assertThat(heading).endsWith("b.md has no heading #gone"),
                        file -> assertThat(file).endsWith("there is no " + folder.resolve("c.md")));
    }

    @Test
    void everyPageStartsWithATableOfItsContents() {
        assertThat(pages).allSatisfy(page -> assertThat(page.contents()).isEqualTo(page.sectionAnchors()));
    }

    @Test
    void everyPageIsReachedFromTheReadme() {
        List<Path> linked = pages.stream()
                .filter(page -> page.toString().equals("README.md"))
                .flatMap(page -> page.linked().stream())
                .toList();
        assertThat(pages)
                .filteredOn(page -> !page.toString().equals("README.md"))
                .allSatisfy(page -> assertThat(linked).contains(Path.of(page.toString())));
    }

    @Test
    void whatIsLinkedIsShipped() {
        assertThat(pages).allSatisfy(page -> assertThat(page.linked())
                .allSatisfy(target -> assertThat(SHIPPED).anyMatch(target::startsWith)));
    }

    @Test
    void theReadmeIsShort() throws IOException {
        assertThat(Files.readAllLines(Path.of("README.md")))
                .as("what few readers need goes to a page of its own")
                .hasSizeLessThanOrEqualTo(180);
    }
}
