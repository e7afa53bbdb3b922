package dev.passcourier.outbox;

/**
 * A finished report on its way to a destination. Holds no password.
 *
 * @param name  file name without ending, from configured names and times only
 * @param title one line for people
 * @param html  the page
 * @param csv   the same as CSV
 */
public record ReportMessage(String name, String title, String html, String csv) {}
