package dev.passcourier.vault;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEDecrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.passcourier.vault.KeyLoadException.Code;
import dev.passcourier.vault.NotOpenedException.Reason;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.text.ParseException;
import java.util.Set;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.jspecify.annotations.Nullable;

/**
 * A private key for JWE and CMS: a JWK, or any file that a key ring reads with an RSA key or a P-256, P-384 or P-521 key.
 */
final class JosePrivateKey extends RecipientPrivateKey {

    private final JWK jwk;

    /** A private key that is in no file. */
    JosePrivateKey(JWK jwk) throws JOSEException {
        super(jwk.computeThumbprint().toString());
        this.jwk = jwk;
    }

    static JosePrivateKey load(Path file, byte[] content, @Nullable Passphrase passphrase) throws KeyLoadException {
        try {
            @Nullable
            JWK jwk = Jwks.looksLikeOne(content)
                    ? Jwks.parse(file, content)
                    : jwk(new PrivateKeyFile(file, passphrase).parse(content));
            if (jwk != null && jwk.isPrivate() && (jwk instanceof RSAKey || jwk instanceof ECKey)) {
                return new JosePrivateKey(jwk);
            }
        } catch (GeneralSecurityException | JOSEException | RuntimeException e) {
            throw new KeyLoadException(Code.KEY_DAMAGED, file, "its numbers do not make a key");
        }
        throw new KeyLoadException(
                Code.KEY_FORMAT, file, "a private RSA key or a private P-256, P-384 or P-521 key is needed");
    }

    @Override
    SecretBytes open(byte[] sealed, @Nullable ECKey signer) throws NotOpenedException {
        return switch (ContainerFormat.of(sealed)) {
            case JOSE -> JweOpener.open(sealed, this);
            case CMS -> CmsOpener.open(sealed, privateKey(), signer);
            case OPENPGP, AGE -> throw new NotOpenedException(Reason.NOT_FOR_THIS_KEY);
        };
    }

    JWK jwk() {
        return jwk;
    }

    JWEDecrypter decrypter() throws JOSEException {
        return jwk instanceof ECKey ec ? new ECDHDecrypter(ec) : new RSADecrypter((RSAKey) jwk);
    }

    private PrivateKey privateKey() throws NotOpenedException {
        try {
            return jwk instanceof ECKey ec ? ec.toECPrivateKey() : ((RSAKey) jwk).toRSAPrivateKey();
        } catch (JOSEException e) {
            throw new NotOpenedException(Reason.NOT_FOR_THIS_KEY);
        }
    }

    private static @Nullable JWK jwk(AsymmetricKeyParameter key) throws GeneralSecurityException {
        if (key instanceof RSAPrivateCrtKeyParameters rsa) {
            var half = new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent());
            return new RSAKey.Builder(
                            (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(half))
                    .privateKey(KeyFileReader.rsa(rsa))
                    .build();
        }
        if (key instanceof ECPrivateKeyParameters ec && ec.getParameters() instanceof ECNamedDomainParameters named) {
            Curve curve = Curve.forOID(named.getName().getId());
            return curve == null ? null : jwk(curve, ec);
        }
        return null;
    }

    private static JWK jwk(Curve curve, ECPrivateKeyParameters key) {
        var point = key.getParameters().getG().multiply(key.getD()).normalize();
        int bits = key.getParameters().getCurve().getFieldSize();
        return new ECKey.Builder(
                        curve,
                        coordinate(bits, point.getAffineXCoord().toBigInteger()),
                        coordinate(bits, point.getAffineYCoord().toBigInteger()))
                .d(coordinate(bits, key.getD()))
                .build();
    }

    private static Base64URL coordinate(int bits, BigInteger value) {
        return ECKey.encodeCoordinate(bits, value);
    }

    /** Opens what {@link JoseRecipient} sealed. */
    private static final class JweOpener {

        private static final Set<JWEAlgorithm> ALGORITHMS =
                Set.of(JWEAlgorithm.ECDH_ES_A256KW, JWEAlgorithm.RSA_OAEP_256);

        private JweOpener() {}

        /** Opens a compact JWE; white space in it is ignored. */
        static SecretBytes open(byte[] sealed, JosePrivateKey key) throws NotOpenedException {
            return decrypt(parse(sealed), key);
        }

        private static JWEObject parse(byte[] sealed) throws NotOpenedException {
            try {
                var text = new String(sealed, StandardCharsets.US_ASCII).replaceAll("\\s", "");
                JWEObject jwe = JWEObject.parse(text);
                if (isOurKind(jwe.getHeader())) {
                    return jwe;
                }
            } catch (ParseException | RuntimeException e) {
                // Falls through to the one answer.
            }
            throw new NotOpenedException(Reason.MALFORMED);
        }

        private static boolean isOurKind(JWEHeader header) {
            return ALGORITHMS.contains(header.getAlgorithm())
                    && EncryptionMethod.A256GCM.equals(header.getEncryptionMethod())
                    && header.getCompressionAlgorithm() == null
                    && header.getKeyID() != null;
        }

        private static SecretBytes decrypt(JWEObject jwe, JosePrivateKey key) throws NotOpenedException {
            if (!key.thumbprint().equals(jwe.getHeader().getKeyID())) {
                throw new NotOpenedException(Reason.NOT_FOR_THIS_KEY);
            }
            try {
                jwe.decrypt(key.decrypter());
                return SecretBytes.owning(jwe.getPayload().toBytes());
            } catch (JOSEException | RuntimeException e) {
                throw new NotOpenedException(Reason.ALTERED);
            }
        }
    }
}
