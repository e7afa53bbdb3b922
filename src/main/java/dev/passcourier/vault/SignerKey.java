package dev.passcourier.vault;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.file.Path;
import java.time.Clock;

/** The service's public signing key as a recipient keeps it. */
final class SignerKey {

    private SignerKey() {}

    /** Reads {@code signing.pub.jwk}, or the same key as PEM, certificate or OpenPGP key. */
    static ECKey load(Path file, Clock clock) throws KeyLoadException {
        byte[] content = GuardedFile.readPublic(file);
        KeyFileKind kind;
        try (KeyFileKind.Content found = KeyFileKind.read(content)) {
            kind = found.kind();
        }
        if (kind == KeyFileKind.OPENPGP_PUBLIC) {
            return SigningPgpKey.jwk(file, OpenPgpRecipient.ring(file).getPublicKey());
        }
        JWK jwk = new PublicKeyFile(file, clock.instant()).read().jwk();
        if (jwk instanceof ECKey ec && ec.getCurve().equals(Curve.P_256)) {
            return ec;
        }
        throw new KeyLoadException(
                Code.KEY_FORMAT,
                file,
                "the service signs with a P-256 key; take its *.pub.jwk, *.crt.pem or *.pub.asc");
    }
}
