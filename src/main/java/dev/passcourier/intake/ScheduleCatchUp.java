package dev.passcourier.intake;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Looks for planned times that were missed. */
public final class ScheduleCatchUp implements Processor {

    private final ScheduleRuns runs;

    /** Over the service's schedules. */
    public ScheduleCatchUp(ScheduleRuns runs) {
        this.runs = runs;
    }

    @Override
    public void process(Exchange exchange) {
        runs.catchUp();
    }
}
