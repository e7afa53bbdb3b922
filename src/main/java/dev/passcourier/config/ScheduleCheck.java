package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.ParseException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.quartz.CronExpression;

/** Checks that planned times can be understood and will ever come, and that no deadline is too far for a request. */
final class ScheduleCheck {

    /** How many fields an expression of crontab has, and where fields of Quartz stand. */
    private static final int CRONTAB = 5;

    private static final int DAY = 3;
    private static final int MONTH = 4;
    private static final int WEEKDAY = 5;

    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");

    private static final Pattern WORD = Pattern.compile("\\p{L}{2,}");

    /** Not the number of a step. */
    private static final Pattern NUMBERED_DAY = Pattern.compile("(?<![0-9/])[0-7](?![0-9])");

    private final Findings findings;
    private final Clock clock;

    private ScheduleCheck(Findings findings, Clock clock) {
        this.findings = findings;
        this.clock = clock;
    }

    static void of(JsonNode root, Findings findings, Clock clock) {
        ScheduleCheck check = new ScheduleCheck(findings, clock);
        for (String section : List.of("schedules", "reports")) {
            Sections.each(root, section, (key, planned) -> {
                check.cron(key + ".cron", planned.path("cron"));
                check.timeZone(key + ".timeZone", planned.path("timeZone"));
                check.deadline(key + ".deadline", planned.path("deadline"));
            });
        }
        check.deadline("service.defaultDeadline", root.path("service").path("defaultDeadline"));
        check.deadline(
                "sources.file.defaults.deadline",
                root.path("sources").path("file").path("defaults").path("deadline"));
    }

    private void cron(String key, JsonNode cron) {
        if (!cron.isTextual()) {
            return;
        }
        try {
            boolean comes = new CronExpression(cron.asText()).getNextValidTimeAfter(Date.from(clock.instant())) != null;
            if (!comes) {
                findings.add(key, "lies in the past for good", "correct the year, or leave it out");
            }
        } catch (ParseException | RuntimeException e) {
            findings.add(
                    key,
                    "is no Quartz cron expression",
                    mended(cron.asText())
                            .map(right -> "did you mean '" + right + "'?")
                            .orElse("write second minute hour day month weekday, for example 0 0 2 * * ? for two at"
                                    + " night"));
        }
    }

    /**
     * The expression that was most likely meant: misspelt months and weekdays put right, the five fields of crontab
     * completed, and {@code ?} for one of two days, as Quartz demands.
     */
    private static Optional<String> mended(String cron) {
        List<String> fields = new ArrayList<>(List.of(cron.strip().split("\\s+")));
        if (fields.size() == CRONTAB) {
            fields.set(
                    CRONTAB - 1,
                    NUMBERED_DAY
                            .matcher(fields.get(CRONTAB - 1))
                            .replaceAll(day -> DAYS.get(Integer.parseInt(day.group()) % DAYS.size())));
            fields.add(0, "0");
        }
        if (fields.size() <= WEEKDAY) {
            return Optional.empty();
        }
        fields.set(MONTH, words(fields.get(MONTH), MONTHS));
        fields.set(WEEKDAY, words(fields.get(WEEKDAY), DAYS));
        if (fields.get(WEEKDAY).equals("*") && !fields.get(DAY).equals("?")) {
            fields.set(WEEKDAY, "?");
        } else if (fields.get(DAY).equals("*") && !fields.get(WEEKDAY).equals("?")) {
            fields.set(DAY, "?");
        }
        return Optional.of(String.join(" ", fields)).filter(CronExpression::isValidExpression);
    }

    private static String words(String field, List<String> known) {
        return WORD.matcher(field).replaceAll(word -> {
            String written = word.group().toUpperCase(Locale.ROOT);
            return known.stream()
                    .filter(written::startsWith)
                    .findFirst()
                    .or(() -> Suggestion.nearest(written, known))
                    .orElse(written);
        });
    }

    /** One that is no duration is the schema's to tell. */
    private void deadline(String key, JsonNode deadline) {
        try {
            if (deadline.isTextual()
                    && SettingsMapper.duration(deadline.asText()).compareTo(Settings.LONGEST_DEADLINE) > 0) {
                findings.add(
                        key,
                        "is too long: requests with such a deadline are refused",
                        "at most " + Settings.LONGEST_DEADLINE.toDays() + "d");
            }
        } catch (IllegalArgumentException e) {
            // Told already.
        }
    }

    private void timeZone(String key, JsonNode zone) {
        if (!zone.isTextual()) {
            return;
        }
        try {
            ZoneId.of(zone.asText());
        } catch (DateTimeException e) {
            findings.add(key, "is no known time zone", hint(zone.asText()));
        }
    }

    private static String hint(String zone) {
        String hint = Suggestion.forWord(zone, ZoneId.getAvailableZoneIds());
        return hint.startsWith("did") ? hint : "for example UTC or Asia/Shanghai";
    }
}
