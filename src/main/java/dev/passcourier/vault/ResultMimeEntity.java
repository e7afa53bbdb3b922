package dev.passcourier.vault;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a mail program shows when it has opened a sealed result: a MIME entity (RFC 2045) with a readable page, and the
 * signed result attached as {@code result.jws}. Lines end with CR LF, as signatures over MIME demand.
 */
final class ResultMimeEntity {

    private static final int LONGEST_LINE = 998;
    private static final SecureRandom RANDOM = new SecureRandom();

    @SuppressWarnings("StringConcatToTextBlock") // CR LF
    private static final String ATTACHED = "Content-Type: application/jose; name=result.jws\r\n"
            + "Content-Transfer-Encoding: base64\r\n"
            + "Content-Disposition: attachment; filename=result.jws\r\n\r\n";

    private static final String ARCHIVE = "\r\nContent-Type: application/zip; name=\"";

    private ResultMimeEntity() {}

    /** Writes the entity. The caller closes it. */
    static SecretBytes of(RecipientKey.SignedParcel parcel) {
        String boundary = boundary();
        try (var out = new SecretBuffer(2048 + 4 * parcel.signed().length());
                var page = page(parcel)) {
            out.write("Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n");
            out.write("--" + boundary + "\r\n");
            readable(page, out);
            out.write("\r\n--" + boundary + "\r\n" + ATTACHED);
            base64(parcel.signed().borrow(), out);
            out.write("\r\n--" + boundary + "--\r\n");
            return out.toSecret();
        }
    }

    /** Writes an entity with a text and an archive, as a mail with an attachment. The caller closes it. */
    static SecretBytes of(RecipientKey.Bundle bundle) {
        String boundary = boundary();
        try (var out = new SecretBuffer(2048 + 2 * bundle.zip().length)) {
            out.write("Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n");
            out.write("--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\n");
            out.write("Content-Transfer-Encoding: base64\r\n\r\n");
            base64(bundle.text().getBytes(StandardCharsets.UTF_8), out);
            String name = bundle.name().replaceAll("[^A-Za-z0-9._-]", "_");
            out.write("\r\n--" + boundary + ARCHIVE + name + "\"\r\n");
            out.write("Content-Transfer-Encoding: base64\r\n");
            out.write("Content-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n");
            base64(bundle.zip(), out);
            out.write("\r\n--" + boundary + "--\r\n");
            return out.toSecret();
        }
    }

    /**
     * Finds what is attached to an entity of ours.
     *
     * @return the compact JWS of a result or else the archive, which the caller closes; empty if this is none of ours
     */
    static Optional<SecretBytes> attached(byte[] entity) {
        int head = after(entity, ATTACHED, 0);
        int start = head >= 0 ? head : after(entity, "\r\n\r\n", after(entity, ARCHIVE, 0));
        if (start < 0) {
            return Optional.empty();
        }
        int end = indexOf(entity, "\r\n--".getBytes(StandardCharsets.US_ASCII), start);
        return end < 0 ? Optional.empty() : decoded(entity, start, end);
    }

    /** Position behind the first occurrence from there on, or -1; also if there is no such place to begin at. */
    private static int after(byte[] in, String wanted, int from) {
        byte[] bytes = wanted.getBytes(StandardCharsets.US_ASCII);
        int at = from < 0 ? -1 : indexOf(in, bytes, from);
        return at < 0 ? -1 : at + bytes.length;
    }

    /** Position of the first occurrence from there on, or -1. */
    static int indexOf(byte[] in, byte[] wanted, int from) {
        for (int at = from; at <= in.length - wanted.length; at++) {
            if (Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }

    /** Base64 in lines of 76 characters. */
    static void base64(byte[] bytes, SecretBuffer out) {
        byte[] encoded = Base64.getMimeEncoder().encode(bytes);
        out.write(encoded);
        Arrays.fill(encoded, (byte) 0);
    }

    /** Undoes {@link #base64}. */
    static Optional<SecretBytes> decoded(byte[] text, int from, int to) {
        byte[] encoded = Arrays.copyOfRange(text, from, to);
        try {
            return StrictBase64.decode(encoded).map(SecretBytes::owning);
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static String boundary() {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        return "passcourier-" + HexFormat.of().formatHex(random);
    }

    private static void readable(SecretBytes page, SecretBuffer out) {
        boolean asItIs = longestLine(page.borrow()) <= LONGEST_LINE;
        out.write("Content-Type: text/plain; charset=utf-8\r\n");
        out.write("Content-Transfer-Encoding: " + (asItIs ? "8bit" : "base64") + "\r\n\r\n");
        if (asItIs) {
            out.write(page.borrow());
        } else {
            base64(page.borrow(), out);
        }
    }

    private static SecretBytes page(RecipientKey.SignedParcel parcel) {
        ResultFacts facts = parcel.facts();
        try (var out = new SecretBuffer(1024 + 2 * parcel.secret().length())) {
            line(out, "request", facts.requestId());
            line(out, "delivery", parcel.deliveryId());
            line(out, "destination", parcel.alias());
            line(out, "provider", facts.provider());
            line(out, "account", facts.account());
            line(out, "instance", facts.instance());
            line(out, "kind", parcel.kind());
            if (facts.userName() != null) {
                line(out, "user", facts.userName());
            }
            if (!parcel.secret().takenOff().isEmpty()) {
                line(out, "trimmed", parcel.secret().takenOff());
            }
            line(out, "issued", facts.issuedAt().toString());
            line(out, "valid to", facts.notAfter().toString());
            out.write("\r\n" + parcel.kind() + " on the next line:\r\n");
            lines(parcel.secret().borrow(), out);
            out.write("\r\n\r\nThe attached result.jws says the same, signed by the service (RFC 7515).\r\n");
            return out.toSecret();
        }
    }

    private static void line(SecretBuffer out, String name, String value) {
        out.write(String.format("%-12s%s\r\n", name, value.replaceAll("\\p{Cntrl}", "?")));
    }

    /** The secret with the line ends of mail. */
    private static void lines(byte[] secret, SecretBuffer out) {
        for (int at = 0; at < secret.length; at++) {
            if (secret[at] == '\n' && (at == 0 || secret[at - 1] != '\r')) {
                out.write('\r');
            }
            out.write(secret[at]);
        }
    }

    private static int longestLine(byte[] text) {
        int longest = 0;
        int length = 0;
        for (byte b : text) {
            length = b == '\n' ? 0 : length + 1;
            longest = Math.max(longest, length);
        }
        return longest;
    }
}
