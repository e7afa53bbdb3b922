package dev.passcourier.outbox;

import dev.passcourier.vault.Sealed;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** How a sealed result is named and written, by its media type. */
public enum SealedForm {
    /** Compact JWE. */
    JWE(".jwe", Sealed.JOSE),
    /** CMS, in BER. */
    CMS(".p7m", Sealed.CMS, Sealed.CMS_CBC),
    /** An armored OpenPGP message. */
    OPENPGP(".asc", Sealed.OPENPGP),
    /** An age file. */
    AGE(".age", Sealed.AGE);

    private final String ending;

    @SuppressWarnings("ImmutableEnumChecker") // never handed out
    private final String[] mediaTypes;

    SealedForm(String ending, String... mediaTypes) {
        this.ending = ending;
        this.mediaTypes = mediaTypes;
    }

    /**
     * The form of an item that is sealed for its recipient.
     *
     * @throws OutboxException if there is no such form
     */
    public static SealedForm of(OutboxItem item) throws OutboxException {
        return Arrays.stream(values())
                .filter(form -> Arrays.asList(form.mediaTypes).contains(item.mediaType()))
                .findFirst()
                .orElseThrow(() -> new OutboxException(OutboxException.Code.OUTBOX_PROPERTY));
    }

    /** Name of a file that holds the item: of a report, also what is under the seal. */
    public String fileName(OutboxItem item) {
        boolean isReport = item.kind() == OutboxItem.Kind.REPORT;
        String inside = this == CMS || this == OPENPGP ? ".eml" : ".zip";
        return item.fileName(isReport ? inside + ending : ending);
    }

    /** Whether {@link #text} is base64 of the sealed bytes. Only compact JWE is text as it is. */
    public boolean isBase64() {
        return this != JWE;
    }

    /** The sealed bytes as text. */
    public String text(OutboxItem item) {
        return isBase64()
                ? Base64.getEncoder().encodeToString(item.body())
                : new String(item.body(), StandardCharsets.US_ASCII);
    }
}
