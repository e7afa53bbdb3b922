package dev.passcourier.delivery;

import java.util.Map;

/**
 * One destination's sink: the route template to instantiate, with what it needs.
 *
 * @param template   id of the route template
 * @param parameters values of the template's parameters; no secrets
 * @param beans      beans to bind in Camel's registry beforehand, by name
 */
public record Sink(String template, Map<String, String> parameters, Map<String, Object> beans) {

    /** Copies the maps. */
    public Sink {
        parameters = Map.copyOf(parameters);
        beans = Map.copyOf(beans);
    }

    /** Names the template and its parameters. */
    @Override
    public String toString() {
        return "Sink[" + template + " " + parameters + "]";
    }
}
