package dev.passcourier.vault;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Who does the arithmetic of opening, signing and sealing a result: a native library where this machine has one, the Java
 * runtime for what that lacks, and for all of it without one. Passed to whoever asks JCA for an algorithm, and never
 * registered with the JVM.
 */
public final class CryptoProvider extends Provider {

    private static final long serialVersionUID = 1L;

    /** Found by its name: only some platforms have it, and without it nothing is missing but speed. */
    private static final String NATIVE = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    /** The Java runtime alone. */
    static final CryptoProvider RUNTIME = new CryptoProvider(null);

    private final transient @Nullable Provider library;

    private CryptoProvider(@Nullable Provider library) {
        super(library == null ? "runtime" : "native", "1", "a native library, if there is one, and the Java runtime");
        this.library = library;
    }

    /** Loaded when it is needed first, as it takes a moment that most commands need not wait. */
    private static final class Found {

        static final CryptoProvider BEST = new CryptoProvider(find());

        /** One that cannot load its library offers nothing. */
        private static @Nullable Provider find() {
            try {
                return ServiceLoader.load(Provider.class).stream()
                        .filter(provider -> provider.type().getName().equals(NATIVE))
                        .map(ServiceLoader.Provider::get)
                        .filter(provider -> !provider.getServices().isEmpty())
                        .findFirst()
                        .orElse(null);
            } catch (ServiceConfigurationError | LinkageError e) {
                return null;
            }
        }
    }

    /** The native library before the Java runtime, if there is one. */
    static CryptoProvider best() {
        return Found.BEST;
    }

    /** Who it is on this machine, for people. */
    public static String inUse() {
        Provider library = best().library;
        return library == null
                ? "the Java runtime: no native library for this platform"
                : library.getName() + " " + library.getVersionStr() + ", a native library";
    }

    @Override
    public @Nullable Service getService(String type, String algorithm) {
        Service found = library == null ? null : library.getService(type, algorithm);
        return found != null
                ? found
                : Arrays.stream(Security.getProviders())
                        .map(provider -> provider.getService(type, algorithm))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    /**
     * An RSA key and who decrypts with it.
     *
     * @param key the key, in that provider's own form: to make it takes longer than to use it
     */
    record RsaKey(PrivateKey key, Provider by) {

        /** Says nothing of the key. */
        @Override
        public String toString() {
            return "RsaKey";
        }
    }

    /** The key for decrypting. One that the library does not take is the Java runtime's to use. */
    RsaKey rsa(PrivateKey key) {
        try {
            return new RsaKey((PrivateKey) KeyFactory.getInstance("RSA", this).translateKey(key), this);
        } catch (GeneralSecurityException | RuntimeException e) {
            return new RsaKey(key, RUNTIME);
        }
    }
}
