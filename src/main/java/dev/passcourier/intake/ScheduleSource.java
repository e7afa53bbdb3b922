package dev.passcourier.intake;

import java.util.Date;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** The time of a schedule has come: the route names it in the property {@value #SCHEDULE}. */
public final class ScheduleSource implements Processor {

    /** Exchange property with the schedule's name. */
    public static final String SCHEDULE = "schedule";

    private static final String SCHEDULED_FIRE_TIME = "scheduledFireTime";

    private final ScheduleRuns runs;

    /** Over the service's schedules. */
    public ScheduleSource(ScheduleRuns runs) {
        this.runs = runs;
    }

    @Override
    public void process(Exchange exchange) {
        Date scheduled = exchange.getMessage().getHeader(SCHEDULED_FIRE_TIME, Date.class);
        exchange.getMessage().removeHeaders("*");
        runs.fire(exchange.getProperty(SCHEDULE, String.class), scheduled.toInstant());
    }
}
