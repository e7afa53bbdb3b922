package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerAccessTest {

    /** What operators write into {@code broker.url}; the last is Artemis' own way to name a pair. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://localhost:61616",
                "tcp://localhost:61616?sslEnabled=true&trustStorePath=ca.pem",
                "tcp://localhost:61616?consumerWindowSize=1048576",
                "tcp://localhost:61616?consumerWindowSize=-1&callTimeout=10000",
                "(tcp://one:61616,tcp://two:61616)?ha=true&consumerWindowSize=300000",
                "tcp://one:61616?ha=true#tcp://two:61616"
            })
    void fetchesNothingAheadWhateverTheUrlSays(String url) throws Exception {
        try (ActiveMQConnectionFactory factory = new BrokerAccess(url, "courier", "secret").factory()) {
            assertThat(factory.getConsumerWindowSize()).isZero();
            assertThat(factory.getServerLocator().getConsumerWindowSize()).isZero();
            assertThat(factory.getServerLocator().getStaticTransportConfigurations())
                    .hasSize(url.contains("two") ? 2 : 1);
        }
    }
}
