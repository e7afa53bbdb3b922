package dev.passcourier.vault;

import dev.passcourier.config.Settings;
import dev.passcourier.config.Settings.SealFormat;
import dev.passcourier.vault.KeyLoadException.Code;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A recipient's public key, and how results are sealed for it. */
public abstract sealed class RecipientKey permits JoseRecipient, CmsRecipient, OpenPgpRecipient, AgeRecipient {

    private final String thumbprint;
    private final String algorithm;
    private final @Nullable Instant expiresAt;

    RecipientKey(String thumbprint, String algorithm, @Nullable Instant expiresAt) {
        this.thumbprint = thumbprint;
        this.algorithm = algorithm;
        this.expiresAt = expiresAt;
    }

    /**
     * Reads and judges the key of a configured recipient.
     *
     * @param clock for its dates
     * @throws KeyLoadException naming the file and what is wrong with it: weak, expired, revoked, not for encryption,
     *                          another form than the format needs, or not the pinned one
     */
    public static RecipientKey load(Settings.Recipient recipient, Clock clock) throws KeyLoadException {
        byte[] content = GuardedFile.readPublic(recipient.key());
        try {
            return read(recipient, content, clock);
        } finally {
            Arrays.fill(content, (byte) 0); // in case it was a private one
        }
    }

    private static RecipientKey read(Settings.Recipient recipient, byte[] content, Clock clock)
            throws KeyLoadException {
        Path file = recipient.key();
        String pinned = recipient.fingerprint();
        return switch (recipient.format()) {
            case JWE -> JoseRecipient.read(file, content, pinned, clock);
            case CMS -> CmsRecipient.read(file, content, pinned, recipient.cipher(), clock);
            case OPENPGP -> OpenPgpRecipient.read(file, content, pinned, clock);
            case AGE -> AgeRecipient.read(file, content, pinned);
        };
    }

    /**
     * Reads a public key that somebody names, to be handed to {@link #of}.
     *
     * @return what is in the file
     * @throws KeyLoadException naming the file if it holds no public key that we seal for
     */
    public static byte[] contentOf(Path file, Clock clock) throws KeyLoadException {
        byte[] content = GuardedFile.readPublic(file);
        try {
            read(unnamed(file, content), content, clock);
            return content.clone();
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /**
     * A recipient whose key is in no file of ours. Results are sealed as its form says: JWE for a JWK, PEM or OpenSSH key,
     * CMS for a certificate, OpenPGP and age for theirs.
     *
     * @param publicKey in any of these forms
     * @throws KeyLoadException if it is none that we seal for
     */
    public static RecipientKey of(byte[] publicKey, Clock clock) throws KeyLoadException {
        return read(unnamed(Path.of("recipient"), publicKey), publicKey, clock);
    }

    private static Settings.Recipient unnamed(Path file, byte[] content) throws KeyLoadException {
        SealFormat format = format(file, content);
        return new Settings.Recipient(format, file, null, format == SealFormat.CMS ? Settings.CmsCipher.GCM : null);
    }

    private static SealFormat format(Path file, byte[] content) throws KeyLoadException {
        try (KeyFileKind.Content found = KeyFileKind.read(content)) {
            return switch (found.kind()) {
                case PUBLIC_JWK, PUBLIC_KEY, SSH_PUBLIC -> SealFormat.JWE;
                case CERTIFICATE -> SealFormat.CMS;
                case OPENPGP_PUBLIC -> SealFormat.OPENPGP;
                case AGE_RECIPIENT -> SealFormat.AGE;
                default ->
                    throw PublicKeyFile.refusal(
                            file, found.kind(), "a public key, a certificate or an age recipient is needed");
            };
        }
    }

    /** Reads and judges a key that results are sealed for as JWE. */
    public static RecipientKey load(Path file, @Nullable String pinned, Clock clock) throws KeyLoadException {
        return load(new Settings.Recipient(SealFormat.JWE, file, pinned, null), clock);
    }

    /**
     * What every signed result names as {@code sealedFor}: the RFC 7638 SHA-256 thumbprint in base64url of keys for JWE
     * and CMS, the fingerprint in upper-case hex of OpenPGP keys, and age recipients themselves.
     */
    public String thumbprint() {
        return thumbprint;
    }

    /** Kind and size in bits of the key, such as {@code RSA 2048} or {@code EC 256}, or {@code X25519}. */
    public String algorithm() {
        return algorithm;
    }

    /** When the key expires, or null for never. */
    public @Nullable Instant expiresAt() {
        return expiresAt;
    }

    /** Whether it has expired by then. */
    boolean isExpired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    /** Of what {@link #seal} makes. */
    abstract String mediaType();

    /**
     * Seals a signed result. The bytes returned show nothing of it.
     *
     * @param identity signs what surrounds the result, in formats that have signatures of their own
     * @throws Exception of the format's library; it may quote cleartext: drop it
     */
    abstract byte[] seal(SignedParcel parcel, SigningIdentity identity) throws Exception;

    /**
     * Seals files that belong together. The bytes returned show nothing of them.
     *
     * @param identity signs what surrounds them, in formats that have signatures of their own
     * @throws Exception of the format's library
     */
    abstract byte[] seal(Bundle bundle, SigningIdentity identity) throws Exception;

    static void demandPinned(Path file, @Nullable String pinned, String found) throws KeyLoadException {
        if (pinned != null && !pinned.equals(found)) {
            throw new KeyLoadException(
                    Code.FINGERPRINT_DIFFERS,
                    file,
                    "its fingerprint is " + found + ", not the configured one; ask the recipient which is right");
        }
    }

    /** Names the thumbprint. */
    @Override
    public final String toString() {
        return "RecipientKey[" + thumbprint + "]";
    }

    /**
     * Files that belong together and hold no secret of a machine, such as those of a report.
     *
     * @param text what a mail program shows beside them
     * @param name of the archive, ending in {@code .zip}
     * @param zip  the archive
     * @param at   when it was made
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    public record Bundle(String text, String name, byte[] zip, Instant at) {

        /** Names the archive only. */
        @Override
        public String toString() {
            return "Bundle[" + name + "]";
        }
    }

    /**
     * A result that is signed and not yet sealed. Lives inside one call of the vault.
     *
     * @param facts      what the result says beside its secret
     * @param kind       what the secret is
     * @param deliveryId the delivery
     * @param alias      the destination
     * @param secret     the secret itself, on loan
     * @param signed     compact JWS of the whole result, on loan
     */
    record SignedParcel(
            ResultFacts facts, String kind, String deliveryId, String alias, SecretBytes secret, SecretBytes signed) {

        /** Names the delivery only. */
        @Override
        public String toString() {
            return "SignedParcel[" + deliveryId + "]";
        }
    }
}
