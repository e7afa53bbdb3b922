package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.passcourier.secrecy.CapturedOutput;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.lang.reflect.Proxy;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.Test;

class GatedContainersTest {

    @Test
    void aFailureWhoseMessageCannotBeGivenBackIsLoggedWithoutItsText() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext();
                CapturedOutput said = new CapturedOutput()) {
            Configurator.setLevel(GatedContainers.Gated.class.getName(), Level.ERROR);
            camel.addComponent("broker", new JmsComponent());
            var container = (GatedContainers.Gated) new GatedContainers(Gate.OPEN)
                    .createMessageListenerContainer(camel.getEndpoint("broker:queue:work", JmsEndpoint.class));

            assertThatThrownBy(() -> container.rollbackOnExceptionIfNecessary(
                            brokenSession(),
                            new IllegalStateException("Tr0ub4dor", new IllegalArgumentException("Tr0ub4dor"))))
                    .isInstanceOf(JMSException.class);

            assertThat(said.log())
                    .contains("rollback error", "java.lang.IllegalStateException", "GatedContainersTest")
                    .doesNotContain("Tr0ub4dor");
        } finally {
            Configurator.setLevel(GatedContainers.Gated.class.getName(), Level.OFF);
        }
    }

    private static Session brokenSession() {
        return (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> {
                    throw new JMSException("the broker is gone");
                });
    }
}
