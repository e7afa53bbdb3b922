package dev.passcourier.report;

import dev.passcourier.delivery.CredentialReport;

/**
 * A run's report that waits to be sent.
 *
 * @param batch    the run's id: the report's id too, the same after every restart
 * @param schedule name of the schedule, which knows the destinations
 * @param report   what to send
 */
public record DueReport(String batch, String schedule, CredentialReport report) {}
