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
        int full = total == 0 ? length : (int) (length * ended / total);
        StringBuilder line = new StringBuilder("[")
                .append("#".repeat(full))
                .append(".".repeat(length - full))
                .append(String.format(Locale.ROOT, "] %3d%% %,d/%,d", percent(ended), ended, total));
        append(line, rate(ended, elapsed), width);
        new TreeMap<>(verdicts)
                .forEach((verdict, count) -> append(line, String.format(Locale.ROOT, "%s %,d", verdict, count), width));
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
        String perSecond = String.format(Locale.ROOT, rate < 10 ? "%.1f/s" : "%.0f/s", rate);
        return ended >= total
                ? perSecond + " in " + words((long) seconds)
                : perSecond + " ETA " + words((long) Math.ceil((total - ended) / rate));
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

    private static void append(StringBuilder line, String part, int width) {
        if (!part.isEmpty() && line.length() + 1 + part.length() < width) {
            line.append(' ').append(part);
        }
    }
}
