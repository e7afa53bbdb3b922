package dev.passcourier.report;

import dev.passcourier.report.CredentialReport.Account;
import dev.passcourier.report.CredentialReport.Row;
import dev.passcourier.report.CredentialReport.State;
import dev.passcourier.report.CredentialReport.TrendPoint;
import dev.passcourier.report.Picture.Anchor;
import dev.passcourier.report.Picture.Tone;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** The pictures of a credential report: coverage by account, age of passwords, shared passwords, and the last runs. */
final class CredentialPictures {

    /** More accounts or clusters than these are added up in the last place. */
    private static final int PLACES = 8;

    private static final int[] DAYS = {30, 90, 180, 365};
    private static final List<String> AGES =
            List.of("< 30 days", "30\u201389", "90\u2013179", "180\u2013364", "\u2265 1 year", "unknown");

    private final CredentialReport report;
    private final ReportFonts fonts;

    CredentialPictures(CredentialReport report, ReportFonts fonts) {
        this.report = report;
        this.fonts = fonts;
    }

    /** In the order in which they are shown. */
    List<Picture> all() {
        List<Picture> pictures = new ArrayList<>(List.of(coverage(), ages()));
        if (report.rows().stream().anyMatch(row -> row.cluster() != null)) {
            pictures.add(clusters());
        }
        if (report.trend().size() > 1) {
            pictures.add(trend());
        }
        return pictures;
    }

    /** States that say the same to somebody who looks rather than reads. */
    enum Coverage {
        READABLE("retrievable", Tone.GOOD),
        ABSENT("no password", Tone.WAIT),
        UNREADABLE("not readable", Tone.BAD),
        UNSEEN("gone or not inspected", Tone.OTHER);

        private final String words;
        private final Tone tone;

        Coverage(String words, Tone tone) {
            this.words = words;
            this.tone = tone;
        }

        Tone tone() {
            return tone;
        }

        static Coverage of(State state) {
            return switch (state) {
                case RETRIEVABLE -> READABLE;
                case NOT_THERE_YET, NO_PASSWORD -> ABSENT;
                case WRONG_KEY, DENIED, FAILED -> UNREADABLE;
                case GONE, NOT_INSPECTED -> UNSEEN;
            };
        }
    }

    private Picture coverage() {
        Picture picture = new Picture("coverage", "Coverage by account", fonts);
        Map<String, int[]> counts = new TreeMap<>();
        report.rows().forEach(row -> counts.computeIfAbsent(row.account(), id -> new int[Coverage.values().length])[
                Coverage.of(row.state()).ordinal()]++);
        List<String> ids = report.accounts().stream().map(Account::id).toList();
        StringBuilder text = new StringBuilder();
        double y = 12;
        int shown = ids.size() > PLACES ? PLACES - 1 : ids.size();
        for (String id : ids.subList(0, shown)) {
            int[] parts = counts.getOrDefault(id, new int[Coverage.values().length]);
            text.append(coverageBar(picture, y, id, parts));
            y += 36;
        }
        if (shown < ids.size()) {
            int[] rest = new int[Coverage.values().length];
            ids.subList(shown, ids.size())
                    .forEach(id -> Arrays.setAll(
                            rest, i -> rest[i] + counts.getOrDefault(id, new int[Coverage.values().length])[i]));
            text.append(coverageBar(picture, y, (ids.size() - shown) + " other accounts", rest));
            y += 36;
        }
        picture.legend(
                y + 4,
                Arrays.stream(Coverage.values()).map(part -> part.words).toList(),
                Arrays.stream(Coverage.values()).map(Coverage::tone).toList());
        picture.describe(text.toString());
        return picture;
    }

    private static String coverageBar(Picture picture, double y, String name, int[] parts) {
        int total = Arrays.stream(parts).sum();
        String share = parts[0] + " of " + total;
        picture.label(0, y, Anchor.START, false, 240, name);
        picture.label(Picture.WIDTH, y, Anchor.END, true, 90, share);
        double x = 0;
        picture.bar(0, y + 6, Picture.WIDTH, 10, Tone.LINE);
        for (Coverage part : Coverage.values()) {
            double width = total == 0 ? 0 : (double) Picture.WIDTH * parts[part.ordinal()] / total;
            if (width > 0) {
                picture.bar(x, y + 6, width, 10, part.tone);
            }
            x += width;
        }
        return name + ": "
                + Arrays.stream(Coverage.values())
                        .filter(part -> parts[part.ordinal()] > 0)
                        .map(part -> parts[part.ordinal()] + " " + part.words)
                        .collect(Collectors.joining(", "))
                + ". ";
    }

    private Picture ages() {
        Picture picture = new Picture("ages", "Age of retrievable passwords", fonts);
        int[] counts = new int[AGES.size()];
        report.rows().stream().filter(row -> row.state() == State.RETRIEVABLE).forEach(row -> counts[ageClass(row)]++);
        int most = Math.max(1, Arrays.stream(counts).max().orElse(1));
        double step = (double) Picture.WIDTH / counts.length;
        double bottom = 150;
        for (int i = 0; i < counts.length; i++) {
            double height = 125.0 * counts[i] / most;
            Tone tone = i == counts.length - 1 ? Tone.OTHER : i == counts.length - 2 ? Tone.WAIT : Tone.GOOD;
            picture.bar(i * step + 5, bottom - height, step - 10, height, tone);
            picture.label(i * step + step / 2, bottom - height - 5, Anchor.MIDDLE, false, step, "" + counts[i]);
            picture.label(i * step + step / 2, bottom + 16, Anchor.MIDDLE, true, step, AGES.get(i));
        }
        picture.line(List.of(new double[] {0, bottom}, new double[] {Picture.WIDTH, bottom}), Tone.LINE);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < counts.length; i++) {
            text.append(AGES.get(i))
                    .append(i > 0 && i < 4 ? " days: " : ": ")
                    .append(counts[i])
                    .append(". ");
        }
        picture.describe(text.toString());
        return picture;
    }

    private int ageClass(Row row) {
        Instant since = since(row);
        if (since == null) {
            return AGES.size() - 1;
        }
        long days = Duration.between(since, report.endedAt()).toDays();
        int age = 0;
        while (age < DAYS.length && days >= DAYS[age]) {
            age++;
        }
        return age;
    }

    /** Since when the machine has had its password, as far as known. */
    static Instant since(Row row) {
        return row.unchangedSince() != null ? row.unchangedSince() : row.recordSince();
    }

    private Picture clusters() {
        Picture picture = new Picture("clusters", "Machines that share a password", fonts);
        Map<String, Long> sizes = report.rows().stream()
                .filter(row -> row.cluster() != null)
                .collect(Collectors.groupingBy(
                        row -> Objects.requireNonNull(row.cluster()), TreeMap::new, Collectors.counting()));
        List<Map.Entry<String, Long>> largest = sizes.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        double y = 12;
        int shown = largest.size() > PLACES ? PLACES - 1 : largest.size();
        double most = largest.get(0).getValue();
        for (var cluster : largest.subList(0, shown)) {
            picture.label(0, y, Anchor.START, false, 60, cluster.getKey());
            picture.bar(66, y - 10, (Picture.WIDTH - 66 - 90) * cluster.getValue() / most, 12, Tone.BAD);
            picture.label(Picture.WIDTH, y, Anchor.END, true, 86, cluster.getValue() + " machines");
            y += 22;
        }
        if (shown < largest.size()) {
            picture.label(
                    0, y, Anchor.START, true, Picture.WIDTH, "and " + (largest.size() - shown) + " smaller clusters");
        }
        picture.describe(largest.subList(0, shown).stream()
                .map(cluster -> "Cluster " + cluster.getKey() + ": " + cluster.getValue() + " machines. ")
                .collect(Collectors.joining()));
        return picture;
    }

    private Picture trend() {
        Picture picture = new Picture("trend", "The last " + report.trend().size() + " reports", fonts);
        List<TrendPoint> points = report.trend();
        ToIntFunction<TrendPoint> retrievable = point -> point.states().getOrDefault(State.RETRIEVABLE, 0);
        int most = Math.max(
                1,
                points.stream()
                        .mapToInt(point -> Math.max(retrievable.applyAsInt(point), point.withFinding()))
                        .max()
                        .orElse(1));
        double bottom = 130;
        double left = 34;
        double right = Picture.WIDTH - 36;
        for (int part = 0; part <= 2; part++) {
            double y = bottom - 60.0 * part;
            picture.line(List.of(new double[] {left, y}, new double[] {right, y}), Tone.LINE);
            picture.label(left - 5, y + 4, Anchor.END, true, left, "" + Math.round(most * part / 2.0));
        }
        curve(picture, retrievable, Tone.GOOD, most, left, right, bottom);
        curve(picture, TrendPoint::withFinding, Tone.BAD, most, left, right, bottom);
        DateTimeFormatter day =
                DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(report.zone());
        picture.label(
                left,
                bottom + 16,
                Anchor.START,
                true,
                120,
                day.format(points.get(0).at()));
        picture.label(
                right,
                bottom + 16,
                Anchor.END,
                true,
                120,
                day.format(points.get(points.size() - 1).at()));
        picture.legend(bottom + 36, List.of("retrievable", "with a finding"), List.of(Tone.GOOD, Tone.BAD));
        picture.describe(points.stream()
                .map(point -> day.format(point.at()) + ": " + retrievable.applyAsInt(point) + " retrievable, "
                        + point.withFinding() + " with a finding. ")
                .collect(Collectors.joining()));
        return picture;
    }

    private void curve(
            Picture picture,
            ToIntFunction<TrendPoint> value,
            Tone tone,
            int most,
            double left,
            double right,
            double bottom) {
        List<double[]> line = new ArrayList<>();
        List<TrendPoint> points = report.trend();
        for (int i = 0; i < points.size(); i++) {
            double x = left + (right - left) * i / (points.size() - 1);
            double y = bottom - 120.0 * value.applyAsInt(points.get(i)) / most;
            line.add(new double[] {x, y});
            picture.bar(x - 2.5, y - 2.5, 5, 5, tone);
        }
        picture.line(line, tone);
        double end = line.get(line.size() - 1)[1];
        picture.label(
                right + 5, end + 4, Anchor.START, false, 36, "" + value.applyAsInt(points.get(points.size() - 1)));
    }
}
