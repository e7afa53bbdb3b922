package dev.passcourier.cli;

import dev.passcourier.audit.AuditDamage;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.ledger.LedgerException;
import dev.passcourier.service.RouteCheck;
import dev.passcourier.vault.KeyLoadException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import org.apache.camel.CamelException;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;

/**
 * Says why the service did not start: our own exceptions' text, Camel's where it is about settings and routes, and of
 * others, which may quote what they were given, what kind of thing failed.
 */
public final class StartFailure {

    private StartFailure() {}

    /** The reason, of one line or several. */
    public static String text(Throwable failure) {
        Throwable root = failure;
        boolean isCamels = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String known = known(cause);
            if (known != null) {
                return known;
            }
            isCamels |= cause instanceof CamelException || cause instanceof RuntimeCamelException;
            root = cause;
        }
        if (isCamels) {
            return "Camel cannot make the routes: " + RouteCheck.cause(failure) + "; run  passcourier validate";
        }
        StackTraceElement[] trace = root.getStackTrace();
        return "it failed for a reason that was not foreseen; please report it with this line: "
                + root.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    private static @Nullable String known(Throwable cause) {
        if (cause instanceof ConfigurationException || cause instanceof KeyLoadException) {
            return cause.getMessage();
        }
        if (cause instanceof AuditDamage damage && damage.kind() == AuditDamage.Kind.NEWER) {
            return damage.kind().meaning() + " (the audit trail, " + damage.file() + ":" + damage.line() + ")";
        }
        if (cause instanceof AuditDamage damage) {
            return "the audit trail is damaged, " + damage.getMessage() + ": run  passcourier audit verify";
        }
        if (cause instanceof FileSystemException file) {
            return file.getFile() + ": "
                    + (cause instanceof NoSuchFileException
                            ? "is not there"
                            : cause instanceof AccessDeniedException
                                    ? "may not be read or written by this user; run as the service's user, or chown it"
                                    : String.valueOf(file.getReason()));
        }
        if (cause instanceof LedgerException ledger && ledger.isOfNewerRelease()) {
            return ledger.getMessage()
                    + " the ledger's tables are of a newer release than this: use that release, or restore"
                    + " the backup made before the upgrade";
        }
        if (cause instanceof LedgerException) {
            return "the ledger cannot be used, " + cause.getMessage() + ": run  passcourier ledger check";
        }
        if (cause instanceof SQLException sql) {
            return "the ledger's database cannot be used, SQL state " + sql.getSQLState();
        }
        return null;
    }
}
