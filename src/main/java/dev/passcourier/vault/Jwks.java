package dev.passcourier.vault;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.List;
import java.util.Map;

/** JSON Web Keys in files (RFC 7517). The library reads strings, which cannot be wiped. */
final class Jwks {

    private static final byte[] PRIVATE_MEMBER = "\"d\"".getBytes(StandardCharsets.US_ASCII);

    private Jwks() {}

    static boolean looksLikeOne(byte[] content) {
        for (byte b : content) {
            if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
                return b == '{';
            }
        }
        return false;
    }

    /** Reads a key, also the only one of a set. */
    static JWK parse(Path file, byte[] content) throws KeyLoadException {
        List<JWK> keys;
        try {
            keys = keys(content);
        } catch (ParseException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "it is not a JSON Web Key");
        }
        if (keys.size() != 1) {
            throw new KeyLoadException(
                    Code.KEY_FORMAT, file, "it is a set of " + keys.size() + " JSON Web Keys; give a file with one");
        }
        return keys.get(0);
    }

    /** What an object of JSON claims to be; what is damaged is judged by who reads it. */
    static KeyFileKind kind(byte[] content) {
        try {
            List<JWK> keys = keys(content);
            if (keys.stream().anyMatch(OctetSequenceKey.class::isInstance)) {
                return KeyFileKind.SYMMETRIC_JWK;
            }
            return keys.stream().anyMatch(JWK::isPrivate) ? KeyFileKind.PRIVATE_JWK : KeyFileKind.PUBLIC_JWK;
        } catch (ParseException | RuntimeException e) {
            boolean claimsPrivate = ResultMimeEntity.indexOf(content, PRIVATE_MEMBER, 0) >= 0;
            return claimsPrivate ? KeyFileKind.PRIVATE_JWK : KeyFileKind.PUBLIC_JWK;
        }
    }

    private static List<JWK> keys(byte[] content) throws ParseException {
        String json = new String(content, StandardCharsets.UTF_8);
        Map<String, Object> members = JSONObjectUtils.parse(json);
        return members.containsKey("keys") && !members.containsKey("kty")
                ? JWKSet.parse(members).getKeys()
                : List.of(JWK.parse(members));
    }
}
