package dev.passcourier.vault;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A key of a ring. Only RSA keys hold key material: the others are kept by name, so that we can say why they won't do. */
final class HeldKey {

    private final KeyRing.KeyInfo info;
    private final Path file;
    private final String form;
    private final @Nullable PrivateKey rsa;
    private final Supplier<CryptoProvider> provider;
    private CryptoProvider.@Nullable RsaKey decrypting;

    HeldKey(KeyRing.KeyInfo info, Path file, String form, @Nullable PrivateKey rsa) {
        this(info, file, form, rsa, CryptoProvider::best);
    }

    HeldKey(KeyRing.KeyInfo info, Path file, String form, @Nullable PrivateKey rsa, Supplier<CryptoProvider> provider) {
        this.info = info;
        this.file = file;
        this.form = form;
        this.rsa = rsa;
        this.provider = provider;
    }

    KeyRing.KeyInfo info() {
        return info;
    }

    /** Where it was read from. */
    Path file() {
        return file;
    }

    /** In which form it lies there, such as {@code PKCS#8 encrypted}. */
    String form() {
        return form;
    }

    String name() {
        return info.name();
    }

    boolean isRsa() {
        return rsa != null;
    }

    PrivateKey rsa() {
        return Objects.requireNonNull(rsa, "not an RSA key");
    }

    /** The same for decrypting, made when it is needed first. */
    synchronized CryptoProvider.RsaKey decrypting() {
        if (decrypting == null) {
            decrypting = provider.get().rsa(rsa());
        }
        return decrypting;
    }

    /** Bytes of an RSA key's modulus, which is the length of everything encrypted to it. */
    int modulusLength() {
        return (info.bits() + 7) / 8;
    }

    @Override
    public String toString() {
        return info.toString();
    }
}
