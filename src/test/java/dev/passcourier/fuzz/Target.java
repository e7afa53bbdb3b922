package dev.passcourier.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Fuzzes one class in a process of its own. Corpus, log and findings stay in a directory of the target's own.
 *
 * @param testClass full name of a class with one fuzz test
 * @param directory of the target; what an earlier run found worth keeping there is begun with
 */
record Target(String testClass, Path directory) {

    /** Our parsers, and the cores of those that see what strangers send. More would be slow to begin. */
    private static final String INSTRUMENTED = String.join(
            ",",
            "dev.passcourier.**",
            "com.exceptionfactory.jagged.**",
            "com.fasterxml.jackson.core.json.**",
            "com.nimbusds.jose.*",
            "com.nimbusds.jose.util.*",
            "de.siegmar.fastcsv.**",
            "org.bouncycastle.asn1.*",
            "org.bouncycastle.bcpg.**",
            "org.bouncycastle.cms.*",
            "org.bouncycastle.openpgp.*",
            "org.bouncycastle.openssl.**",
            "org.snakeyaml.engine.v2.scanner.*",
            "org.yaml.snakeyaml.scanner.*");

    private static final Duration PROGRESS = Duration.ofSeconds(20);

    /** An input that takes longer counts as a hang. The first one also waits for the classes. */
    private static final int HANG_SECONDS = 120;

    /** The class's name without its package. */
    String name() {
        return testClass.substring(testClass.lastIndexOf('.') + 1);
    }

    /** Fuzzes that long, saying now and then how far it is. */
    Tally run(long seconds, PrintStream out, Clock clock) throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve("corpus"));
        Process process = new ProcessBuilder(command(seconds))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        Tally tally = new Tally();
        try (BufferedReader lines = process.inputReader(StandardCharsets.ISO_8859_1);
                PrintStream log = new PrintStream(directory.resolve("log.txt").toFile(), StandardCharsets.UTF_8)) {
            Instant next = clock.instant().plus(PROGRESS);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.println(line);
                tally.read(line);
                if (clock.instant().isAfter(next)) {
                    out.println("  " + name() + ": " + tally);
                    next = clock.instant().plus(PROGRESS);
                }
            }
        }
        tally.ended(process.waitFor());
        return tally;
    }

    private List<String> command(long seconds) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.serialFilter=!*",
                "-Xmx1g",
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + testClass,
                "--instrument=" + INSTRUMENTED,
                "corpus",
                "-max_total_time=" + seconds,
                "-timeout=" + HANG_SECONDS);
    }
}
