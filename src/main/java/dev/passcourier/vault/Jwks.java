package dev.passcourier.vault;

import com.nimbusds.jose.jwk.JWK;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;

/** JSON Web Keys in files (RFC 7517). The library reads strings, which cannot be wiped. */
final class Jwks {

    private Jwks() {}

    static boolean looksLikeOne(byte[] content) {
        for (byte b : content) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return b == '{';
            }
        }
        return false;
    }

    static JWK parse(Path file, byte[] content) throws KeyLoadException {
        try {
            return JWK.parse(new String(content, StandardCharsets.UTF_8));
        } catch (ParseException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "it is not a JSON Web Key");
        }
    }
}
