package dev.passcourier.benchmark;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A cloud that answers {@code os-server-password} as Huawei Cloud does, in a process of its own, and costs little. It
 * believes any signature. Under {@code /control} it is told how long to take and how many calls a second to allow, and
 * tells what it counted.
 */
final class CloudStub {

    private static final long SECOND = 1_000_000_000L;

    private final List<String> ciphertexts;
    private final Deque<Long> lastSecond = new ArrayDeque<>();
    private volatile long latencyMillis;
    private volatile int allowedPerSecond = Integer.MAX_VALUE;
    private long calls;
    private long throttled;
    private int mostInOneSecond;

    private CloudStub(List<String> ciphertexts) {
        this.ciphertexts = ciphertexts;
    }

    /**
     * Serves until it is killed.
     *
     * @param arguments a file with one ciphertext a line: the password of instance {@code i-<n>} is in line n
     */
    public static void main(String[] arguments) throws IOException {
        CloudStub cloud = new CloudStub(Files.readAllLines(Path.of(arguments[0])));
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ServerSocket server = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress())) {
            System.out.println("port " + server.getLocalPort());
            while (true) {
                Socket connection = server.accept();
                threads.execute(() -> cloud.serve(connection));
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream(), 8 << 10);
            OutputStream out = new BufferedOutputStream(connection.getOutputStream(), 8 << 10);
            for (String path = line(in); !path.isEmpty(); path = line(in)) {
                boolean last = false;
                for (String header = line(in); !header.isEmpty(); header = line(in)) {
                    last |= header.equalsIgnoreCase("Connection: close");
                }
                answer(path.split(" ", -1)[1], out);
                out.flush();
                if (last) {
                    return;
                }
            }
        } catch (IOException | InterruptedException e) {
            // Whoever asked has gone.
        }
    }

    private void answer(String path, OutputStream out) throws IOException, InterruptedException {
        String[] parts = path.split("/", -1);
        if (parts[1].equals("control")) {
            send(out, "200 OK", control(parts));
        } else if (isAllowed()) {
            if (latencyMillis > 0) {
                Thread.sleep(latencyMillis);
            }
            int instance = Integer.parseInt(parts[4].substring(2));
            send(out, "200 OK", "{\"password\":\"" + ciphertexts.get(instance) + "\"}");
        } else {
            send(out, "429 Too Many Requests", "{\"error_code\":\"APIGW.0308\",\"error_msg\":\"throttled\"}");
        }
    }

    /** Whether fewer calls than allowed came within the last second; refused ones do not count. */
    private synchronized boolean isAllowed() {
        long now = System.nanoTime();
        while (!lastSecond.isEmpty() && now - lastSecond.peekFirst() >= SECOND) {
            lastSecond.removeFirst();
        }
        calls++;
        if (lastSecond.size() >= allowedPerSecond) {
            throttled++;
            return false;
        }
        lastSecond.addLast(now);
        mostInOneSecond = Math.max(mostInOneSecond, lastSecond.size());
        return true;
    }

    /** {@code /control/<latency in ms>/<calls a second, or 0>} sets anew, {@code /control} tells. */
    private synchronized String control(String[] parts) {
        if (parts.length == 4) {
            latencyMillis = Long.parseLong(parts[2]);
            int allowed = Integer.parseInt(parts[3]);
            allowedPerSecond = allowed == 0 ? Integer.MAX_VALUE : allowed;
            lastSecond.clear();
            calls = 0;
            throttled = 0;
            mostInOneSecond = 0;
        }
        return calls + " " + throttled + " " + mostInOneSecond;
    }

    private static void send(OutputStream out, String status, String body) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII));
    }

    /** The next line, or an empty one at the end. */
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(128);
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
