package dev.passcourier.vault;

import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyEncryptorBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPDigestCalculatorProviderBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPKeyPair;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPPrivateKey;
import org.jspecify.annotations.Nullable;

/** An owner of an OpenPGP key with a subkey, both RSA, made without gpg. */
public final class PgpKeys {

    private static final String USER = "ops <ops@example.com>";

    private final PGPKeyPair primary;
    private final PGPKeyPair subkey;
    private final PGPSecretKeyRing secret;

    private PgpKeys(PGPKeyPair primary, PGPKeyPair subkey, PGPSecretKeyRing secret) {
        this.primary = primary;
        this.subkey = subkey;
        this.secret = secret;
    }

    /** What a key is like. */
    public record Wish(
            KeyPair primary,
            KeyPair subkey,
            Instant made,
            Duration primaryLife,
            Duration subkeyLife,
            int subkeyFlags,
            @Nullable String passphrase) {

        /** RSA of 2048 bits, for mail and files, without an end or a passphrase. */
        public static Wish usual(Instant made) {
            return new Wish(
                    TestKeys.rsa2048(),
                    TestKeys.rsa("pgp", 2048),
                    made,
                    Duration.ZERO,
                    Duration.ZERO,
                    KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE,
                    null);
        }

        Wish keys(KeyPair newPrimary, KeyPair newSubkey) {
            return new Wish(newPrimary, newSubkey, made, primaryLife, subkeyLife, subkeyFlags, passphrase);
        }

        Wish living(Duration newPrimaryLife, Duration newSubkeyLife) {
            return new Wish(primary, subkey, made, newPrimaryLife, newSubkeyLife, subkeyFlags, passphrase);
        }

        Wish flags(int newFlags) {
            return new Wish(primary, subkey, made, primaryLife, subkeyLife, newFlags, passphrase);
        }

        Wish locked(String newPassphrase) {
            return new Wish(primary, subkey, made, primaryLife, subkeyLife, subkeyFlags, newPassphrase);
        }
    }

    public static PgpKeys make(Wish wish) throws PGPException {
        PGPKeyPair primary = pair(wish.primary(), wish.made());
        PGPKeyPair subkey = pair(wish.subkey(), wish.made());
        var encryptor = wish.passphrase() == null
                ? null
                : new BcPBESecretKeyEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256)
                        .build(wish.passphrase().toCharArray());
        var generator = new PGPKeyRingGenerator(
                PGPSignature.POSITIVE_CERTIFICATION,
                primary,
                USER,
                new JcaPGPDigestCalculatorProviderBuilder().build().get(HashAlgorithmTags.SHA1),
                said(wish.made(), KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA, wish.primaryLife()),
                null,
                signer(),
                encryptor);
        generator.addSubKey(subkey, said(wish.made(), wish.subkeyFlags(), wish.subkeyLife()), null);
        return new PgpKeys(primary, subkey, generator.generateSecretKeyRing());
    }

    PGPPublicKeyRing half() {
        List<PGPPublicKey> keys = new java.util.ArrayList<>();
        secret.getPublicKeys().forEachRemaining(keys::add);
        return new PGPPublicKeyRing(keys);
    }

    /** The private key, armored. */
    public byte[] secret() throws Exception {
        return SigningPgpKey.armor(secret.getEncoded());
    }

    /** The public key, armored. */
    public byte[] exported() throws Exception {
        return SigningPgpKey.armor(half().getEncoded());
    }

    /** The public key with a revocation of all of it, by this or by another owner. */
    byte[] revokedBy(PgpKeys owner) throws Exception {
        PGPSignatureGenerator generator = owner.generator(PGPSignature.KEY_REVOCATION);
        PGPPublicKey key = half().getPublicKey();
        return with(PGPPublicKey.addCertification(key, generator.generateCertification(key)));
    }

    /** The public key with a revocation of its subkey, by this or by another owner. */
    byte[] subkeyRevokedBy(PgpKeys owner) throws Exception {
        PGPSignatureGenerator generator = owner.generator(PGPSignature.SUBKEY_REVOCATION);
        PGPPublicKey key = half().getPublicKey(subkey.getKeyID());
        return with(PGPPublicKey.addCertification(key, generator.generateCertification(half().getPublicKey(), key)));
    }

    /** The public key with another owner's subkey in place of its own. */
    byte[] withSubkeyOf(PgpKeys other) throws Exception {
        var bare = PGPPublicKeyRing.removePublicKey(half(), half().getPublicKey(subkey.getKeyID()));
        PGPPublicKey foreign = other.half().getPublicKey(other.subkey.getKeyID());
        return SigningPgpKey.armor(
                PGPPublicKeyRing.insertPublicKey(bare, foreign).getEncoded());
    }

    /** Somebody who signs in this owner's name, with a key that is not the owner's. */
    PgpKeys forger(KeyPair key) {
        PGPPublicKey named = primary.getPublicKey();
        return new PgpKeys(new PGPKeyPair(named, new JcaPGPPrivateKey(named, key.getPrivate())), subkey, secret);
    }

    /** The public key with another owner's subkey too, bound to it by whoever says so. */
    PGPPublicKeyRing withSubkeyBoundBy(PgpKeys owner, PgpKeys other) throws PGPException {
        PGPPublicKey foreign = other.half().getPublicKey(other.subkey.getKeyID());
        PGPSignature old =
                foreign.getSignaturesOfType(PGPSignature.SUBKEY_BINDING).next();
        PGPSignatureGenerator generator = owner.generator(PGPSignature.SUBKEY_BINDING);
        generator.setHashedSubpackets(old.getHashedSubPackets());
        PGPPublicKey bare = PGPPublicKey.removeCertification(foreign, old);
        PGPSignature binding = generator.generateCertification(half().getPublicKey(), bare);
        return PGPPublicKeyRing.insertPublicKey(half(), PGPPublicKey.addCertification(bare, binding));
    }

    /** The public key with nothing but this about its user, by whoever says so. */
    PGPPublicKeyRing withUserSignedBy(PgpKeys owner, int type) throws Exception {
        PGPPublicKey bare = bare();
        PGPSignature signature = owner.generator(type).generateCertification(USER, bare);
        return PGPPublicKeyRing.insertPublicKey(half(), PGPPublicKey.addCertification(bare, USER, signature));
    }

    /** The public key with nothing but this about itself, by whoever says so. */
    PGPPublicKeyRing directlySignedBy(PgpKeys owner) throws Exception {
        PGPPublicKey bare = bare();
        PGPSignature signature = owner.generator(PGPSignature.DIRECT_KEY).generateCertification(bare);
        return PGPPublicKeyRing.insertPublicKey(half(), PGPPublicKey.addCertification(bare, signature));
    }

    long subkeyId() {
        return subkey.getKeyID();
    }

    /** The public key without what its owner says about it. */
    byte[] unsigned() throws Exception {
        return with(bare());
    }

    private PGPPublicKey bare() {
        PGPPublicKey key = half().getPublicKey();
        return PGPPublicKey.removeCertification(key, USER);
    }

    private byte[] with(PGPPublicKey key) throws Exception {
        return SigningPgpKey.armor(PGPPublicKeyRing.insertPublicKey(half(), key).getEncoded());
    }

    private PGPSignatureGenerator generator(int type) throws PGPException {
        var generator = new PGPSignatureGenerator(signer(), primary.getPublicKey());
        generator.init(type, primary.getPrivateKey());
        return generator;
    }

    private static PGPKeyPair pair(KeyPair pair, Instant made) throws PGPException {
        return new JcaPGPKeyPair(PublicKeyPacket.VERSION_4, PublicKeyAlgorithmTags.RSA_GENERAL, pair, Date.from(made));
    }

    private static JcaPGPContentSignerBuilder signer() {
        return new JcaPGPContentSignerBuilder(PublicKeyAlgorithmTags.RSA_GENERAL, HashAlgorithmTags.SHA256);
    }

    private static PGPSignatureSubpacketVector said(Instant at, int flags, Duration life) {
        var said = new PGPSignatureSubpacketGenerator();
        said.setSignatureCreationTime(false, Date.from(at));
        said.setKeyFlags(true, flags);
        if (!life.isZero()) {
            said.setKeyExpirationTime(true, life.toSeconds());
        }
        return said.generate();
    }
}
