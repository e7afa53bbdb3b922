package dev.passcourier.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Fuzzes every {@code *FuzzTest}, one after the other: .github/PROVING.md, "Fuzzing". Ends with 1 if something was found. */
final class Campaign {

    private static final Path CLASSES = Path.of("target/test-classes");
    private static final Path WORK = Path.of("target/fuzz");

    private final PrintStream out;

    private Campaign(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs a campaign.
     *
     * @param args names of fuzz tests separated by commas, {@code *} stands for any letters; seconds for each
     */
    public static void main(String[] args) throws Exception {
        List<Target> targets = targets(args[0]);
        if (targets.isEmpty()) {
            System.err.println("No fuzz test is named " + args[0]);
            System.exit(2);
        }
        System.exit(new Campaign(System.out).run(targets, Long.parseLong(args[1])) ? 0 : 1);
    }

    private boolean run(List<Target> targets, long seconds) throws IOException, InterruptedException {
        List<String> table = new ArrayList<>();
        boolean isClean = true;
        for (Target target : targets) {
            out.printf("%s for %d s (%d of %d)%n", target.name(), seconds, table.size() + 1, targets.size());
            Tally tally = target.run(seconds, out, Clock.systemUTC());
            isClean &= tally.isClean();
            table.add(String.format("%-24s%s", target.name(), tally));
            tally.findings().forEach(finding -> out.println("  " + target.directory() + ": " + finding));
        }
        out.println();
        table.forEach(out::println);
        return isClean;
    }

    private static List<Target> targets(String names) throws IOException {
        PathMatcher wanted = FileSystems.getDefault().getPathMatcher("glob:{" + names + "}.class");
        try (Stream<Path> files = Files.walk(CLASSES)) {
            return files.filter(file -> file.toString().endsWith("FuzzTest.class"))
                    .filter(file -> wanted.matches(file.getFileName()))
                    .map(Campaign::target)
                    .sorted((one, other) -> one.name().compareTo(other.name()))
                    .toList();
        }
    }

    private static Target target(Path file) {
        String path = CLASSES.relativize(file).toString();
        String name = path.substring(0, path.length() - ".class".length()).replaceAll("[/\\\\]", ".");
        return new Target(name, WORK.resolve(name.substring(name.lastIndexOf('.') + 1)));
    }
}
