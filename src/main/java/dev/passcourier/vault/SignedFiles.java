package dev.passcourier.vault;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.impl.ECDSA;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.passcourier.vault.UnverifiedException.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One signature over several files, kept apart from them: a compact JWS (RFC 7515) with ES256 whose protected header names
 * each file and its SHA-256, as JAdES has it for detached objects ({@code sigD} with {@code ObjectIdByURIHash}, ETSI TS
 * 119 182-1, 5.2.8.3.3), and whose payload is empty. Without randomness (RFC 6979): the same files, the same signature.
 *
 * @param keyId    RFC 7638 thumbprint of the key that signed
 * @param signedAt to the second
 * @param hashes   SHA-256 in base64url by the name of the file
 * @param about    what the signer says about the files
 */
public record SignedFiles(String keyId, Instant signedAt, Map<String, String> hashes, Map<String, String> about) {

    private static final String TYPE = "passcourier-files";
    private static final String BY_HASH = "http://uri.etsi.org/19182/ObjectIdByURIHash";
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    /** Copies the maps. */
    public SignedFiles {
        hashes = Map.copyOf(hashes);
        about = Map.copyOf(about);
    }

    /**
     * A file to be signed.
     *
     * @param name      by which it is named in the signature
     * @param mediaType of the content
     * @param content   its bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record File(String name, String mediaType, byte[] content) {}

    /** SHA-256 in base64url without padding. */
    public static String hash(byte[] content) {
        return BASE64URL.encodeToString(sha256(content));
    }

    static String sign(ECKey key, List<File> files, Map<String, String> about, Instant at) {
        Map<String, Object> detached = new LinkedHashMap<>();
        detached.put("mId", BY_HASH);
        detached.put("pars", files.stream().map(File::name).toList());
        detached.put("hashM", "S256");
        detached.put("hashV", files.stream().map(file -> hash(file.content())).toList());
        detached.put("ctys", files.stream().map(File::mediaType).toList());
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", "ES256");
        header.put("typ", TYPE);
        header.put("kid", key.getKeyID());
        header.put("iat", at.getEpochSecond());
        header.put("b64", false);
        header.put("crit", List.of("b64", "sigD"));
        header.put("sigD", detached);
        header.put("about", new TreeMap<>(about));
        try {
            String encoded =
                    Base64URL.encode(JSONObjectUtils.toJSONString(header)).toString();
            byte[] digest = sha256((encoded + ".").getBytes(StandardCharsets.US_ASCII));
            byte[] signature = ECDSA.transcodeSignatureToConcat(new DeterministicEcdsa(key).sign(digest), 64);
            return encoded + ".." + BASE64URL.encodeToString(signature);
        } catch (JOSEException e) {
            throw new IllegalStateException("ES256 does not work in this Java runtime");
        }
    }

    /** Checks a signature with keys by their thumbprints. */
    static SignedFiles verify(String compact, Map<String, ECKey> keys) throws UnverifiedException {
        String[] parts = compact.strip().split("\\.", -1);
        if (parts.length != 3 || !parts[1].isEmpty()) {
            throw new UnverifiedException(Reason.INVALID);
        }
        try {
            JWSHeader header = JWSHeader.parse(new Base64URL(parts[0]));
            boolean ours = JWSAlgorithm.ES256.equals(header.getAlgorithm())
                    && header.getType() != null
                    && TYPE.equals(header.getType().getType())
                    && Set.of("b64", "sigD").equals(header.getCriticalParams())
                    && header.getKeyID() != null;
            if (!ours) {
                throw new UnverifiedException(Reason.INVALID);
            }
            ECKey key = keys.get(header.getKeyID());
            if (key == null) {
                throw new UnverifiedException(Reason.UNKNOWN);
            }
            byte[] input = (parts[0] + ".").getBytes(StandardCharsets.US_ASCII);
            if (!new ECDSAVerifier(key.toECPublicKey(), Set.of("sigD"))
                    .verify(header, input, new Base64URL(parts[2]))) {
                throw new UnverifiedException(Reason.INVALID);
            }
            return read(header.getKeyID(), header.toJSONObject());
        } catch (ParseException | JOSEException | RuntimeException e) {
            throw new UnverifiedException(Reason.INVALID);
        }
    }

    private static SignedFiles read(String keyId, Map<String, Object> header) throws ParseException {
        Map<String, Object> detached = JSONObjectUtils.getJSONObject(header, "sigD");
        List<String> names = JSONObjectUtils.getStringList(detached, "pars");
        List<String> hashes = JSONObjectUtils.getStringList(detached, "hashV");
        if (!BY_HASH.equals(detached.get("mId"))
                || !"S256".equals(detached.get("hashM"))
                || names.size() != hashes.size()) {
            throw new ParseException("sigD", 0);
        }
        Map<String, String> files = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            files.put(names.get(i), hashes.get(i));
        }
        Map<String, String> about = new LinkedHashMap<>();
        JSONObjectUtils.getJSONObject(header, "about").forEach((name, value) -> about.put(name, String.valueOf(value)));
        return new SignedFiles(keyId, Instant.ofEpochSecond(JSONObjectUtils.getLong(header, "iat")), files, about);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-256 in this Java runtime");
        }
    }
}
