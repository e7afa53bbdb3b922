package dev.passcourier.host;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.main.MainConfigurationProperties;
import org.jspecify.annotations.Nullable;

/** Reads the switches of a configured context: what keeps, prints or shows messages must be off. */
final class CamelCheck {

    private CamelCheck() {}

    static Stream<String> findings(CamelContext camel, MainConfigurationProperties main) {
        return switches(camel, main).entrySet().stream()
                .filter(option -> Boolean.TRUE.equals(option.getValue()))
                .map(option -> option.getKey() + ": would keep or show passwords, or change routes; switch it off");
    }

    private static Map<String, @Nullable Boolean> switches(CamelContext camel, MainConfigurationProperties main) {
        Map<String, @Nullable Boolean> on = new LinkedHashMap<>();
        on.put("camel.main.tracing", camel.isTracing());
        on.put("camel.main.tracingStandby", camel.isTracingStandby());
        on.put("camel.trace.enabled", camel.isBacklogTracing());
        on.put("camel.trace.standby", camel.isBacklogTracingStandby());
        on.put("camel.debug.enabled", camel.isDebugging());
        on.put("camel.debug.standby", camel.isDebugStandby());
        on.put("camel.main.messageHistory", camel.isMessageHistory());
        on.put("camel.main.streamCachingEnabled", camel.isStreamCaching());
        on.put(
                "camel.main.streamCachingSpoolEnabled",
                camel.getStreamCachingStrategy().isSpoolEnabled());
        on.put("camel.main.logExhaustedMessageBody", camel.isLogExhaustedMessageBody());
        on.put("camel.main.devConsoleEnabled", camel.isDevConsole());
        on.put("camel.main.dumpRoutes", camel.getDumpRoutes() != null && !"false".equals(camel.getDumpRoutes()));
        on.put(
                "camel.main.jmxEnabled",
                main.isJmxEnabled() || camel.getManagementStrategy().getManagementAgent() != null);
        on.put("camel.main.routesReloadEnabled", main.isRoutesReloadEnabled());
        on.put("camel.main.contextReloadEnabled", main.isContextReloadEnabled());
        return on;
    }
}
