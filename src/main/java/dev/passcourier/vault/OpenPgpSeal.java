package dev.passcourier.vault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPLiteralDataGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;

/**
 * Seals a result, or files, as RFC 3156, section 6.2, and RFC 9580 say: signed, then encrypted with AES-256 and an integrity code
 * (SEIPD version 1, which every program reads), never compressed, armored.
 */
final class OpenPgpSeal {

    private static final SecureRandom RANDOM = new SecureRandom();

    private OpenPgpSeal() {}

    static byte[] seal(RecipientKey.SignedParcel parcel, PGPPublicKey recipient, SigningIdentity identity)
            throws PGPException, IOException {
        try (SecretBytes inside = inside(parcel, recipient, identity)) {
            return encrypt(inside, recipient);
        }
    }

    static byte[] seal(RecipientKey.Bundle bundle, PGPPublicKey recipient, SigningIdentity identity)
            throws PGPException, IOException {
        try (SecretBytes entity = ResultMimeEntity.of(bundle);
                SecretBytes inside = sign(entity, bundle.at(), recipient, identity)) {
            return encrypt(inside, recipient);
        }
    }

    /** The signed entity, which the caller closes. */
    static SecretBytes inside(RecipientKey.SignedParcel parcel, PGPPublicKey recipient, SigningIdentity identity)
            throws PGPException, IOException {
        try (SecretBytes entity = ResultMimeEntity.of(parcel)) {
            return sign(entity, parcel.facts().issuedAt(), recipient, identity);
        }
    }

    private static SecretBytes sign(SecretBytes entity, Instant at, PGPPublicKey recipient, SigningIdentity identity)
            throws PGPException, IOException {
        var generator = new PGPSignatureGenerator(identity.signer().forOpenPgp(), identity.pgpPublic());
        generator.init(PGPSignature.BINARY_DOCUMENT, identity.pgpPrivate());
        var subpackets = new PGPSignatureSubpacketGenerator();
        subpackets.setSignatureCreationTime(false, Date.from(at));
        subpackets.setIssuerFingerprint(false, identity.pgpPublic());
        subpackets.addIntendedRecipientFingerprint(false, recipient);
        generator.setHashedSubpackets(subpackets.generate());
        try (var out = new SecretBuffer(1024 + entity.length())) {
            generator.generateOnePassVersion(false).encode(out);
            try (OutputStream literal = new PGPLiteralDataGenerator()
                    .open(out, PGPLiteralData.BINARY, "", entity.length(), Date.from(at))) {
                literal.write(entity.borrow());
            }
            generator.update(entity.borrow());
            generator.generate().encode(out);
            return out.toSecret();
        }
    }

    /** Puts the seal around what is inside. */
    static byte[] encrypt(SecretBytes signed, PGPPublicKey recipient) throws PGPException, IOException {
        var generator = new PGPEncryptedDataGenerator(new BcPGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256)
                .setWithIntegrityPacket(true)
                .setSecureRandom(RANDOM));
        generator.addMethod(new BcPublicKeyKeyEncryptionMethodGenerator(recipient).setSecureRandom(RANDOM));
        var out = new ByteArrayOutputStream(1024 + 2 * signed.length());
        try (var armor = ArmoredOutputStream.builder().clearHeaders().build(out);
                OutputStream content = generator.open(armor, signed.length())) {
            content.write(signed.borrow());
        }
        return out.toByteArray();
    }
}
