package dev.passcourier.host;

import java.util.List;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Looks for loggers that would print what goes over wires: bodies, headers, log-ins, message properties. */
final class LoggerCheck {

    private static final List<String> WIRES = List.of(
            "org.apache.hc.client5.http",
            "org.apache.hc.client5.http.headers",
            "org.apache.hc.client5.http.wire",
            "org.apache.hc.core5",
            "org.apache.camel",
            "org.apache.camel.component.http",
            "org.apache.camel.component.jms",
            "org.apache.camel.component.mail",
            "org.apache.camel.tracing",
            "org.apache.activemq.artemis",
            "org.apache.activemq.artemis.core.protocol",
            "org.eclipse.angus.mail",
            "org.springframework.jms",
            "io.netty.handler.logging");

    /** These libraries log past SLF4J, to the JDK's own loggers. */
    private static final List<String> WIRES_OF_JDK = List.of(
            "org.eclipse.angus.mail",
            "jakarta.mail",
            "javax.net.ssl",
            "org.postgresql",
            "sun.net.www",
            "jdk.httpclient");

    private LoggerCheck() {}

    static Stream<String> findings() {
        Stream<String> ours =
                WIRES.stream().filter(name -> LoggerFactory.getLogger(name).isDebugEnabled());
        Stream<String> theirs = WIRES_OF_JDK.stream()
                .filter(name -> java.util.logging.Logger.getLogger(name).isLoggable(Level.FINE));
        return Stream.concat(ours, theirs)
                .distinct()
                .map(name -> "logger " + name + ": prints what goes over the wire below INFO; set it to WARN");
    }
}
