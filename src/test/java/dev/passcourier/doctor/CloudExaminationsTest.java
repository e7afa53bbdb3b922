package dev.passcourier.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.passcourier.config.SecretRef;
import dev.passcourier.config.Settings;
import dev.passcourier.provider.SecretFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tencent accounts; each test decides what the cloud answers to signed calls. */
class CloudExaminationsTest {

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger tried = new AtomicInteger();
    private final Map<String, Settings.Account> accounts = new TreeMap<>();
    private final Map<String, SecretRef> keys = new HashMap<>();
    private HttpServer cloud;

    @BeforeEach
    void start() throws Exception {
        cloud = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        cloud.setExecutor(threads);
        cloud.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        cloud.stop(0);
        threads.shutdownNow();
    }

    @Test
    void whoClosesWaitsForNoSilentCloudAndNoAccountIsTriedAfterwards() throws Exception {
        cloudAnswers(exchange -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        account("first", "ap-shanghai", "key-of-first");
        account("second", "ap-shanghai", "key-of-second");
        CloudExaminations clouds = new CloudExaminations(Path.of("routes"), accounts, Clock.systemUTC());
        List<CompletableFuture<Diagnosis>> found = clouds.all().stream()
                .map(each -> CompletableFuture.supplyAsync(each::examine, threads))
                .toList();
        await().atMost(Duration.ofSeconds(20)).until(() -> tried.get() == 1);

        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> close(clouds), threads);

        assertThat(closed).succeedsWithin(Duration.ofSeconds(10));
        assertThat(found).allSatisfy(each -> assertThat(each)
                .succeedsWithin(Duration.ofSeconds(10))
                .extracting(Diagnosis::level)
                .isEqualTo(Diagnosis.Level.FAIL));
        assertThat(tried).hasValue(1);
    }

    @Test
    void aRefusedKeyIsTriedOnceWhicheverRegionsItsAccountsAskAndAnotherKeyByItself() throws Exception {
        cloudAnswers(exchange -> answer(
                exchange, "{\"Response\":{\"Error\":{\"Code\":\"AuthFailure.SignatureFailure\",\"Message\":\"x\"}}}"));
        account("first", "ap-shanghai", "mistyped");
        account("second", "ap-guangzhou", "mistyped");
        account("third", "ap-shanghai", "mistyped too");

        try (CloudExaminations clouds = new CloudExaminations(Path.of("routes"), accounts, Clock.systemUTC())) {
            assertThat(clouds.all())
                    .extracting(each -> each.examine().says())
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("DENIED AuthFailure.SignatureFailure"),
                            second -> assertThat(second)
                                    .startsWith("not tried, as another account's same credentials were: DENIED"),
                            third -> assertThat(third).startsWith("DENIED AuthFailure.SignatureFailure"));
        }
        assertThat(tried).hasValue(2);
    }

    private static void close(CloudExaminations clouds) {
        try {
            clouds.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void account(String name, String region, String key) {
        var settings = new ObjectMapper()
                .valueToTree(Map.of(
                        "region",
                        region,
                        "endpoint",
                        "http://127.0.0.1:" + cloud.getAddress().getPort(),
                        "secretId",
                        "AKIDexample",
                        "secretKey",
                        keys.computeIfAbsent(key, each -> SecretFiles.write(directory, each))
                                .reference()));
        accounts.put(
                name,
                new Settings.Account(
                        "tencent-gse",
                        null,
                        null,
                        1,
                        false,
                        false,
                        Settings.AfterDelivery.KEEP,
                        null,
                        false,
                        settings));
    }

    private void cloudAnswers(HttpHandler signed) {
        cloud.createContext("/", exchange -> {
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            } else {
                tried.incrementAndGet();
                signed.handle(exchange);
            }
        });
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
