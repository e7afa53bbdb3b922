package dev.passcourier.vault;

import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.KeyLoadException.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The private keys that open an account's passwords. Read once and kept: the key objects live as long as the ring, the
 * files' bytes and the passphrases are wiped. Safe for use by many threads.
 */
public final class KeyRing {

    private final String name;
    private final Map<String, HeldKey> keys;

    private KeyRing(String name, Map<String, HeldKey> keys) {
        this.name = name;
        this.keys = keys;
    }

    /**
     * A file with a private key, or a directory of them. In a directory every file that holds a private key counts;
     * other files, such as {@code .pub}, and sub-directories are skipped.
     *
     * @param path       the file or directory
     * @param passphrase of encrypted keys, or null
     */
    public record Source(Path path, @Nullable Passphrase passphrase) {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * What may be told about a key.
     *
     * @param name        the file's name without ending: what a request's {@code key} says
     * @param algorithm   {@code RSA}, {@code EC}, {@code ED25519}, {@code DSA} or {@code OTHER}
     * @param bits        of the key
     * @param fingerprint as {@code ssh-keygen -l} prints it, {@code SHA256:…}; empty for kinds OpenSSH does not know
     */
    public record KeyInfo(String name, String algorithm, int bits, String fingerprint) {}

    /** The ring for clouds that answer in clear. */
    public static KeyRing empty() {
        return new KeyRing("", Map.of());
    }

    /**
     * Reads all keys.
     *
     * @param name    the ring's name
     * @param sources where the keys are
     * @throws KeyLoadException with every file that cannot be used
     */
    public static KeyRing load(String name, List<Source> sources) throws KeyLoadException {
        var loading = new Loading();
        for (Source source : sources) {
            loading.add(source);
        }
        return new KeyRing(name, loading.result());
    }

    /** The ring's name. */
    public String name() {
        return name;
    }

    /** What may be told about the keys, in the order they were read. */
    public List<KeyInfo> keys() {
        return keys.values().stream().map(HeldKey::info).toList();
    }

    /** The keys to try: the named one, or all RSA keys. */
    List<HeldKey> candidates(@Nullable String keyName) throws VaultException {
        Collection<HeldKey> asked = keyName == null ? keys.values() : named(keyName);
        if (asked.isEmpty()) {
            throw new VaultException(VaultException.Code.KEY_MISSING);
        }
        List<HeldKey> usable = asked.stream().filter(HeldKey::isRsa).toList();
        if (usable.isEmpty()) {
            throw new VaultException(VaultException.Code.KEY_NOT_RSA);
        }
        return usable;
    }

    private List<HeldKey> named(String keyName) {
        HeldKey key = keys.get(keyName);
        return key == null ? List.of() : List.of(key);
    }

    /** Names the ring and its keys. */
    @Override
    public String toString() {
        return "KeyRing[" + name + " " + keys() + "]";
    }

    /** Collects keys and findings over all sources. */
    private static final class Loading {

        private final Map<String, HeldKey> keys = new LinkedHashMap<>();
        private final List<Finding> findings = new ArrayList<>();

        void add(Source source) {
            if (Files.isDirectory(source.path())) {
                filesOf(source.path()).forEach(file -> add(file, source.passphrase(), true));
            } else {
                add(source.path(), source.passphrase(), false);
            }
        }

        Map<String, HeldKey> result() throws KeyLoadException {
            if (!findings.isEmpty()) {
                throw new KeyLoadException(findings);
            }
            return keys;
        }

        private List<Path> filesOf(Path directory) {
            try (Stream<Path> files = Files.list(directory)) {
                return files.filter(Files::isRegularFile).sorted().toList();
            } catch (IOException e) {
                findings.add(new Finding(Code.FILE_UNREADABLE, directory, "the directory cannot be read"));
                return List.of();
            }
        }

        private void add(Path file, @Nullable Passphrase passphrase, boolean skipOthers) {
            try {
                if (!skipOthers || KeyFileReader.isKeyFile(file)) {
                    put(file, KeyFileReader.read(file, passphrase));
                }
            } catch (KeyLoadException e) {
                findings.addAll(e.findings());
            }
        }

        private void put(Path file, HeldKey key) throws KeyLoadException {
            if (keys.putIfAbsent(key.name(), key) != null) {
                throw new KeyLoadException(
                        Code.KEY_NAME_TWICE, file, "another file gives the key name " + key.name() + "; rename one");
            }
        }
    }
}
