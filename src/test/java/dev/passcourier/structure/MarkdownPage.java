package dev.passcourier.structure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page for people: its headings, its links, and the table of contents that it starts with. */
public final class MarkdownPage {

    private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern CODE = Pattern.compile("`[^`\\n]*`");
    private static final Pattern HEADING = Pattern.compile("(?m)^(#{1,6}) (.+)$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Set<String> NOT_OURS = Set.of("target", ".git", "src", "lib");

    private final Path file;
    private final String text;

    private MarkdownPage(Path file, String text) {
        this.file = file;
        this.text = FENCE.matcher(text).replaceAll("");
    }

    private record Heading(int level, String text, String anchor) {}

    /** All pages below a folder. */
    static List<MarkdownPage> below(Path root) throws IOException {
        List<MarkdownPage> pages = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file ->
                            !NOT_OURS.contains(root.relativize(file).getName(0).toString()))
                    .sorted()
                    .toList()) {
                pages.add(new MarkdownPage(file, Files.readString(file)));
            }
        }
        return pages;
    }

    /** A table of contents for a page that is being written: all headings of the second level. */
    public static String contents(String page) {
        return new MarkdownPage(Path.of(""), page)
                .sections()
                .map(heading -> "[" + heading.text() + "](#" + heading.anchor() + ")")
                .collect(Collectors.joining(" · "));
    }

    /** Links that lead nowhere: no such file, or no such heading in it. */
    List<String> broken() throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : links()) {
            int hash = link.indexOf('#');
            Path target = target(link);
            if (!Files.exists(target)) {
                broken.add(file + ": there is no " + target);
            } else if (hash >= 0 && !anchors(target).contains(link.substring(hash + 1))) {
                broken.add(file + ": " + target + " has no heading " + link.substring(hash));
            }
        }
        return broken;
    }

    /** The files and folders that it links. */
    List<Path> linked() {
        return links().stream().map(this::target).distinct().toList();
    }

    /** Where its table of contents leads: the links to its own headings that stand before the first of them. */
    List<String> contents() {
        int start = text.indexOf("\n## ");
        return LINK.matcher(text.substring(0, start < 0 ? text.length() : start))
                .results()
                .map(match -> match.group(1))
                .filter(link -> link.startsWith("#"))
                .map(link -> link.substring(1))
                .toList();
    }

    /** Where a table of contents has to lead. */
    List<String> sectionAnchors() {
        return sections().map(Heading::anchor).toList();
    }

    private Stream<Heading> sections() {
        return headings().stream().filter(heading -> heading.level() == 2);
    }

    private List<String> links() {
        return LINK.matcher(CODE.matcher(text)
                        .replaceAll(code -> "x".repeat(code.group().length())))
                .results()
                .map(match -> match.group(1))
                .filter(link -> !link.contains("://"))
                .toList();
    }

    private Path target(String link) {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        return path.isEmpty() ? file : file.resolveSibling(path).normalize();
    }

    private static Set<String> anchors(Path page) throws IOException {
        return new MarkdownPage(page, Files.readString(page))
                .headings().stream().map(Heading::anchor).collect(Collectors.toSet());
    }

    /** With the anchors that GitHub makes: letters, digits, dashes; a second heading of one name has a number. */
    private List<Heading> headings() {
        Map<String, Integer> seen = new HashMap<>();
        List<Heading> headings = new ArrayList<>();
        for (MatchResult match : HEADING.matcher(text).results().toList()) {
            String anchor = match.group(2)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            int before = seen.merge(anchor, 1, Integer::sum) - 1;
            headings.add(
                    new Heading(match.group(1).length(), match.group(2), before == 0 ? anchor : anchor + "-" + before));
        }
        return headings;
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
