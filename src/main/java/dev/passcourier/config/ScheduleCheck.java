package dev.passcourier.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.ParseException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Date;
import org.quartz.CronExpression;

/** Checks that planned times can be understood and will ever come. */
final class ScheduleCheck {

    private final Findings findings;
    private final Clock clock;

    private ScheduleCheck(Findings findings, Clock clock) {
        this.findings = findings;
        this.clock = clock;
    }

    static void of(JsonNode root, Findings findings, Clock clock) {
        ScheduleCheck check = new ScheduleCheck(findings, clock);
        Sections.each(root, "schedules", (key, schedule) -> {
            check.cron(key + ".cron", schedule.path("cron"));
            check.timeZone(key + ".timeZone", schedule.path("timeZone"));
        });
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
                    "write second minute hour day month weekday, for example 0 0 2 * * ? for two at night");
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
