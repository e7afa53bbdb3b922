package dev.passcourier.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A {@link PlainArtemis} in a process of its own. */
public final class ArtemisProcess implements AutoCloseable {

    public static final String ANOTHER_PROGRAMS_QUEUE = "orders.passwords";

    private final Process process;
    private final int port;

    private ArtemisProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it; the users' passwords go over by environment. */
    public static ArtemisProcess start(Path directory, String servicePassword, String ticketingPassword)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ArtemisProcess.class.getName(),
                directory.toString());
        builder.environment().put("SERVICE", servicePassword);
        builder.environment().put("TICKETING", ticketingPassword);
        builder.redirectError(directory.resolveSibling("artemis.log").toFile());
        Process process = builder.start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("port ")) {
                return new ArtemisProcess(process, Integer.parseInt(line.substring(5)));
            }
        }
        throw new IOException("the broker's process ended: see artemis.log");
    }

    public int port() {
        return port;
    }

    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    /** Takes the right to send to a queue from the service, or gives it back. */
    public void maySend(String queue, boolean allowed) throws IOException {
        String command = (allowed ? "allow " : "forbid ") + queue + "\n";
        process.getOutputStream().write(command.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** It ends when its standard input does. */
    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /** The process. */
    public static void main(String[] args) throws Exception {
        try (PlainArtemis broker =
                PlainArtemis.start(Path.of(args[0]), System.getenv("SERVICE"), System.getenv("TICKETING"))) {
            System.out.println("port " + broker.port());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] command = line.split(" ");
                broker.maySend(command[1], command[0].equals("allow"));
            }
        }
        System.exit(0);
    }
}
