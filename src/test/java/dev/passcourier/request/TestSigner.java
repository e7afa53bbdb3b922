package dev.passcourier.request;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;

/** A requester who signs, with a JOSE library that the product does not use. */
public final class TestSigner {

    private final KeyPair keys;
    private final String algorithm;

    private TestSigner(KeyPair keys, String algorithm) {
        this.keys = keys;
        this.algorithm = algorithm;
    }

    public static TestSigner es256() throws Exception {
        return curve("secp256r1", "ES256");
    }

    public static TestSigner curve(String curve, String algorithm) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return new TestSigner(generator.generateKeyPair(), algorithm);
    }

    public static TestSigner ed25519() throws Exception {
        return new TestSigner(KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), "EdDSA");
    }

    public static TestSigner rsa() throws Exception {
        return new TestSigner(KeyPairGenerator.getInstance("RSA").generateKeyPair(), "RS256");
    }

    public KeyPair keys() {
        return keys;
    }

    public PublicJsonWebKey jwk() throws Exception {
        return PublicJsonWebKey.Factory.newPublicJwk(keys.getPublic());
    }

    /** Writes the public key as a JWK. */
    public Path publicKey(Path file) throws Exception {
        return Files.writeString(file, jwk().toJson());
    }

    /** A header to be changed before it signs. */
    public JsonWebSignature header(String kid, String payload) {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        jws.setAlgorithmHeaderValue(algorithm);
        jws.setKeyIdHeaderValue(kid);
        jws.setKey(keys.getPrivate());
        jws.setPayload(payload);
        return jws;
    }

    public String sign(String kid, String payload) throws Exception {
        return header(kid, payload).getCompactSerialization();
    }

    /** A request as it must be. */
    public String request(String kid, String id, Instant expiry, String request) throws Exception {
        return sign(
                kid, "{\"jti\":\"" + id + "\",\"exp\":" + expiry.getEpochSecond() + ",\"request\":" + request + "}");
    }
}
