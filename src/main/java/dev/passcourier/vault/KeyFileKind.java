package dev.passcourier.vault;

import dev.passcourier.files.PemText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;

/**
 * What a key file is, told from its content alone: the one place that knows the forms that people's programs write.
 * Which of them serve, and what to do with the others, is said by those who read them.
 */
enum KeyFileKind {
    EMPTY("empty"),
    /** PKCS#1, SEC 1, PKCS#8 or OpenSSH's own form, encrypted or not. */
    PRIVATE_KEY("a private key"),
    PRIVATE_JWK("a private JSON Web Key"),
    PKCS12("a PKCS#12 file (.p12 or .pfx)"),
    JAVA_KEY_STORE("a Java key store"),
    SECURITY_KEY("the handle of a key inside a hardware token (sk-…), which decrypts nothing"),
    PUTTY("a private key in PuTTY's own format"),
    SSH_COM("a private key in the format of ssh.com"),
    DOTNET("a private key in .NET's XML form"),
    CERTIFICATE("an X.509 certificate"),
    PKCS7("a PKCS#7 bundle of certificates (.p7b)"),
    CERTIFICATE_REQUEST("a certificate request"),
    PUBLIC_KEY("a bare public key"),
    PUBLIC_JWK("a public JSON Web Key"),
    SYMMETRIC_JWK("a symmetric JSON Web Key"),
    SSH_PUBLIC("an OpenSSH public key"),
    SSH_PUBLIC_RFC4716("a public key in the format of ssh.com (RFC 4716)"),
    KNOWN_HOSTS("OpenSSH's list of known hosts"),
    SSH_CONFIG("OpenSSH's configuration"),
    PARAMETERS("curve or group parameters without a key"),
    OPENPGP_PUBLIC("an OpenPGP public key"),
    OPENPGP_PRIVATE("an OpenPGP private key"),
    AGE_IDENTITY("an age identity"),
    AGE_PLUGIN_IDENTITY("the identity of an age plugin, whose key is inside a hardware token"),
    AGE_RECIPIENT("an age recipient"),
    AGE_PLUGIN_RECIPIENT("the recipient of an age plugin"),
    WEB_PAGE("a web page, such as a sign-in page that was saved in the file's place"),
    UNKNOWN("no kind of key file that we know");

    private static final int LONGEST_LABEL = 64;
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 .#]{1,64})-----");
    private static final Pattern SSH_KEY = Pattern.compile(
            "(?m)^[ \\t]*(?:[^#\\s][^\\n]*[ \\t])?((?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+)[ \\t]+AAAA[A-Za-z0-9+/=]+");
    private static final Pattern SSH_TYPE = Pattern.compile("(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+");
    private static final Pattern SSH_CONFIGURATION =
            Pattern.compile("(?mi)^[ \\t]*(?:Host|Match|HostName|Include|IdentityFile|ServerAliveInterval)[ \\t=]");
    private static final Pattern PLUGIN_RECIPIENT = Pattern.compile("(?m)^[ \\t]*age1[a-z0-9-]+1[a-z0-9]+");
    private static final Pattern AGE = Pattern.compile("(?m)^[ \\t]*age1[02-9ac-hj-np-z]{10}");
    private static final byte[] OPENSSH_MAGIC = ascii("openssh-key-v1\0");
    private static final byte[] JKS = {(byte) 0xFE, (byte) 0xED, (byte) 0xFE, (byte) 0xED};
    private static final byte[] JCEKS = {(byte) 0xCE, (byte) 0xCE, (byte) 0xCE, (byte) 0xCE};

    private final String words;

    KeyFileKind(String words) {
        this.words = words;
    }

    /**
     * A key file's content as PEM, JSON or lines; DER, and base64 around all of it, are taken off.
     *
     * @param kind  what it is
     * @param bytes the content, which {@link #close} wipes
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Content(KeyFileKind kind, byte[] bytes) implements AutoCloseable {

        /** Wipes the bytes. */
        @Override
        public void close() {
            Arrays.fill(bytes, (byte) 0);
        }

        @Override
        public String toString() {
            return kind.toString();
        }
    }

    /** What messages call it. */
    String words() {
        return words;
    }

    /** Whether it holds a private key, in a form that we read or not. */
    boolean isPrivate() {
        return switch (this) {
            case PRIVATE_KEY,
                    PRIVATE_JWK,
                    PKCS12,
                    JAVA_KEY_STORE,
                    PUTTY,
                    SSH_COM,
                    DOTNET,
                    OPENPGP_PRIVATE,
                    AGE_IDENTITY,
                    AGE_PLUGIN_IDENTITY,
                    SYMMETRIC_JWK,
                    SECURITY_KEY -> true;
            default -> false;
        };
    }

    /**
     * Looks at a file's content. Kubernetes secrets and some exports are base64 of the file, or of its DER without the
     * lines around it; Windows' {@code .cer}, {@code .key} and {@code .der} are often DER.
     *
     * @param content as {@link PemText#tidy} gave it; the caller wipes it
     */
    static Content read(byte[] content) {
        Optional<byte[]> packed = isBlank(content) ? Optional.empty() : StrictBase64.decode(content);
        if (packed.isPresent()) {
            byte[] inner = PemText.tidy(packed.get());
            Arrays.fill(packed.get(), (byte) 0);
            Content found = unpacked(inner);
            Arrays.fill(inner, (byte) 0);
            if (found.kind != UNKNOWN) {
                return found;
            }
            found.close();
        }
        return unpacked(content);
    }

    private static Content unpacked(byte[] content) {
        Optional<String> label = startsWith(content, OPENSSH_MAGIC)
                ? Optional.of("OPENSSH PRIVATE KEY")
                : content.length > 0 && content[0] == 0x30 ? derLabel(content) : Optional.empty();
        byte[] text = label.map(name -> pem(name, content)).orElseGet(content::clone);
        return new Content(of(text), text);
    }

    private static KeyFileKind of(byte[] content) {
        if (isBlank(content)) {
            return EMPTY;
        }
        if (startsWith(content, JKS) || startsWith(content, JCEKS)) {
            return JAVA_KEY_STORE;
        }
        if (content[0] < 0) {
            return ofOpenPgp(content);
        }
        return content[0] == 0x30 && isPkcs12(content) ? PKCS12 : ofText(content);
    }

    private static KeyFileKind ofOpenPgp(byte[] content) {
        int tag = (content[0] & 0x40) == 0 ? (content[0] & 0x3C) >> 2 : content[0] & 0x3F;
        return switch (tag) {
            case 5 -> OPENPGP_PRIVATE;
            case 6 -> OPENPGP_PUBLIC;
            default -> UNKNOWN;
        };
    }

    /** By the shape of the outermost sequence (RFC 5208, 5280, 5652, 5915, 8017). */
    private static Optional<String> derLabel(byte[] content) {
        try (var in = new ASN1InputStream(content)) {
            if (!(in.readObject() instanceof ASN1Sequence outer) || outer.size() < 2) {
                return Optional.empty();
            }
            ASN1Encodable first = outer.getObjectAt(0);
            ASN1Encodable second = outer.getObjectAt(1);
            if (first instanceof ASN1Integer version) {
                if (second instanceof ASN1Sequence) {
                    return version.hasValue(3) ? Optional.empty() : Optional.of("PRIVATE KEY");
                }
                if (second instanceof ASN1OctetString) {
                    return Optional.of("EC PRIVATE KEY");
                }
                return Optional.of(
                        outer.size() == 2
                                ? "RSA PUBLIC KEY"
                                : outer.size() == 6 ? "DSA PRIVATE KEY" : "RSA PRIVATE KEY");
            }
            if (first instanceof ASN1ObjectIdentifier) {
                return Optional.of("PKCS7");
            }
            if (!(first instanceof ASN1Sequence inner) || inner.size() == 0) {
                return Optional.empty();
            }
            if (second instanceof ASN1OctetString) {
                return Optional.of("ENCRYPTED PRIVATE KEY");
            }
            if (second instanceof ASN1BitString) {
                return Optional.of("PUBLIC KEY");
            }
            boolean isRequest = inner.getObjectAt(0) instanceof ASN1Integer version
                    && version.hasValue(0)
                    && inner.getObjectAt(inner.size() - 1) instanceof ASN1TaggedObject;
            return Optional.of(isRequest ? "CERTIFICATE REQUEST" : "CERTIFICATE");
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** RFC 7292, section 4: version 3 and a content type. */
    private static boolean isPkcs12(byte[] content) {
        try (var in = new ASN1InputStream(content)) {
            return in.readObject() instanceof ASN1Sequence outer
                    && outer.size() >= 2
                    && outer.getObjectAt(0) instanceof ASN1Integer version
                    && version.hasValue(3)
                    && outer.getObjectAt(1) instanceof ASN1Sequence;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** Labels and words only are made strings of: they are no secrets. */
    private static KeyFileKind ofText(byte[] content) {
        if (Jwks.looksLikeOne(content)) {
            return Jwks.kind(content);
        }
        Set<String> labels = labels(content);
        if (labels.isEmpty()) {
            return ofLines(content);
        }
        if (has(content, "-----BEGIN PGP PRIVATE KEY BLOCK-----")) {
            return OPENPGP_PRIVATE;
        }
        if (labels.stream().anyMatch(label -> label.endsWith("PRIVATE KEY"))) {
            return isSecurityKey(content) ? SECURITY_KEY : PRIVATE_KEY;
        }
        if (labels.contains("PGP PUBLIC KEY BLOCK")) {
            return OPENPGP_PUBLIC;
        }
        if (labels.stream().anyMatch(label -> label.endsWith("CERTIFICATE"))) {
            return CERTIFICATE;
        }
        if (labels.stream().anyMatch(label -> label.endsWith("PUBLIC KEY"))) {
            return PUBLIC_KEY;
        }
        if (labels.contains("PKCS7") || labels.contains("CMS")) {
            return PKCS7;
        }
        if (labels.stream().anyMatch(label -> label.endsWith("CERTIFICATE REQUEST"))) {
            return CERTIFICATE_REQUEST;
        }
        return labels.stream().allMatch(label -> label.endsWith("PARAMETERS")) ? PARAMETERS : UNKNOWN;
    }

    private static KeyFileKind ofLines(byte[] content) {
        if (has(content, "PuTTY-User-Key-File-")) {
            return PUTTY;
        }
        if (has(content, "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----")) {
            return SSH_COM;
        }
        if (has(content, "---- BEGIN SSH2 PUBLIC KEY ----")) {
            return SSH_PUBLIC_RFC4716;
        }
        if (has(content, "AGE-SECRET-KEY-1")) {
            return AGE_IDENTITY;
        }
        if (has(content, "AGE-PLUGIN-")) {
            return AGE_PLUGIN_IDENTITY;
        }
        if (has(content, "<RSAKeyValue>")) {
            return has(content, "<D>") ? DOTNET : PUBLIC_KEY;
        }
        return ofWords(new String(content, 0, Math.min(content.length, 8192), StandardCharsets.ISO_8859_1));
    }

    private static KeyFileKind ofWords(String text) {
        if (AGE.matcher(text).find() && !PLUGIN_RECIPIENT.matcher(text).find()) {
            return AGE_RECIPIENT;
        }
        if (PLUGIN_RECIPIENT.matcher(text).find()) {
            return AGE_PLUGIN_RECIPIENT;
        }
        Matcher key = SSH_KEY.matcher(text);
        if (key.find()) {
            String before = text.substring(key.start(), key.start(1)).strip();
            boolean isHost = !before.isEmpty() && (before.matches("[^\\s=\"]+") || before.startsWith("@"));
            return isHost ? KNOWN_HOSTS : SSH_PUBLIC;
        }
        if (SSH_CONFIGURATION.matcher(text).find()) {
            return SSH_CONFIG;
        }
        String start = text.stripLeading().toLowerCase(Locale.ROOT);
        return start.startsWith("<!doctype html") || start.startsWith("<html") ? WEB_PAGE : UNKNOWN;
    }

    private static Set<String> labels(byte[] content) {
        Set<String> labels = new HashSet<>();
        byte[] mark = ascii("-----BEGIN ");
        int at = ResultMimeEntity.indexOf(content, mark, 0);
        while (at >= 0) {
            int length = Math.min(content.length - at, mark.length + LONGEST_LABEL + 5);
            Matcher label = BEGIN.matcher(new String(content, at, length, StandardCharsets.ISO_8859_1));
            if (label.lookingAt()) {
                labels.add(label.group(1));
            }
            at = ResultMimeEntity.indexOf(content, mark, at + mark.length);
        }
        return labels;
    }

    /** OpenSSH names the kind of key in clear behind what its encryption needs (PROTOCOL.key). */
    private static boolean isSecurityKey(byte[] content) {
        byte[] begin = ascii("-----BEGIN OPENSSH PRIVATE KEY-----");
        int start = ResultMimeEntity.indexOf(content, begin, 0);
        int end = start < 0 ? -1 : ResultMimeEntity.indexOf(content, ascii("-----END"), start + begin.length);
        if (end < 0) {
            return false;
        }
        byte[] base64 = Arrays.copyOfRange(content, start + begin.length, end);
        byte[] blob = StrictBase64.decode(base64).orElse(new byte[0]);
        try {
            int from = Math.min(blob.length, OPENSSH_MAGIC.length);
            String head = new String(blob, from, Math.min(blob.length - from, 256), StandardCharsets.ISO_8859_1);
            Matcher type = SSH_TYPE.matcher(head);
            return type.find() && type.group().startsWith("sk-");
        } finally {
            Arrays.fill(base64, (byte) 0);
            Arrays.fill(blob, (byte) 0);
        }
    }

    private static byte[] pem(String label, byte[] der) {
        try (var out = new SecretBuffer(2 * der.length + 128)) {
            out.write("-----BEGIN " + label + "-----\n");
            byte[] base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(der);
            out.write(base64);
            Arrays.fill(base64, (byte) 0);
            out.write("\n-----END " + label + "-----\n");
            return out.toSecret().borrow();
        }
    }

    private static boolean isBlank(byte[] content) {
        for (byte each : content) {
            if (each < 0 || each > ' ') {
                return false;
            }
        }
        return true;
    }

    private static boolean has(byte[] content, String mark) {
        return ResultMimeEntity.indexOf(content, ascii(mark), 0) >= 0;
    }

    private static boolean startsWith(byte[] content, byte[] mark) {
        return content.length >= mark.length && Arrays.equals(content, 0, mark.length, mark, 0, mark.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
