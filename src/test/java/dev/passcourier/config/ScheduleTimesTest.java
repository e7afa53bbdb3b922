package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTimesTest {

    @Test
    void showsWeekdayOffsetAndZone() throws Exception {
        assertThat(next("0 0 2 ? * MON", "Asia/Seoul", "2026-11-29T12:00:00Z"))
                .containsExactly(
                        "Mon 2026-11-30 02:00:00 +09:00 Asia/Seoul",
                        "Mon 2026-12-07 02:00:00 +09:00 Asia/Seoul",
                        "Mon 2026-12-14 02:00:00 +09:00 Asia/Seoul");
    }

    @Test
    void showsWhereTheClocksAreChanged() throws Exception {
        assertThat(next("0 0 4 * * ?", "Europe/Berlin", "2026-10-23T12:00:00Z"))
                .containsExactly(
                        "Sat 2026-10-24 04:00:00 +02:00 Europe/Berlin",
                        "Sun 2026-10-25 04:00:00 +01:00 Europe/Berlin",
                        "Mon 2026-10-26 04:00:00 +01:00 Europe/Berlin");
    }

    @Test
    void showsFewerIfNoMoreWillCome() throws Exception {
        assertThat(next("0 0 12 24 12 ? 2026", "UTC", "2026-11-29T12:00:00Z"))
                .containsExactly("Thu 2026-12-24 12:00:00 +00:00 UTC");
    }

    private static List<String> next(String cron, String zone, String after) throws ConfigurationException {
        var schedule = new Settings.Schedule(cron, ZoneId.of(zone), Path.of("list.csv"), List.of());
        return ScheduleTimes.next(schedule.cron(), schedule.timeZone(), Instant.parse(after), 3);
    }
}
