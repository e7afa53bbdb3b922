package dev.passcourier.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** A collector of traces: takes OTLP over HTTP, keeps every byte, and reads of the protobuf what tests look at. */
final class OtlpReceiver implements AutoCloseable {

    /** What comes with a refusal. */
    static final String SAYS = "words-of-the-collector";

    /** A span; {@code parent} is empty for none. */
    record Span(String trace, String id, String parent, String name, Map<String, String> attributes) {}

    private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final int port;
    private HttpServer server;
    private volatile int status = 200;
    private volatile CountDownLatch held = new CountDownLatch(0);

    OtlpReceiver() throws IOException {
        server = listen(0);
        port = server.getAddress().getPort();
    }

    private HttpServer listen(int at) throws IOException {
        HttpServer listening = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        listening.setExecutor(threads);
        listening.createContext("/v1/traces", this::handle);
        listening.start();
        return listening;
    }

    /** Nobody listens from now on. */
    void goAway() {
        server.stop(0);
    }

    /** Listens again, on the same port. */
    void comeBack() throws IOException {
        server = listen(port);
    }

    String url() {
        return "http://127.0.0.1:" + port + "/v1/traces";
    }

    /** Answers with this status from now on, and takes nothing unless it is 200. */
    void answer(int code) {
        status = code;
    }

    /** Answers nobody until {@link #release}. */
    void hold() {
        held = new CountDownLatch(1);
    }

    void release() {
        held.countDown();
    }

    List<Span> spans() {
        return spans;
    }

    List<byte[]> bodies() {
        return bodies;
    }

    /** What the calls had in the header {@code Authorization}. */
    List<String> tokens() {
        return tokens;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            bodies.add(body);
            tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            held.await();
            if (status == 200) {
                read(body);
            }
            byte[] words = SAYS.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, status == 200 ? -1 : words.length);
            exchange.getResponseBody().write(status == 200 ? new byte[0] : words);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** ExportTraceServiceRequest, ResourceSpans and ScopeSpans, each with the next as its field 1 or 2. */
    private void read(byte[] request) {
        each(
                ByteBuffer.wrap(request),
                1,
                resource -> each(resource, 2, scope -> each(scope, 2, span -> spans.add(span(span)))));
    }

    private static Span span(ByteBuffer span) {
        Map<String, String> attributes = new TreeMap<>();
        each(span, 9, attribute -> attributes.put(text(attribute, 1), text(first(attribute, 2), 1)));
        return new Span(hex(span, 1), hex(span, 2), hex(span, 4), text(span, 5), attributes);
    }

    private static String hex(ByteBuffer message, int field) {
        return HexFormat.of().formatHex(bytes(first(message, field)));
    }

    private static String text(ByteBuffer message, int field) {
        return new String(bytes(first(message, field)), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer of) {
        byte[] bytes = new byte[of.remaining()];
        of.duplicate().get(bytes);
        return bytes;
    }

    private static ByteBuffer first(ByteBuffer message, int field) {
        List<ByteBuffer> found = new ArrayList<>();
        each(message, field, found::add);
        return found.isEmpty() ? ByteBuffer.allocate(0) : found.get(0);
    }

    /** Fields with this number that have a length; others are passed over. */
    private static void each(ByteBuffer message, int field, Consumer<ByteBuffer> visit) {
        ByteBuffer in = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            switch (tag & 7) {
                case 0 -> varint(in);
                case 1 -> in.getLong();
                case 5 -> in.getInt();
                default -> {
                    int length = (int) varint(in);
                    if (tag >> 3 == field) {
                        visit.accept(in.slice(in.position(), length));
                    }
                    in.position(in.position() + length);
                }
            }
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        threads.shutdownNow();
    }
}
