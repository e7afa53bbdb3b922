package dev.passcourier.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.service.PlainArtemis;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueueDeclarerTest {

    @TempDir
    Path directory;

    @Test
    void nodesThatStartTogetherOnANewBrokerMakeEveryQueueOnce() throws Exception {
        List<String> queues = IntStream.range(0, 50).mapToObj(i -> "queue-" + i).toList();
        ExecutorService nodes = Executors.newFixedThreadPool(3);
        try (PlainArtemis broker = PlainArtemis.start(directory, "secret", "secret")) {
            CyclicBarrier together = new CyclicBarrier(3);
            Callable<Void> start = () -> {
                BrokerAccess access = new BrokerAccess(broker.url(), PlainArtemis.COURIER, "secret");
                together.await();
                QueueDeclarer.declare(access, queues);
                return null;
            };
            for (Future<Void> node : nodes.invokeAll(List.of(start, start, start))) {
                node.get();
            }
            assertThat(queues)
                    .allSatisfy(queue -> assertThat(broker.queue(queue)).isNotNull());
        } finally {
            nodes.shutdownNow();
        }
    }
}
