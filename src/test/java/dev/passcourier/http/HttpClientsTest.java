package dev.passcourier.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpClientsTest {

    /** Answers one request by hand, so that it can do what no server library would. */
    @FunctionalInterface
    private interface Script {
        void answer(OutputStream out) throws IOException, InterruptedException;
    }

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final CamelContext camel = new DefaultCamelContext();
    private final CallsInHand calls = new CallsInHand();
    private ServerSocket server;

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        camel.getRegistry()
                .bind(
                        "client",
                        new HttpClients(
                                2,
                                PemTrust.context(null),
                                new BoundedExchange(Duration.ofSeconds(2), 1000, calls),
                                null));
        camel.getRegistry().bind("headers", new ExactHeaders());
        camel.start();
    }

    @AfterEach
    void stop() throws Exception {
        camel.stop();
        server.close();
    }

    @Test
    void sendsExactlyTheHeadersThatWereSet() throws Exception {
        serve(out -> write(out, "HTTP/1.1 204 No Content\r\n\r\n"));

        send(Map.of(
                "Date", "Sat, 21 Nov 2026 10:00:00 GMT",
                "Content-Type", "application/json; charset=utf-8",
                "X-Token", "abc",
                "CamelHttpUri", "http://127.0.0.1:1/elsewhere",
                "camelhttppath", "/elsewhere",
                "Host", "elsewhere.example",
                "Content-Length", "9999",
                "X-Split", "a\r\nX-Injected: b"));

        assertThat(headersSeen())
                .containsOnlyKeys(
                        "date", "content-type", "x-token", "host", "content-length", "user-agent", "connection")
                .containsEntry("date", "Sat, 21 Nov 2026 10:00:00 GMT")
                .containsEntry("content-type", "application/json; charset=utf-8")
                .containsEntry("content-length", "2")
                .containsEntry("host", "127.0.0.1:" + server.getLocalPort())
                .containsEntry("user-agent", "passcourier")
                .containsEntry("connection", "close");
        assertThat(seen.get(0)).startsWith("POST /here HTTP/1.1");
    }

    /** The client would write a question mark, or one byte of Latin-1, and the remote end deny a token that is not ours. */
    @ParameterizedTest
    @ValueSource(strings = {"t\u00F6ken", "\uD1A0\uD070", "token\u200B", "\uFF54oken"})
    void sendsNothingIfAHeaderWouldNotArriveAsItIs(String token) {
        serve(out -> write(out, "HTTP/1.1 204 No Content\r\n\r\n"));

        assertThatThrownBy(() -> send(Map.of("X-Token", token)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("HEADER_NOT_ASCII");
        assertThat(seen).isEmpty();
    }

    @Test
    void answersHeadersComeInButNotCamels() throws Exception {
        serve(out ->
                write(out, "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nCamelFileName: x\r\nContent-Length: 2\r\n\r\nhi"));

        Exchange answer = send(Map.of());

        assertThat(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE)).isEqualTo(429);
        assertThat(answer.getMessage().getHeader("Retry-After")).isEqualTo("7");
        assertThat(answer.getMessage().getHeaders()).doesNotContainKey("CamelFileName");
        assertThat(answer.getMessage().getBody(String.class)).isEqualTo("hi");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void neverFollowsARedirect(int status) throws Exception {
        serve(out -> write(
                out,
                "HTTP/1.1 " + status + " Elsewhere\r\nLocation: http://127.0.0.1:" + server.getLocalPort()
                        + "/elsewhere\r\nContent-Length: 0\r\n\r\n"));

        assertThat(send(Map.of()).getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE))
                .isEqualTo(status);
        assertThat(seen).hasSize(1);
    }

    /** Its buffers would hold what was said last. */
    @Test
    void keepsNoConnectionThoughTheFarSideWould() throws Exception {
        serve(out -> write(out, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"));

        send(Map.of());
        send(Map.of());

        assertThat(seen).hasSize(2);
        assertThat(accepted).hasValue(2);
    }

    @Test
    void keepsNoCookies() throws Exception {
        serve(out -> write(out, "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"));

        send(Map.of());
        send(Map.of());

        assertThat(seen).hasSize(2).noneMatch(request -> request.contains("a=b"));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void leavesWaitingAndRepeatingToUs(int status) throws Exception {
        serve(out -> write(out, "HTTP/1.1 " + status + " No\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"));

        send(Map.of());

        assertThat(seen).hasSize(1);
    }

    @Test
    void takesAnAnswerAtTheLimitAndRefusesOneAboveIt() throws Exception {
        serve(out -> write(out, chunked(1000)));
        assertThat(send(Map.of()).getMessage().getBody(String.class)).hasSize(1000);

        server.close();
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        serve(out -> write(out, chunked(1001)));
        assertThatThrownBy(() -> send(Map.of())).isInstanceOf(IOException.class);
    }

    @Test
    void refusesAFloodAtOnce() throws Exception {
        serve(out -> {
            write(out, "HTTP/1.1 200 OK\r\n\r\n");
            byte[] block = new byte[8192];
            while (true) {
                out.write(block);
            }
        });

        assertThatThrownBy(() -> send(Map.of())).isInstanceOf(IOException.class);
    }

    @Test
    void refusesAnAnnouncedFloodAndACompressedAnswer() throws Exception {
        serve(out -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\nx"));
        assertThatThrownBy(() -> send(Map.of())).isInstanceOf(IOException.class);

        server.close();
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        serve(out -> write(out, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"));
        assertThatThrownBy(() -> send(Map.of())).isInstanceOf(IOException.class);
    }

    /** Lengths that are no numbers, differ from what comes, or come twice, and heads without an end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 999999\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nx",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnone\r\nx",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
                "HTTP/9.9 200 OK\r\nContent-Length: 1\r\n\r\nx",
                "SMTP ready\r\n\r\n"
            })
    void doesNotBelieveALyingAnswer(String answer) throws Exception {
        serve(out -> {
            write(out, answer);
            throw new IOException("and hang up");
        });

        assertThatThrownBy(() -> send(Map.of()).getMessage().getBody(String.class))
                .isInstanceOf(Exception.class);
    }

    @Test
    void takesNoMoreOfAnAnswerThanItAnnounced() throws Exception {
        serve(out -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and much more");
            throw new IOException("and hang up");
        });

        assertThat(send(Map.of()).getMessage().getBody(String.class)).isEqualTo("hi");
    }

    @Test
    void refusesAHeadWithoutAnEnd() throws Exception {
        serve(out -> {
            write(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                write(out, "X-More: " + "x".repeat(1000) + "\r\n");
            }
        });

        assertThatThrownBy(() -> send(Map.of())).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n\r\n"})
    void endsADrippingExchange(String head) throws Exception {
        serve(out -> {
            write(out, head);
            while (true) {
                write(out, "H");
                Thread.sleep(100);
            }
        });

        assertThatThrownBy(() -> send(Map.of())).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n"})
    void cutsACallInHandAndEveryOneAfterIt(String head) throws Exception {
        camel.getRegistry()
                .bind(
                        "client",
                        new HttpClients(
                                2,
                                PemTrust.context(null),
                                new BoundedExchange(Duration.ofHours(1), 1000, calls),
                                null));
        serve(out -> {
            write(out, head);
            for (int i = 0; true; i++) {
                write(out, i % 8 == 7 && head.endsWith("\r\n\r\n") ? "\n" : "H");
                Thread.sleep(50);
            }
        });
        CompletableFuture<Exchange> call = CompletableFuture.supplyAsync(() -> {
            try {
                return send(Map.of());
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
        await().until(() -> !seen.isEmpty());
        assertThat(call).isNotDone();

        calls.cut();

        assertThat(call)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withRootCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> send(Map.of())).isInstanceOf(IOException.class);
    }

    private Exchange send(Map<String, Object> headers) throws Exception {
        String uri = "http://127.0.0.1:" + server.getLocalPort()
                + "/here?httpMethod=POST&throwExceptionOnFailure=false&copyHeaders=false&skipControlHeaders=true"
                + "&httpClientConfigurer=#client&headerFilterStrategy=#headers";
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            Exchange answer = template.send(uri, exchange -> {
                exchange.getMessage().setHeaders(new HashMap<>(headers));
                exchange.getMessage().setBody("{}".getBytes(StandardCharsets.UTF_8));
            });
            if (answer.getException() != null) {
                throw answer.getException();
            }
            return answer;
        }
    }

    private void serve(Script script) {
        ServerSocket listening = server;
        Thread thread = new Thread(() -> {
            while (!listening.isClosed()) {
                try (Socket socket = listening.accept()) {
                    accepted.incrementAndGet();
                    while (request(socket.getInputStream())) {
                        script.answer(socket.getOutputStream());
                    }
                } catch (IOException | InterruptedException e) {
                    // The client has gone: wait for the next one.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** Reads a head and a body of two bytes; answers are then written, and the connection kept for one more, if the client wants to. */
    private boolean request(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return false;
            }
            head.append((char) c);
        }
        in.readNBytes(2);
        seen.add(head.toString());
        return true;
    }

    private Map<String, String> headersSeen() {
        Map<String, String> headers = new TreeMap<>();
        seen.get(0).lines().skip(1).filter(line -> !line.isEmpty()).forEach(line -> {
            String[] parts = line.split(": ", 2);
            headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
        });
        return headers;
    }

    private static String chunked(int size) {
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(size) + "\r\n"
                + "x".repeat(size) + "\r\n0\r\n\r\n";
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
