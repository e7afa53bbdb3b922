package dev.passcourier.vault;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A key of a ring. Only RSA keys hold key material: the others are kept by name, so that we can say why they won't do. */
final class HeldKey {

    private final KeyRing.KeyInfo info;
    private final Path file;
    private final String form;
    private final @Nullable PrivateKey rsa;

    HeldKey(KeyRing.KeyInfo info, Path file, String form, @Nullable PrivateKey rsa) {
        this.info = info;
        this.file = file;
        this.form = form;
        this.rsa = rsa;
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

    /** Bytes of an RSA key's modulus, which is the length of everything encrypted to it. */
    int modulusLength() {
        return (info.bits() + 7) / 8;
    }

    @Override
    public String toString() {
        return info.toString();
    }
}
