package dev.passcourier.vault;

import dev.passcourier.vault.KeyFileReader.Look;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.KeyLoadException.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.RSAPrivateCrtKey;
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
    private final List<Finding> unused;

    private KeyRing(String name, Map<String, HeldKey> keys, List<Finding> unused) {
        this.name = name;
        this.keys = keys;
        this.unused = List.copyOf(unused);
    }

    /**
     * A file with a private key, or a directory of them. In a directory every file that holds a private key counts;
     * other files, such as {@code .pub}, and keys in a form that cannot be used are told by {@link #unused()};
     * sub-directories are skipped.
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

    /**
     * A key and where it lies.
     *
     * @param key  the key
     * @param file where it was read from
     * @param form in which form it lies there, such as {@code PKCS#8 encrypted}
     */
    public record Entry(KeyInfo key, Path file, String form) {}

    /** The ring for clouds that answer in clear. */
    public static KeyRing empty() {
        return new KeyRing("", Map.of(), List.of());
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
        Map<String, HeldKey> keys = loading.result();
        return new KeyRing(name, keys, loading.unused);
    }

    /** The ring's name. */
    public String name() {
        return name;
    }

    /** What may be told about the keys, in the order they were read. */
    public List<KeyInfo> keys() {
        return keys.values().stream().map(HeldKey::info).toList();
    }

    /** The keys and where they lie, in the order they were read. */
    public List<Entry> entries() {
        return keys.values().stream()
                .map(key -> new Entry(key.info(), key.file(), key.form()))
                .toList();
    }

    /**
     * What is wrong with the numbers of keys that can be used: {@link Code#KEY_WEAK} for those that others may find out,
     * {@link Code#KEY_DAMAGED} for those that do not fit together. Takes up to seconds for a large ring.
     */
    public List<Finding> weaknesses() {
        return keys.values().stream()
                .filter(HeldKey::isRsa)
                .flatMap(key -> RsaWeaknesses.of((RSAPrivateCrtKey) key.rsa()).stream()
                        .map(found -> new Finding(found.code(), key.file(), found.advice())))
                .toList();
    }

    /**
     * What lies in the ring's directories and opens no password, and why: {@link Code#NOT_A_KEY} for files that are no
     * private keys, other codes for private keys that cannot be used.
     */
    public List<Finding> unused() {
        return unused;
    }

    /** Whether a file that is not used could not have been meant as a key of its own. */
    public static boolean isHarmless(Finding unused) {
        return unused.code() == Code.NOT_A_KEY || unused.code() == Code.KEY_NAME_TWICE;
    }

    /** Whether there is a key that opens what clouds encrypt. */
    public boolean opensPasswords() {
        return keys.values().stream().anyMatch(HeldKey::isRsa);
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
        private final List<Finding> unused = new ArrayList<>();

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

        private void add(Path file, @Nullable Passphrase passphrase, boolean inDirectory) {
            try {
                Look look = inDirectory ? KeyFileReader.look(file) : null;
                if (look == null || look.isPem() && look.kind() == KeyFileKind.PRIVATE_KEY) {
                    put(file, KeyFileReader.read(file, passphrase));
                } else {
                    putIfUsable(file, passphrase, look.kind());
                }
            } catch (KeyLoadException e) {
                findings.addAll(e.findings());
            }
        }

        /** A file that does not say in clear that it is a key may lie there for another purpose: it stops nothing. */
        private void putIfUsable(Path file, @Nullable Passphrase passphrase, KeyFileKind kind) {
            try {
                switch (kind) {
                    case PRIVATE_KEY, PRIVATE_JWK, PKCS12, JAVA_KEY_STORE ->
                        put(file, KeyFileReader.read(file, passphrase));
                    case PUTTY, SSH_COM, DOTNET, SECURITY_KEY ->
                        unused.add(
                                new Finding(Code.KEY_FORMAT, file, new PrivateKeyFile(file, passphrase).advice(kind)));
                    default -> unused.add(new Finding(Code.NOT_A_KEY, file, "it is " + kind.words()));
                }
            } catch (KeyLoadException e) {
                unused.addAll(e.findings());
            }
        }

        private void put(Path file, List<HeldKey> read) throws KeyLoadException {
            for (HeldKey key : read) {
                HeldKey same = keys.putIfAbsent(key.name(), key);
                if (same != null && !isSame(same, key)) {
                    throw new KeyLoadException(
                            Code.KEY_NAME_TWICE,
                            file,
                            "another file gives the key name " + key.name() + "; rename one");
                }
                if (same != null) {
                    unused.add(new Finding(Code.KEY_NAME_TWICE, file, "another file holds the same key"));
                } else if (!key.isRsa()) {
                    unused.add(new Finding(
                            Code.KEY_NOT_RSA,
                            file,
                            "it holds a key of the kind " + key.info().algorithm()
                                    + ", which opens nothing: clouds encrypt passwords to RSA keys"));
                }
            }
        }

        private static boolean isSame(HeldKey one, HeldKey other) {
            return !one.info().fingerprint().isEmpty() && one.info().equals(other.info());
        }
    }
}
