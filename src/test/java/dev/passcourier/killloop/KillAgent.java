package dev.passcourier.killloop;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import java.lang.instrument.Instrumentation;
import java.util.Map;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import org.apache.camel.CamelContext;

/**
 * Puts {@link KillPoints} between the routes' nodes, and marks places within our beans and the broker's client as points,
 * so that the product needs no hooks for it.
 */
public final class KillAgent {

    /** By class the method that is marked; its points are called {@code before} and {@code after} {@code Class.method}. */
    static final Map<String, String> MARKED = Map.of(
            "dev.passcourier.intake.DropDirectory", "claim",
            "dev.passcourier.intake.BatchHandOver", "record",
            "dev.passcourier.broker.JmsIntakeSender", "send",
            "dev.passcourier.intake.TakeBatchFileStep", "take",
            "dev.passcourier.report.BatchResults", "write",
            "dev.passcourier.report.BatchReporter", "reported",
            "dev.passcourier.ledger.LedgerProjector", "apply",
            "dev.passcourier.audit.FileAuditTrail", "append",
            "org.apache.activemq.artemis.jms.client.ActiveMQSession", "commit");

    private KillAgent() {}

    /** Called by the JVM before the program. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        AgentBuilder agent = new AgentBuilder.Default();
        for (Map.Entry<String, String> marked : MARKED.entrySet()) {
            agent = agent.type(named(marked.getKey()))
                    .transform((builder, type, loader, module, domain) ->
                            builder.visit(Advice.to(Mark.class).on(named(marked.getValue()))));
        }
        agent.type(named("dev.passcourier.service.PasscourierService"))
                .transform((builder, type, loader, module, domain) -> builder.visit(
                        Advice.to(Install.class).on(named("bind").and(takesArguments(CamelContext.class)))))
                .installOn(instrumentation);
    }

    /** Is copied in where the service binds its beans, before the routes are read. */
    static final class Install {

        private Install() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(0) CamelContext camel) {
            KillPoints.install(camel);
        }
    }

    /** Is copied into the marked methods. */
    static final class Mark {

        private Mark() {}

        @Advice.OnMethodEnter
        static void enter(@Advice.Origin("#t.#m") String where) {
            KillPoints.reach("before " + where.substring(where.lastIndexOf('.', where.lastIndexOf('.') - 1) + 1));
        }

        @Advice.OnMethodExit
        static void exit(@Advice.Origin("#t.#m") String where) {
            KillPoints.reach("after " + where.substring(where.lastIndexOf('.', where.lastIndexOf('.') - 1) + 1));
        }
    }
}
