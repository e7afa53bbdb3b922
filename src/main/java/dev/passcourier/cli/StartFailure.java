package dev.passcourier.cli;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.vault.KeyLoadException;

/** Says why the service did not start, in one line: our own exceptions' text, of others only the kind. */
public final class StartFailure {

    private StartFailure() {}

    /** The line. */
    public static String text(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigurationException || cause instanceof KeyLoadException) {
                return cause.getMessage();
            }
            if (cause instanceof AuditDamage damage) {
                return "the audit trail is damaged, " + damage.getMessage() + ": run  passcourier audit verify";
            }
            root = cause;
        }
        StackTraceElement[] trace = root.getStackTrace();
        return "the start failed: " + root.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }
}
