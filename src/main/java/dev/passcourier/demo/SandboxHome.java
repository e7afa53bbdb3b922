package dev.passcourier.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.files.DurableFile;
import dev.passcourier.sandbox.SandboxState;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.NewRecipient;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a sandbox: its state, and a service's home with settings for it. Directories are 0700, files 0600; what
 * is in them opens nothing but the sandbox. One process at a time.
 */
final class SandboxHome implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String STATE = "sandbox.json";
    private static final String LOCK = "lock";
    private static final String SETTINGS = "config/passcourier.yaml";

    /** In {@link #STATE}: the hash of the settings that were written last. */
    private static final String WRITTEN = "settings.sha256";

    private static final String PUBLIC_HALF = "recipients/operations.jwk";
    private static final String PRIVATE_HALF = "mine/operations.private.pem";

    /** In {@link #STATE}, behind the name of a half: its hash when it was made here. */
    private static final String MADE = ".sha256";

    /** The service's own folders, with all that lies in them. */
    private static final List<String> SERVICE_TREES = List.of("data", "drop/work", "drop/done", "drop/failed");

    /** As the service names what it delivers: a delivery's id ends each name. */
    private static final Pattern SERVICE_RESULT =
            Pattern.compile("[A-Za-z0-9_-]+_dlv_[A-Za-z0-9_-]{24}\\.(jwe|p7m|asc|age|json|html|csv|pdf|jws)");

    private static final Set<String> FOLDERS =
            Set.of("config", "keys", "secrets", "recipients", "mine", "drop", "out", "examples");

    private final Path path;
    private final FileChannel channel;
    private SandboxState state;

    private SandboxHome(Path path, FileChannel channel, SandboxState state) {
        this.path = path;
        this.channel = channel;
        this.state = state;
    }

    /**
     * Opens the folder, which is made if it is not there.
     *
     * @throws IOException if it cannot be used, somebody else made it, others may look into it, or a sandbox runs on it
     */
    static SandboxHome open(Path directory) throws IOException {
        Path home = directory.toAbsolutePath().normalize();
        if (!Files.isDirectory(home)) {
            Files.createDirectories(home, DurableFile.ownerOnlyDirectory(home));
        }
        if (isOpen(home)) {
            throw new IOException(home + " is open to others: chmod 700 it, or name another --directory");
        }
        if (!Files.exists(home.resolve(STATE)) && !holdsNothing(home)) {
            throw new IOException(home + " holds files that no sandbox made: name another --directory");
        }
        FileChannel channel = FileChannel.open(
                home.resolve(LOCK),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                DurableFile.ownerOnly(home));
        try {
            if (lock(channel) == null) {
                throw new IOException("a sandbox runs on " + home + " already: stop it, or name another --directory");
            }
            return new SandboxHome(home, channel, SandboxState.in(home.resolve(STATE)));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static boolean holdsNothing(Path home) throws IOException {
        try (Stream<Path> entries = Files.list(home)) {
            return entries.allMatch(entry -> entry.endsWith(LOCK));
        }
    }

    private static boolean isOpen(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return false;
        }
        Set<PosixFilePermission> modes = Files.getPosixFilePermissions(directory);
        return !PosixFilePermissions.fromString("rwx------").containsAll(modes);
    }

    /**
     * What a new start did away with.
     *
     * @param removed made by the sandbox, or by a service that ran on it
     * @param left    everything else
     */
    record StartedOver(List<String> removed, List<String> left) {}

    /**
     * Removes what sandboxes made here, the service's own folders ({@code data}, {@code drop/work}, {@code drop/done},
     * {@code drop/failed}) whole, and from {@code out} what bears the name of a delivery. All else stays: a key pair that
     * was not made here or changed since, and changed settings under another name.
     *
     * @throws IOException if a service runs here now, or something cannot be removed
     */
    StartedOver startOver() throws IOException {
        refuseWhileServed();
        List<String> removed = new ArrayList<>();
        putSettingsAside();
        for (String tree : SERVICE_TREES) {
            removeTree(path.resolve(tree), removed);
        }
        try (Stream<Path> results = list("out")) {
            for (Path each : results.filter(SandboxHome::isResult).sorted().toList()) {
                remove(each, removed);
            }
        }
        boolean isPairOurs = isAsMade(PUBLIC_HALF) && isAsMade(PRIVATE_HALF);
        for (String name : state.get("files").split("\n", -1)) {
            boolean isHalf = name.equals(PUBLIC_HALF) || name.equals(PRIVATE_HALF);
            if (!name.isEmpty() && (isPairOurs || !isHalf)) {
                remove(path.resolve(name), removed);
            }
        }
        remove(path.resolve(STATE), removed);
        for (String folder : FOLDERS) {
            removeIfEmpty(path.resolve(folder));
        }
        state = SandboxState.in(path.resolve(STATE));
        return new StartedOver(removed, left());
    }

    private void refuseWhileServed() throws IOException {
        Path served = path.resolve("data").resolve(LOCK);
        if (Files.exists(served)) {
            try (FileChannel service = FileChannel.open(served, StandardOpenOption.WRITE)) {
                if (lock(service) == null) {
                    throw new IOException("a service runs on " + path.resolve("data") + ": stop it first");
                }
            }
        }
    }

    private void putSettingsAside() throws IOException {
        Path settings = path.resolve(SETTINGS);
        if (Files.exists(settings) && isChanged(settings)) {
            Path aside = settings.resolveSibling("passcourier.yaml.old");
            for (int i = 2; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); i++) {
                aside = settings.resolveSibling("passcourier.yaml.old" + i);
            }
            Files.move(settings, aside);
        }
    }

    private Stream<Path> list(String folder) throws IOException {
        Path directory = path.resolve(folder);
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) ? Files.list(directory) : Stream.empty();
    }

    private static boolean isResult(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && SERVICE_RESULT.matcher(file.getFileName().toString()).matches();
    }

    private void removeTree(Path tree, List<String> removed) throws IOException {
        if (!Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS) || isElsewhere(tree)) {
            return;
        }
        try (Stream<Path> below = Files.walk(tree)) {
            for (Path each : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
        removed.add(path.relativize(tree) + "/");
    }

    private void remove(Path file, List<String> removed) throws IOException {
        if (!isElsewhere(file) && Files.deleteIfExists(file)) {
            removed.add(path.relativize(file).toString());
        }
    }

    /** A linked folder leads to files that are not ours. */
    private boolean isElsewhere(Path file) {
        Path parent = file.getParent();
        return !parent.equals(path) && Files.isSymbolicLink(parent);
    }

    private static void removeIfEmpty(Path folder) throws IOException {
        try {
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(folder);
            }
        } catch (DirectoryNotEmptyException | NoSuchFileException e) {
            // It holds what is not ours.
        }
    }

    private List<String> left() throws IOException {
        try (Stream<Path> all = Files.walk(path)) {
            return all.filter(each -> !Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))
                    .map(each -> path.relativize(each).toString())
                    .filter(name -> !name.equals(LOCK) && !name.equals(STATE))
                    .sorted()
                    .toList();
        }
    }

    /** The folder, absolute. */
    Path path() {
        return path;
    }

    /** What the sandbox keeps. */
    SandboxState state() {
        return state;
    }

    /** The settings file. */
    Path settings() {
        return path.resolve(SETTINGS);
    }

    /** The private key of the recipient called {@code operations}. */
    Path recipientKey() {
        return path.resolve(PRIVATE_HALF);
    }

    /** The service's public key, once it has run here. */
    Path signer() {
        return path.resolve("data/keys/signing.pub.jwk");
    }

    /** Makes a folder. */
    void folder(String name) throws IOException {
        Path folder = path.resolve(name);
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, DurableFile.ownerOnlyDirectory(folder));
        }
    }

    /** Writes a file, over an older one. */
    Path file(String name, String content) throws IOException {
        Path file = path.resolve(name);
        folder(path.relativize(file.getParent()).toString());
        if (!Files.exists(file) || !Files.readString(file).equals(content)) {
            DurableFile.replace(file, out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
        }
        own(name);
        return file;
    }

    /** Writes a file of JSON, over an older one. */
    Path json(String name, Object content) throws IOException {
        return file(name, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
    }

    private void own(String name) {
        String files = state.get("files");
        if (!List.of(files.split("\n", -1)).contains(name)) {
            state.put("files", files + name + "\n");
        }
    }

    /** Makes the recipient's key pair, if it is not there. */
    void recipient(Clock clock) throws IOException, KeyLoadException {
        Path half = path.resolve(PUBLIC_HALF);
        if (Files.exists(half) != Files.exists(recipientKey())) {
            Path there = Files.exists(half) ? half : recipientKey();
            Path missing = Files.exists(half) ? recipientKey() : half;
            throw new IOException(missing + " is missing, the other half of " + there + ": put it back, or start over"
                    + " with --fresh; if " + there.getFileName() + " is your own, move it away");
        }
        if (!Files.exists(half)) {
            folder("recipients");
            NewRecipient.create(SealFormat.JWE, "operations", half, recipientKey(), null, clock);
            for (String name : List.of(PUBLIC_HALF, PRIVATE_HALF)) {
                own(name);
                state.put(name + MADE, sha256(Files.readAllBytes(path.resolve(name))));
            }
        }
    }

    /** Whether a half of the key pair is the one that was made here, or gone. */
    private boolean isAsMade(String half) throws IOException {
        Path file = path.resolve(half);
        return !Files.exists(file) || sha256(Files.readAllBytes(file)).equals(state.get(half + MADE));
    }

    /**
     * Writes the settings from the template, unless somebody changed them.
     *
     * @return what there is to know about changed settings, or null
     */
    @Nullable
    String settings(Map<String, String> values) throws IOException {
        Map<String, String> escaped = new TreeMap<>();
        for (Map.Entry<String, String> value : values.entrySet()) {
            String quoted = MAPPER.writeValueAsString(value.getValue());
            escaped.put(value.getKey(), quoted.substring(1, quoted.length() - 1));
        }
        String text = DemoHome.filled("sandbox.yaml", escaped);
        String hash = sha256(text.getBytes(StandardCharsets.UTF_8));
        if (Files.exists(settings()) && isChanged(settings())) {
            if (hash.equals(state.get(WRITTEN))) {
                return null;
            }
            Path beside = file(SETTINGS + ".new", text);
            return settings() + " was changed by hand and stays; ports have changed: compare with " + beside;
        }
        file(SETTINGS, text);
        state.put(WRITTEN, hash);
        return null;
    }

    private boolean isChanged(Path file) throws IOException {
        return !sha256(Files.readAllBytes(file)).equals(state.get(WRITTEN));
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets others open the folder. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
