package dev.passcourier.vault;

import dev.passcourier.config.Settings.CmsCipher;
import dev.passcourier.vault.FuzzedRecipients.Recipient;
import java.nio.charset.StandardCharsets;

/** What is inside a seal, and seals around whatever is inside. */
final class SealedInside {

    static final String SECRET = "Canary#1";

    private final VaultBench bench;
    private final SigningIdentity identity;

    SealedInside(VaultBench bench) {
        this.bench = bench;
        this.identity = new SigningIdentity(bench.keys().signing());
    }

    /** What the vault would seal for that recipient. */
    byte[] of(Recipient recipient) throws Exception {
        byte[] sealed = bench.seal(SECRET, VaultBench.FACTS, recipient.key()).bytes();
        try (SecretBytes signed =
                        RecipientPrivateKey.load(recipient.privateKey(), null).open(sealed, null);
                SecretBytes secret = SecretBytes.owning(SECRET.getBytes(StandardCharsets.US_ASCII))) {
            var parcel =
                    new RecipientKey.SignedParcel(VaultBench.FACTS, "password", "delivery-1", "ops", secret, signed);
            if (recipient.key() instanceof CmsRecipient) {
                return CmsSeal.inside(parcel, identity).borrow();
            }
            return recipient.key() instanceof OpenPgpRecipient pgp
                    ? OpenPgpSeal.inside(parcel, pgp.key(), identity).borrow()
                    : signed.borrow().clone();
        }
    }

    /** Anything, sealed for that recipient. */
    byte[] seal(byte[] inside, RecipientKey recipient) throws Exception {
        SecretBytes content = SecretBytes.owning(inside);
        if (recipient instanceof CmsRecipient cms) {
            return CmsSeal.encrypt(content, cms.certificate(), CmsCipher.GCM);
        }
        if (recipient instanceof OpenPgpRecipient pgp) {
            return OpenPgpSeal.encrypt(content, pgp.key());
        }
        return recipient.seal(
                new RecipientKey.SignedParcel(VaultBench.FACTS, "password", "delivery-1", "ops", content, content),
                identity);
    }
}
