package dev.passcourier.vault;

import dev.passcourier.vault.VaultException.Code;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens secrets and seals results, in one call: cleartext lives inside that call only. Safe for use by many threads.
 *
 * <p>What cannot be wiped are the copies the JVM's ciphers make inside, and the RSA key objects of the ring.
 */
public final class Vault {

    private final ServiceKeys keys;
    private final Clock clock;

    /** With the service's keys and the clock that results expire by. */
    public Vault(ServiceKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Opens a secret and seals it for every target. A body in clear is wiped, whatever the outcome.
     *
     * @param secret  as the cloud handed it out
     * @param ring    the account's keys; {@link KeyRing#empty()} where clouds answer in clear
     * @param keyName the key to open with, or null to try all of the ring
     * @param facts   what the result says beside the secret
     * @param targets whom to seal for
     * @return one sealed result per target
     * @throws VaultException with the code that says why; nothing was sealed then
     */
    public Opened seal(
            LockedSecret secret, KeyRing ring, @Nullable String keyName, ResultFacts facts, List<SealTarget> targets)
            throws VaultException {
        try (Unlocked unlocked = unlock(secret, ring, keyName)) {
            if (!clock.instant().isBefore(facts.notAfter())) {
                throw new VaultException(Code.EXPIRED);
            }
            refuseExpired(targets);
            String kind = SecretKind.of(facts.kind(), unlocked.secret());
            ServiceKeys.Held held = keys.held();
            List<Sealed> sealed = new ArrayList<>();
            for (SealTarget target : targets) {
                sealed.add(seal(held, unlocked.secret(), kind, facts, target));
            }
            return new Opened(sealed, unlocked.key(), kind);
        }
    }

    /**
     * Opens a secret to look at it, and seals it for nobody: it is wiped before this returns. A body in clear is wiped,
     * whatever the outcome.
     *
     * @param secret  as the cloud handed it out
     * @param ring    the account's keys; {@link KeyRing#empty()} where clouds answer in clear
     * @param keyName the key to open with, or null to try all of the ring
     * @throws VaultException with the code that says why it was not opened
     */
    public Inspected inspect(LockedSecret secret, KeyRing ring, @Nullable String keyName) throws VaultException {
        try (Unlocked unlocked = unlock(secret, ring, keyName)) {
            byte[] bytes = unlocked.secret().borrow();
            return new Inspected(
                    unlocked.key(),
                    SecretKind.isPrivateKey(unlocked.secret()) ? null : PasswordRating.of(unlocked.secret()),
                    HexFormat.of().formatHex(DerivedKeys.hmac(keys.held().report(), bytes)));
        }
    }

    /**
     * Seals files for a recipient: as the archive in JWE and age, as a signed mail with the archive attached in CMS and
     * OpenPGP.
     *
     * @param alias      the destination
     * @param deliveryId the delivery
     * @throws VaultException with {@link Code#RECIPIENT_EXPIRED} or {@link Code#SEAL}
     */
    public Sealed seal(RecipientKey.Bundle bundle, RecipientKey recipient, String alias, String deliveryId)
            throws VaultException {
        refuseExpired(List.of(new SealTarget(alias, recipient)));
        try {
            return new Sealed(
                    alias,
                    deliveryId,
                    recipient.mediaType(),
                    recipient.seal(bundle, keys.held().identity()));
        } catch (Exception e) {
            throw new VaultException(Code.SEAL);
        }
    }

    /**
     * Names a ciphertext without telling it: the same ciphertext has the same name for as long as the keys that name
     * things stay the same, which outlive the at-rest key. Guards against a ciphertext that was carried over to another instance.
     *
     * @return HMAC-SHA-256 in hex, or empty for a secret in clear and for a malformed ciphertext, which nothing opens
     */
    public Optional<String> fingerprint(LockedSecret secret) {
        if (!(secret instanceof LockedSecret.Encrypted encrypted)) {
            return Optional.empty();
        }
        try {
            byte[] ciphertext = Ciphertext.decode(encrypted.base64());
            return Optional.of(
                    HexFormat.of().formatHex(DerivedKeys.hmac(keys.held().fingerprint(), ciphertext)));
        } catch (VaultException e) {
            return Optional.empty();
        }
    }

    /**
     * Opens an at-rest seal, to be sent on at once over a protected connection.
     *
     * @param sealed     bytes of media type {@link AtRest#MEDIA_TYPE}
     * @param deliveryId the delivery it was sealed for
     * @return the result's JSON, which the caller closes and thereby wipes
     * @throws VaultException with {@link Code#NOT_OPENED} if it is damaged or another delivery's, {@link Code#SEAL_NEWER},
     *                        or {@link Code#EXPIRED}
     */
    public ClearResult openAtRest(byte[] sealed, String deliveryId) throws VaultException {
        return new ClearResult(keys.held().atRest().open(sealed, deliveryId, clock.instant()));
    }

    private static Sealed seal(
            ServiceKeys.Held held, SecretBytes secret, String kind, ResultFacts facts, SealTarget target)
            throws VaultException {
        String deliveryId = DeliveryIds.of(facts.requestId(), target.alias());
        RecipientKey recipient = target.recipient();
        try (SecretBytes result = ResultJson.of(facts, kind, deliveryId, target.alias(), secret)) {
            if (recipient == null) {
                byte[] bytes = held.atRest().seal(result, deliveryId, facts.notAfter());
                return new Sealed(target.alias(), deliveryId, AtRest.MEDIA_TYPE, bytes);
            }
            try (SecretBytes signed = held.signer().sign(result, recipient.thumbprint())) {
                var parcel = new RecipientKey.SignedParcel(facts, kind, deliveryId, target.alias(), secret, signed);
                return new Sealed(
                        target.alias(), deliveryId, recipient.mediaType(), recipient.seal(parcel, held.identity()));
            }
        } catch (Exception e) {
            throw new VaultException(Code.SEAL);
        }
    }

    private void refuseExpired(List<SealTarget> targets) throws VaultException {
        for (SealTarget target : targets) {
            RecipientKey recipient = target.recipient();
            if (recipient != null && recipient.isExpired(clock.instant())) {
                throw new VaultException(Code.RECIPIENT_EXPIRED);
            }
        }
    }

    private static Unlocked unlock(LockedSecret secret, KeyRing ring, @Nullable String keyName) throws VaultException {
        if (secret instanceof LockedSecret.Encrypted encrypted) {
            byte[] ciphertext = Ciphertext.decode(encrypted.base64());
            List<HeldKey> candidates = ring.candidates(keyName);
            Ciphertext.demandWhole(ciphertext, candidates);
            return RsaOpener.open(ciphertext, candidates);
        }
        return new Unlocked(ClearBody.read((LockedSecret.InClear) secret), null);
    }

    /**
     * A secret for the length of one call, and the key that opened it.
     *
     * @param secret wiped with this object
     * @param key    what may be told about the key, or null if the secret came in clear
     */
    record Unlocked(SecretBytes secret, KeyRing.@Nullable KeyInfo key) implements AutoCloseable {

        @Override
        public void close() {
            secret.close();
        }
    }

    /**
     * What came out of the vault: the sealed results and what may be recorded about opening the secret.
     *
     * @param sealed one per target, in their order
     * @param key    what may be told about the key of the ring that opened the secret, or null if it came in clear
     * @param kind   what the secret is: {@code password}, {@code console-password} or {@code private-key}
     */
    public record Opened(List<Sealed> sealed, KeyRing.@Nullable KeyInfo key, String kind) {

        /** Copies the list. */
        public Opened {
            sealed = List.copyOf(sealed);
        }
    }

    /**
     * What may be told about a secret that was looked at.
     *
     * @param key         what may be told about the key that opened it, or null if it came in clear
     * @param quality     of a password, or null of a private key
     * @param fingerprint HMAC-SHA-256 of the secret in hex, under a key of its own that only reports use: the same secret
     *                    has the same one for as long as that key stays the same. It is for comparing alone, and
     *                    belongs into no log, trail or document
     */
    public record Inspected(
            KeyRing.@Nullable KeyInfo key, @Nullable PasswordQuality quality, String fingerprint) {

        /** Leaves the fingerprint out. */
        @Override
        public String toString() {
            return "Inspected[" + key + ", " + quality + "]";
        }
    }
}
