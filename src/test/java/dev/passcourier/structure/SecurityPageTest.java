package dev.passcourier.structure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page for security officers: what it says is proven is proven by a test that is there. */
class SecurityPageTest {

    private static final Path PAGE = Path.of(".github/SECURITY.md");
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT))`");

    @Test
    void everyPlaceAndEveryAdvisoryHasItsProof() throws IOException {
        assertThat(rows("## Leak map")).hasSizeGreaterThan(20).allMatch(SecurityPageTest::hasProof);
        assertThat(rows("## Advisories")).hasSizeGreaterThan(5).allMatch(SecurityPageTest::hasProof);
    }

    @Test
    void everyNamedTestExists() throws IOException {
        Set<String> named = TEST.matcher(Files.readString(PAGE))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
            assertThat(sources.map(source -> source.getFileName().toString().replace(".java", "")))
                    .containsAll(named);
        }
    }

    @Test
    void readmeLeadsHere() throws IOException {
        assertThat(Files.readString(Path.of("README.md"))).contains("(.github/SECURITY.md)");
    }

    private static boolean hasProof(String row) {
        String[] cells = row.split("\\|", -1);
        return cells.length == 5
                && !cells[1].isBlank()
                && !cells[2].isBlank()
                && TEST.matcher(cells[3]).find();
    }

    /** The table's rows below a heading, without its head. */
    private static List<String> rows(String heading) throws IOException {
        String page = Files.readString(PAGE);
        String section = page.substring(page.indexOf(heading) + heading.length());
        int end = section.indexOf("\n## ");
        return Pattern.compile("(?m)^\\|.*$")
                .matcher(end < 0 ? section : section.substring(0, end))
                .results()
                .map(MatchResult::group)
                .skip(2)
                .toList();
    }
}
