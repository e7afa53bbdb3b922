package dev.passcourier.health;

import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** A step at an edge that does nothing while the gate is shut: what it would have taken stays where it is. */
public final class WhileOpen implements Processor {

    private final BooleanSupplier open;
    private final Processor step;

    /** The step behind a gate. */
    public WhileOpen(BooleanSupplier open, Processor step) {
        this.open = open;
        this.step = step;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        if (open.getAsBoolean()) {
            step.process(exchange);
        }
    }
}
