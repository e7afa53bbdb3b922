package dev.passcourier.vault;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.nimbusds.jose.jwk.ECKey;
import dev.passcourier.vault.NotOpenedException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The recipient's side: opens sealed results and tells why one does not open. */
public final class ResultOpener {

    private static final int LARGEST = 256 * 1024;
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    /** RFC 7516, section 7.1, also wrapped. */
    private static final Pattern COMPACT_JWE =
            Pattern.compile("\\s*[A-Za-z0-9_-][A-Za-z0-9_\\s-]*(?:\\.[A-Za-z0-9_\\s-]*){4}");

    private final RecipientPrivateKey key;
    private final List<ECKey> signers;
    private final Clock clock;

    /** Of any of these signers; without one, signatures are not checked. */
    ResultOpener(RecipientPrivateKey key, List<ECKey> signers, Clock clock) {
        this.key = key;
        this.signers = List.copyOf(signers);
        this.clock = clock;
    }

    /**
     * What a result must answer. Fields that are null are not compared.
     *
     * @param requestId    the request
     * @param deliveryId   the delivery
     * @param instance     the instance
     * @param allowExpired whether a result is opened although its lifetime is over
     */
    public record Expected(
            @Nullable String requestId,
            @Nullable String deliveryId,
            @Nullable String instance,
            boolean allowExpired) {

        /** Any result in its lifetime. */
        public static final Expected ANY = new Expected(null, null, null, false);
    }

    /**
     * Reads the recipient's keys.
     *
     * @param key        private JWK, any private key file that a key ring reads, OpenPGP private key, or age identity
     *                   file; 0600
     * @param passphrase of an encrypted file, or null
     * @param signer     the service's {@code signing.pub.jwk}, {@code signing.crt.pem} or {@code signing.pub.asc}, or
     *                   null: then signatures are not checked
     * @param clock      that results expire by
     * @throws KeyLoadException naming the file and what is wrong with it
     */
    public static ResultOpener load(Path key, @Nullable Passphrase passphrase, @Nullable Path signer, Clock clock)
            throws KeyLoadException {
        return ofAny(key, passphrase, signer == null ? List.of() : List.of(signer), clock);
    }

    /**
     * The same for results of any of several signing keys, as there are while the service's own is replaced.
     *
     * @param signers each as for {@link #load}; empty: then signatures are not checked
     * @throws KeyLoadException naming the file and what is wrong with it
     */
    public static ResultOpener ofAny(Path key, @Nullable Passphrase passphrase, List<Path> signers, Clock clock)
            throws KeyLoadException {
        List<ECKey> keys = new ArrayList<>();
        for (Path signer : signers) {
            keys.add(SignerKey.load(signer, clock));
        }
        return new ResultOpener(RecipientPrivateKey.load(key, passphrase), keys, clock);
    }

    /**
     * Whether bytes are in a form that {@link #open} takes, so that nobody needs to look for the result inside them.
     *
     * @param content compact JWE, CMS, an OpenPGP message, armored or not, or an age file
     */
    public static boolean isSealed(byte[] content) {
        return content.length > 0
                && (ContainerFormat.of(content) != ContainerFormat.JOSE
                        || COMPACT_JWE
                                .matcher(new String(content, StandardCharsets.US_ASCII))
                                .matches());
    }

    /**
     * Opens a result.
     *
     * @param sealed   compact JWE, CMS, OpenPGP message or age file
     * @param expected what it must answer
     * @return the result, which the caller closes
     * @throws NotOpenedException with the reason
     */
    public OpenedResult open(byte[] sealed, Expected expected) throws NotOpenedException {
        if (sealed.length > LARGEST) {
            throw new NotOpenedException(Reason.MALFORMED);
        }
        return bySigner(signer -> {
            try (SignedResult signed = SignedResult.parse(key.open(sealed, signer))) {
                signed.check(signer, key.thumbprint());
                return fitting(ResultReader.read(signed.payload().borrow(), signer != null), expected);
            } catch (IOException e) {
                throw new NotOpenedException(Reason.MALFORMED);
            }
        });
    }

    private interface Opening<T> {
        T as(@Nullable ECKey signer) throws NotOpenedException;
    }

    private <T> T bySigner(Opening<T> opening) throws NotOpenedException {
        for (int i = 0; i < signers.size() - 1; i++) {
            try {
                return opening.as(signers.get(i));
            } catch (NotOpenedException e) {
                if (e.reason() != Reason.NOT_OURS) {
                    throw e;
                }
                // It may be the next one's.
            }
        }
        return opening.as(signers.isEmpty() ? null : signers.get(signers.size() - 1));
    }

    /**
     * Opens files that are sealed together, as a report's are. JWE and age say nothing of who sealed them: that is in the
     * signature among the files.
     *
     * @param sealed compact JWE, CMS, OpenPGP message or age file, of any size
     * @return the ZIP archive, which holds no secret; or empty if something else is sealed in it, such as a result
     * @throws NotOpenedException with the reason; CMS and OpenPGP messages must be the signer's, if there is one
     */
    public Optional<byte[]> openArchive(byte[] sealed) throws NotOpenedException {
        return bySigner(signer -> {
            try (SecretBytes content = key.open(sealed, signer)) {
                byte[] bytes = content.borrow();
                return ResultMimeEntity.indexOf(Arrays.copyOf(bytes, ZIP.length), ZIP, 0) == 0
                        ? Optional.of(bytes.clone())
                        : Optional.empty();
            }
        });
    }

    private OpenedResult fitting(OpenedResult result, Expected expected) throws NotOpenedException {
        Map<String, String> facts = result.facts();
        boolean other = differs(expected.requestId(), facts.get("requestId"))
                || differs(expected.deliveryId(), facts.get("deliveryId"))
                || differs(expected.instance(), facts.get("instance"));
        boolean expired = !expected.allowExpired() && !clock.instant().isBefore(result.notAfter());
        if (other || expired) {
            result.close();
            throw new NotOpenedException(other ? Reason.OTHER_RESULT : Reason.EXPIRED);
        }
        return result;
    }

    private static boolean differs(@Nullable String expected, @Nullable String found) {
        return expected != null && !expected.equals(found);
    }

    /** Names the recipient's key. */
    @Override
    public String toString() {
        return "ResultOpener[" + key.thumbprint() + "]";
    }

    /** Reads the JSON that {@link ResultJson} wrote. The secret goes into bytes, the rest into strings. */
    private static final class ResultReader {

        private static final String SECRET = "secret";
        private static final List<String> NEEDED = List.of("requestId", "deliveryId", "alias", "kind", "notAfter");

        private ResultReader() {}

        /**
         * Reads a result.
         *
         * @throws IOException if it is not one; the exception may quote it: drop it
         */
        static OpenedResult read(byte[] json, boolean signatureChecked) throws IOException {
            Map<String, String> facts = facts(json);
            if (!facts.keySet().containsAll(NEEDED)) {
                throw new IOException("incomplete");
            }
            Instant notAfter = instant(facts.get("notAfter"));
            SecretBytes secret =
                    JsonStrings.find(json, List.of(SECRET)).orElseThrow(() -> new IOException("no secret"));
            return new OpenedResult(facts, secret, notAfter, signatureChecked);
        }

        private static Map<String, String> facts(byte[] json) throws IOException {
            Map<String, String> facts = new LinkedHashMap<>();
            try (JsonParser parser = JsonStrings.parser(json)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    boolean isText = parser.nextToken() == JsonToken.VALUE_STRING;
                    if (isText && !name.equals(SECRET)) {
                        facts.put(name, parser.getText());
                    } else {
                        parser.skipChildren();
                    }
                }
            }
            return facts;
        }

        private static Instant instant(String text) throws IOException {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw new IOException("no time");
            }
        }
    }
}
