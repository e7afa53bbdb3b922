package dev.passcourier.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The keys of the settings that the service reads at its start only: a reload refuses a change of any of them, and the
 * reference marks them.
 */
public final class RestartKeys {

    /** Each with all that stands below it. */
    private static final List<String> KEYS = List.of(
            "service.dataDirectory",
            "service.resultLifetime",
            "service.keepFailedWork",
            "service.retryPace",
            "service.signingKey",
            "service.atRestKey",
            "service.auditHead",
            "service.minFreeSpace",
            "service.status",
            "service.tracing",
            "service.controlGroup",
            "service.allowAgents",
            "broker",
            "sources",
            "ledger",
            "local");

    private static final Pattern BELOW = Pattern.compile("[.\\[].*", Pattern.DOTALL);

    private RestartKeys() {}

    /** Whether a change of this key takes a restart. */
    public static boolean contain(String key) {
        return KEYS.stream()
                .anyMatch(each -> key.startsWith(each)
                        && (key.length() == each.length()
                                || BELOW.matcher(key.substring(each.length())).matches()));
    }
}
