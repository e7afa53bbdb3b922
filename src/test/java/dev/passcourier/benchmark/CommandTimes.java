package dev.passcourier.benchmark;

import dev.passcourier.ledger.LargeLedger;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How long commands take, as whole processes from the shell's view: the folder as it is shipped, then with what
 * {@code bin/optimize} has laid ready, in turns with {@code curl | openssl}, which asks the same cloud and opens its answer.
 */
final class CommandTimes {

    private static final int ON_RECORD = 100_000;

    /** What a shell says of its children: {@code 0m0.31s 0m0.06s}. */
    private static final Pattern USED = Pattern.compile("([0-9]+)m([0-9.]+)s");

    private static final Pattern ENDPOINT = Pattern.compile("endpoint: \"([^\"]+)\"");

    private final World world;
    private final Path shipped;
    private final int rounds;
    private final Map<String, List<Used>> figures = new LinkedHashMap<>();

    private record Used(double seconds, double processor) {}

    CommandTimes(World world, Path shipped, int rounds) {
        this.world = world;
        this.shipped = shipped.toAbsolutePath();
        this.rounds = rounds;
    }

    /** Measures, and prints a table. */
    void print(PrintStream out) throws Exception {
        world.cloud(0, 0);
        Map<String, List<String>> commands = commands(world.validSettings());
        Path startup = shipped.resolve("startup");
        delete(startup);
        measure("", commands);
        try {
            run(List.of(shipped.resolve("bin/optimize").toString()));
            commands.remove("curl and openssl");
            measure(", after bin/optimize", commands);
        } finally {
            delete(startup);
        }
        out.printf("## Commands, whole process (target: 0.5 s; status 1 s)%n%n");
        out.printf("| | median s | from | to | median processor s |%n|---|---|---|---|---|%n");
        figures.forEach((what, all) -> {
            List<Double> seconds = all.stream().map(Used::seconds).sorted().toList();
            List<Double> processor = all.stream().map(Used::processor).sorted().toList();
            out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.2f | %.2f |%n",
                    what,
                    seconds.get(all.size() / 2),
                    seconds.get(0),
                    seconds.get(all.size() - 1),
                    processor.get(all.size() / 2));
        });
        out.println();
    }

    private Map<String, List<String>> commands(Path config) throws Exception {
        Path home = config.getParent();
        Path settings = config.resolve("passcourier.yaml");
        String text = Files.readString(settings)
                .replace("sources: [jms], users: [benchmark]", "sources: [cli]")
                .replace("destinations: [\"*\"]", "destinations: [\"*\", \"get:asker\"]");
        Files.writeString(settings, text);
        Matcher cloud = ENDPOINT.matcher(text);
        if (!cloud.find()) {
            throw new IOException("no endpoint in " + settings);
        }
        String result = home.resolve("result.jwe").toString();
        run(passcourier(
                "get",
                "a0",
                "i-0",
                "--config",
                config.toString(),
                "--to-key",
                home.resolve("recipient.pem").toString(),
                "--out",
                result));
        Path record = Files.createDirectory(home.resolve("record"));
        LargeLedger.make(record, ON_RECORD);
        Path stopped = Files.createDirectory(home.resolve("stopped"));
        Files.writeString(stopped.resolve("passcourier.yaml"), "service: {dataDirectory: \"" + record + "\"}\n" + text);

        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put(
                "curl and openssl",
                List.of(
                        "sh",
                        "-c",
                        "curl -s " + cloud.group(1) + "/v1/p/cloudservers/i-0/os-server-password"
                                + " | sed 's/.*:\"//; s/\".*//' | base64 -d | openssl pkeyutl -decrypt -inkey "
                                + home.resolve("key.pem")));
        commands.put("--version", passcourier("--version"));
        commands.put("open", passcourier("open", "--key", world.recipientKey().toString(), result));
        commands.put("validate", passcourier("validate", "--config", config.toString()));
        commands.put("get", passcourier("get", "a0", "i-0", "--config", config.toString(), "--show", "--force"));
        commands.put(
                "status of " + ON_RECORD + " requests, no service runs",
                passcourier("status", "--config", stopped.toString()));
        return commands;
    }

    private List<String> passcourier(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(shipped.resolve("bin/passcourier").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void measure(String how, Map<String, List<String>> commands) throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (var command : commands.entrySet()) {
                figures.computeIfAbsent(command.getKey() + how, key -> new ArrayList<>())
                        .add(run(command.getValue()));
            }
        }
    }

    private static Used run(List<String> command) throws IOException, InterruptedException {
        List<String> timed = new ArrayList<>(List.of("sh", "-c", "\"$@\" 2>&1 || exit; times", "sh"));
        timed.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(timed).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        long start = System.nanoTime();
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (code != 0) {
            throw new IOException(command + " ended with " + code + ":\n" + said);
        }
        List<MatchResult> used = USED.matcher(said).results().toList();
        double processor = used.subList(used.size() - 2, used.size()).stream()
                .mapToDouble(each -> 60 * Double.parseDouble(each.group(1)) + Double.parseDouble(each.group(2)))
                .sum();
        return new Used(seconds, processor);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }
}
