package dev.passcourier.config;

import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import org.quartz.CronExpression;

/** The planned times of a schedule as people check them: with weekday, offset and zone. */
public final class ScheduleTimes {

    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("EEE yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT);

    private ScheduleTimes() {}

    /**
     * The next times, such as {@code Mon 2026-11-30 02:00:00 +09:00 Asia/Seoul}; fewer if no more will come.
     *
     * @param zone  in which the expression is read
     * @param after only later ones
     * @throws ConfigurationException if the cron expression is none
     */
    public static List<String> next(String expression, ZoneId zone, Instant after, int count)
            throws ConfigurationException {
        CronExpression cron;
        try {
            cron = new CronExpression(expression);
        } catch (ParseException e) {
            throw new ConfigurationException("cron: is no Quartz cron expression");
        }
        cron.setTimeZone(TimeZone.getTimeZone(zone));
        List<String> times = new ArrayList<>();
        Date last = Date.from(after);
        while (times.size() < count && (last = cron.getNextValidTimeAfter(last)) != null) {
            times.add(FORM.format(last.toInstant().atZone(zone)) + " " + zone.getId());
        }
        return times;
    }
}
