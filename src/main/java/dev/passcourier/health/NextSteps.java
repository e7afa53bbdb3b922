package dev.passcourier.health;

/** What whoever is on call does about a check that is down: one or two sentences. */
final class NextSteps {

    private static final String BY_ITSELF = " Work goes on by itself then.";

    private NextSteps() {}

    static String on(CheckState state, HealthProblem problem) {
        int dot = state.name().indexOf('.');
        String kind = dot < 0 ? state.name() : state.name().substring(0, dot);
        String name = state.name().substring(dot + 1);
        if (!problem.says().isEmpty()) {
            return problem.says();
        }
        return switch (kind) {
            case "disk", "drop-directory" -> disk(problem.code());
            case "audit" -> audit(problem.code());
            case "ledger" -> ledger(problem.code());
            case "broker" ->
                "See that the broker of broker.url runs and can be reached; doctor says what it answers." + BY_ITSELF;
            case "account" -> account(problem.code(), name);
            case "destination" -> destination(problem.code(), name);
            case "recipient" ->
                "Get a new public key from the recipient and name it at recipients." + name
                        + ".key, before the old one ends.";
            default -> "bin/passcourier doctor says more.";
        };
    }

    private static String disk(String code) {
        return switch (code) {
            case "DISK_LOW" -> "Free space on that disk, or lower service.minFreeSpace." + BY_ITSELF;
            case "DIRECTORY_GONE" -> "Make the directory again, or mount its disk." + BY_ITSELF;
            default -> "bin/passcourier validate says what is wrong with the directory." + BY_ITSELF;
        };
    }

    private static String audit(String code) {
        return code.equals("AUDIT_CHANGED")
                ? "Somebody else wrote to the audit trail. Keep a copy of it, see what bin/passcourier audit verify says,"
                        + " and who it was."
                : "Free space where the audit trail lies, and see that it can be written to." + BY_ITSELF;
    }

    private static String ledger(String code) {
        return switch (code) {
            case "LEDGER_DATABASE", "LEDGER_SILENT" ->
                "See that the ledger's database runs, can be reached and has room." + BY_ITSELF;
            case "LEDGER_BEHIND" -> "Nothing yet: the ledger catches up with the audit trail.";
            default -> "Restart the service; then let bin/passcourier ledger check compare ledger and trail.";
        };
    }

    private static String account(String code, String name) {
        if (code.startsWith("SIGN_IN_REFUSED_")) {
            return "Its requests end DENIED. Correct the credentials of account " + name
                    + " or its rights in the cloud; bin/passcourier doctor tries them.";
        }
        return code.equals("PAUSED")
                ? "Nothing: the cloud asked us to wait. If it does so often, lower the account's rate."
                : "The cloud failed ten times in a row, and is asked again from time to time. bin/passcourier doctor says"
                        + " what it answers.";
    }

    private static String destination(String code, String name) {
        if (code.equals("DESTINATION_GONE")) {
            return "The receiver said that it is gone for good (410). When its owner has mended it:"
                    + " bin/passcourier redrive enable " + name + ".";
        }
        String how =
                switch (code) {
                    case "JMS_REFUSED" -> "Our user may not send there: grant it that.";
                    case "JMS_NO_QUEUE" -> "There is no such queue: make it, or correct the settings.";
                    case "JMS_QUEUE_FULL" -> "Its queue is full: somebody has to collect what lies there.";
                    case "DNS" -> "Its host name is not found: check name and DNS.";
                    case "TLS" -> "No trusted TLS connection to it: check its certificate and trust.";
                    case "SECRET" -> "Our secret for it cannot be read: correct the file.";
                    case "IO", "SEND", "CONNECT", "TIMEOUT" ->
                        "It cannot be reached or does not answer: see that it runs, and check host, port and firewall.";
                    default ->
                        code.matches("(HTTP|SMTP)_[0-9]{3}")
                                ? "It answered " + code.substring("HTTP_".length())
                                        + ": bin/passcourier doctor says more."
                                : "The latest delivery failed: see that it runs and takes what we send.";
                };
        return how + " Deliveries are tried again by themselves; bin/passcourier status --destination " + name
                + " says when.";
    }
}
