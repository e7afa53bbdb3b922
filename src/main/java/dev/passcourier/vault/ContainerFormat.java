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
        if (start.length() > 1 && start.charAt(0) == '0' && start.charAt(1) >= 0x80 && start.charAt(1) <= 0x83) {
            return CMS;
        }
        if (!start.isEmpty() && (start.charAt(0) >= 0x84 && start.charAt(0) <= 0x87 || start.charAt(0) == 0xC1)) {
            return OPENPGP; // not armored: begins with a session key (RFC 9580, section 4.2)
        }
        return start.stripLeading().startsWith("-----BEGIN PGP MESSAGE-----") ? OPENPGP : JOSE;
    }
}
