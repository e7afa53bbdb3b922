package dev.passcourier.config;

import java.util.List;
import java.util.stream.Collectors;

/** A settings file stops the start. Carries everything that is wrong with it, in the file's order. */
public final class InvalidConfigurationException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Finding> findings;

    InvalidConfigurationException(List<Finding> findings) {
        super(findings.stream().map(Finding::toString).collect(Collectors.joining(System.lineSeparator())));
        this.findings = List.copyOf(findings);
    }

    /** What is wrong, never empty. */
    public List<Finding> findings() {
        return findings;
    }
}
