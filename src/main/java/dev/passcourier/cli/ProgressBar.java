package dev.passcourier.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a batch is, as one line that fits a terminal: bar, share, rate, time left and counts by verdict; what does not fit
 * is left out from the end.
 */
final class ProgressBar {

    private static final int LONGEST_BAR = 24;

    /** Of a terminal's columns. */
    private static final int BAR_SHARE = 4;

    private final long total;

    ProgressBar(long total) {
        this.total = total;
    }

    /**
     * The line.
     *
     * @param verdicts how many have ended how
     * @param elapsed  since the beginning, in which all of them have ended
     * @param width    of the terminal
     */
    String line(Map<String, Long> verdicts, Duration elapsed, int width) {
        long ended = verdicts.values().stream().mapToLong(Long::longValue).sum();
        int length = Math.min(LONGEST_BAR, width / BAR_SHARE);
        int done = total == 0 ? length : (int) (length * ended / total);
        StringBuilder line = new StringBuilder("[")
                .append("#".repeat(done))
                .append(".".repeat(length - done))
                .append(String.format(Locale.ROOT, "] %3d%% %,d/%,d", percent(ended), ended, total));
        String rate = rate(ended, elapsed);
        String time = time(ended, elapsed);
        boolean full = append(line, rate + (rate.isEmpty() ? "" : " ") + time, width) || append(line, time, width);
        for (Map.Entry<String, Long> verdict : new TreeMap<>(verdicts).entrySet()) {
            String count = String.format(Locale.ROOT, "%s %,d", verdict.getKey(), verdict.getValue());
            full = full && append(line, count, width);
        }
        return line.toString();
    }

    private long percent(long ended) {
        return total == 0 ? 100 : 100 * ended / total;
    }

    /** While nothing has ended, nobody knows how long it takes. */
    private String rate(long ended, Duration elapsed) {
        double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
        double rate = ended / seconds;
        if (ended == 0) {
            return "";
        }
        return String.format(Locale.ROOT, rate < 10 ? "%.1f/s" : "%.0f/s", rate);
    }

    private String time(long ended, Duration elapsed) {
        double seconds = Math.max(0.001, elapsed.toMillis() / 1000.0);
        if (ended == 0) {
            return "";
        }
        return ended >= total
                ? "in " + words((long) seconds)
                : "ETA " + words((long) Math.ceil((total - ended) * seconds / ended));
    }

    /** Such as {@code 42s}, {@code 3m05s} or {@code 2h07m}. */
    private static String words(long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        return seconds < 3600
                ? String.format(Locale.ROOT, "%dm%02ds", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%dh%02dm", seconds / 3600, seconds % 3600 / 60);
    }

    /** Whether there was room for it. */
    private static boolean append(StringBuilder line, String part, int width) {
        boolean fits = line.length() + 1 + part.length() < width;
        if (fits && !part.isEmpty()) {
            line.append(' ').append(part);
        }
        return fits;
    }
}
