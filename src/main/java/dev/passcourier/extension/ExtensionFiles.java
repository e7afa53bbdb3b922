package dev.passcourier.extension;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What lay in {@code routes/local} and {@code lib/ext} at a start. Both are read then only: a reload refuses to go on beside
 * files that are not those in force.
 */
public final class ExtensionFiles {

    private final Path home;
    private final Map<String, String> atStart;

    private ExtensionFiles(Path home) {
        this.home = home;
        this.atStart = digests(home);
    }

    /**
     * As it is now.
     *
     * @param home the folder that holds {@code routes} and {@code lib}
     */
    public static ExtensionFiles now(Path home) {
        return new ExtensionFiles(home);
    }

    /** What has been added, changed or removed since, such as {@code routes/local/store.camel.yaml}, sorted. */
    public List<String> changed() {
        Map<String, String> now = digests(home);
        TreeSet<String> names = new TreeSet<>(atStart.keySet());
        names.addAll(now.keySet());
        names.removeIf(name -> Objects.equals(atStart.get(name), now.get(name)));
        return List.copyOf(names);
    }

    private static Map<String, String> digests(Path home) {
        Map<String, String> digests = new TreeMap<>();
        for (String folder : List.of("routes/local", "lib/ext")) {
            if (Files.isDirectory(home.resolve(folder))) {
                try (Stream<Path> inside = Files.list(home.resolve(folder))) {
                    inside.filter(Files::isRegularFile)
                            .filter(file -> !file.getFileName().toString().matches("\\..*(?<!\\.jar)|.*\\.md"))
                            .forEach(file -> digests.put(folder + "/" + file.getFileName(), digest(file)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return digests;
    }

    private static String digest(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            // Was removed meanwhile, or cannot be read: no content is like it.
            return "";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
