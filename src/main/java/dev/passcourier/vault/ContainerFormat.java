package dev.passcourier.vault;

import java.nio.charset.StandardCharsets;

/** What a sealed result is by its first bytes. */
enum ContainerFormat {
    JOSE,
    CMS,
    OPENPGP,
    AGE;

    static ContainerFormat of(byte[] sealed) {
        String start = new String(sealed, 0, Math.min(sealed.length, 64), StandardCharsets.ISO_8859_1);
        if (start.startsWith("age-encryption.org/")) {
            return AGE;
        }
        if (start.startsWith("0\u0080") || start.startsWith("0\u0082")) {
            return CMS;
        }
        return start.stripLeading().startsWith("-----BEGIN PGP MESSAGE-----") ? OPENPGP : JOSE;
    }
}
