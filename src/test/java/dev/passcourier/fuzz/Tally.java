package dev.passcourier.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What libFuzzer's lines tell about one target. */
final class Tally {

    private static final Pattern STATUS = Pattern.compile("#(\\d+)\\s+\\w+\\s+cov: (\\d+) ft: (\\d+) corp: (\\d+).*");
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in .*");
    private static final Pattern FINDING = Pattern.compile("== Java Exception: .*|==\\d+== ?ERROR: libFuzzer: .*");
    private static final Pattern KEPT = Pattern.compile(".*Test unit written to (\\S+)");

    private final List<String> findings = new ArrayList<>();
    private long executions;
    private long coverage;
    private long features;
    private long corpus;
    private boolean isDone;

    void read(String line) {
        Matcher status = STATUS.matcher(line);
        Matcher done = DONE.matcher(line);
        Matcher kept = KEPT.matcher(line);
        if (status.matches()) {
            executions = Long.parseLong(status.group(1));
            coverage = Long.parseLong(status.group(2));
            features = Long.parseLong(status.group(3));
            corpus = Long.parseLong(status.group(4));
        } else if (done.matches()) {
            executions = Long.parseLong(done.group(1));
            isDone = true;
        } else if (FINDING.matcher(line).matches()) {
            findings.add(line);
        } else if (kept.matches() && !findings.isEmpty()) {
            findings.add("  kept as " + kept.group(1));
        }
    }

    /** A process that ended otherwise than by itself found something, or never came to fuzz. */
    void ended(int exitCode) {
        if (findings.isEmpty() && (exitCode != 0 || !isDone)) {
            findings.add("ended with exit code " + exitCode + " before its time; see its log");
        }
    }

    boolean isClean() {
        return findings.isEmpty();
    }

    /** What was found, a line each, and the files that do it again. */
    List<String> findings() {
        return findings;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d executions, coverage %d (features %d, corpus %d), %s",
                executions,
                coverage,
                features,
                corpus,
                isClean() ? "no findings" : "FOUND SOMETHING");
    }
}
