package dev.passcourier.service;

import dev.passcourier.ledger.RequestState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes the data that {@link OldDataTest} opens: a service that has done some work, and stopped with work waiting at
 * every stage. To make them anew, when a release has changed what lies in the data directory on purpose, run
 * {@code mvn test-compile exec:java -Dexec.mainClass=dev.passcourier.service.OldDataMaker -Dexec.classpathScope=test
 * -Dexec.args=src/test/resources/dev/passcourier/service/old-data.zip} with the release's code.
 *
 * <p>The zip holds the data directory and the recipient's key pair. Everything secret in it was made for it: pretend
 * passwords of pretend clouds, and keys that open nothing else. The journal is mostly zeros, so that it packs well.
 */
final class OldDataMaker {

    /** Requests by where they are when the service stops. */
    static final String DONE = "old-done";

    static final String FAILED = "old-failed";
    static final String DEAD = "old-dead";
    static final String POSTPONED = "old-postponed";
    static final String FETCH = "old-fetch";
    static final String OUTBOX = "old-outbox";
    static final String INTAKE = "old-intake";
    static final List<String> BATCH = List.of("old-batch-1", "old-batch-2");

    static final String BATCH_FILE = "old.csv";

    private static final List<String> EVERYWHERE = List.of("archive", "tickets", "hook");

    private OldDataMaker() {}

    /** Takes the file to write. */
    public static void main(String[] args) throws Exception {
        Path home = Files.createTempDirectory("old-data");
        try (OldDataWorld world = OldDataWorld.toMake(home)) {
            world.start();
            work(world, home);
            world.stop();
            pack(home, Path.of(args[0]));
        }
    }

    private static void work(OldDataWorld world, Path home) throws Exception {
        send(world, request(DONE, "kakao", OldDataWorld.KAKAO, EVERYWHERE));
        send(world, request(FAILED, "kakao", OldDataWorld.KAKAO_WRONG_KEY, List.of("tickets")));
        for (String request : List.of(DONE, FAILED)) {
            Whole.patiently().until(() -> world.isSettled(request));
        }
        world.asTicketing((session, found) ->
                Whole.send(session, Whole.REQUESTS, session.createObjectMessage(new ArrayList<>(List.of("gadget")))));

        send(world, request(POSTPONED, "kakao", OldDataWorld.KAKAO_LATE, EVERYWHERE));
        Whole.patiently().until(() -> world.isIn(POSTPONED, RequestState.POSTPONED));

        world.stopRoutes("jms-sink.tickets", "outbox.archive", "outbox.hook", "dead-letter");
        send(world, request(OUTBOX, "kakao", OldDataWorld.KAKAO, EVERYWHERE));
        Whole.patiently().until(() -> world.isIn(OUTBOX, RequestState.SEALED));

        world.stopRoutes("fetch.kakao", "fetch.zstack");
        send(world, request(DEAD, "zstack", OldDataWorld.ZSTACK, List.of("tickets")));
        RedriveTest.giveUp(world.service(), "fetch.zstack");
        send(world, request(FETCH, "zstack", OldDataWorld.ZSTACK, EVERYWHERE));
        Whole.patiently().until(() -> world.isIn(FETCH, RequestState.ALLOWED));

        world.stopRoutes("intake");
        send(world, request(INTAKE, "kakao", OldDataWorld.KAKAO, EVERYWHERE));
        Path batch = Files.writeString(
                home.resolve(BATCH_FILE),
                "id,account,instance,deliverTo\n" + BATCH.get(0) + ",kakao," + OldDataWorld.KAKAO + ",archive\n"
                        + BATCH.get(1) + ",zstack," + OldDataWorld.ZSTACK + ",archive hook\n");
        Files.move(batch, home.resolve("drop").resolve(BATCH_FILE));
        Whole.patiently().until(() -> Files.exists(home.resolve("drop/done").resolve(BATCH_FILE)));
    }

    private static String request(String id, String account, String instance, List<String> deliverTo) {
        return Whole.request(id, account, instance, deliverTo.toArray(String[]::new));
    }

    private static void send(OldDataWorld world, String request) throws Exception {
        world.asTicketing((session, found) -> Whole.send(session, Whole.REQUESTS, session.createTextMessage(request)));
    }

    private static void pack(Path home, Path zip) throws IOException {
        try (OutputStream file = Files.newOutputStream(zip);
                ZipOutputStream out = new ZipOutputStream(file)) {
            out.setLevel(9);
            for (String part : List.of("data", "recipients")) {
                for (Path each : files(home.resolve(part))) {
                    out.putNextEntry(new ZipEntry(home.relativize(each).toString()));
                    Files.copy(each, out);
                    out.closeEntry();
                }
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> below = Files.walk(directory)) {
            return below.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().endsWith("lock"))
                    .sorted()
                    .toList();
        }
    }
}
