package dev.passcourier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.files.PemText;
import dev.passcourier.vault.ResultOpener;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What somebody received and gives to {@code open}: the sealed result itself, its base64, PEM, the JSON of a webhook, or a
 * whole mail. Finds the sealed result in it, or says what it is instead.
 */
final class ReceivedFile {

    /** A mail in a mail, base64 of JSON and the like; nobody nests them deeper. */
    private static final int DEEPEST = 6;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
    private static final Pattern HEADER = Pattern.compile("(?:From |[A-Za-z][A-Za-z0-9-]*:)[^\\n]*\\n");
    private static final Pattern MIME = Pattern.compile("(?mi)^(?:MIME-Version|Content-Type):");
    private static final Pattern JWS = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private final List<byte[]> sealed = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> others = new ArrayList<>();

    private ReceivedFile() {}

    /**
     * The sealed result.
     *
     * @param part which one, from 1, if it holds several; null if it must hold one only
     * @return what {@link ResultOpener#open} takes; the content itself if we do not know what it is
     * @throws CommandFailure saying what it is if it is something else, or which parts of a mail there are to choose from
     */
    static byte[] sealed(byte[] content, @Nullable Integer part) throws CommandFailure {
        var received = new ReceivedFile();
        received.look(content, "", 0);
        int found = received.sealed.size();
        if (part != null && part >= 1 && part <= found) {
            return received.sealed.get(part - 1);
        }
        if (found > 1) {
            throw new CommandFailure("this holds " + found + " sealed results: " + received.numbered()
                    + "; say with --part which one to open");
        }
        if (part != null && found == 1 && part != 1) {
            throw new CommandFailure("this holds one sealed result, and no part " + part + "; leave --part out");
        }
        if (!received.sealed.isEmpty()) {
            return received.sealed.get(0);
        }
        if (!received.others.isEmpty()) {
            throw new CommandFailure(received.others.get(0));
        }
        return content;
    }

    private String numbered() {
        List<String> numbered = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            numbered.add((i + 1) + " " + names.get(i));
        }
        return String.join(", ", numbered);
    }

    private void look(byte[] content, String name, int depth) {
        byte[] text = PemText.tidy(content);
        if (depth > DEEPEST || isBinaryOfOthers(content)) {
            return;
        }
        String words = new String(text, StandardCharsets.UTF_8).strip();
        if (ResultOpener.isSealed(text) && !words.startsWith("-----BEGIN ")) {
            add(text, name);
        } else if (words.startsWith("{") || words.startsWith("[") || words.startsWith("\"")) {
            json(words, name, depth);
        } else if (HEADER.matcher(words).lookingAt() && MIME.matcher(words).find()) {
            mail(text, name, depth);
        } else if (words.contains("-----BEGIN ")) {
            pem(text, name, depth);
        } else {
            Optional<byte[]> decoded = base64(words);
            if (decoded.isPresent()) {
                look(decoded.get(), name, depth + 1);
            } else {
                lines(words);
            }
        }
    }

    private void add(byte[] found, String name) {
        if (sealed.stream().noneMatch(known -> Arrays.equals(known, found))) {
            sealed.add(found);
            names.add(name.isEmpty() ? "one without a name" : shown(name));
        }
    }

    private boolean isBinaryOfOthers(byte[] content) {
        return isA(
                        content,
                        "Outlook's own format (.msg): save the mail as .eml, or its attachment",
                        0xD0,
                        0xCF,
                        0x11,
                        0xE0)
                || isA(
                        content,
                        "Outlook's winmail.dat: have it sent as MIME, or in another way",
                        0x78,
                        0x9F,
                        0x3E,
                        0x22)
                || isA(content, "a ZIP file: unpack it and open what is in it", 'P', 'K', 3, 4)
                || isA(content, "a gzip file: gunzip it and open what is in it", 0x1F, 0x8B);
    }

    private boolean isA(byte[] content, String what, int... mark) {
        if (content.length < mark.length) {
            return false;
        }
        for (int at = 0; at < mark.length; at++) {
            if ((content[at] & 0xFF) != mark[at]) {
                return false;
            }
        }
        others.add("this is " + what);
        return true;
    }

    private void json(String words, String name, int depth) {
        JsonNode json;
        try {
            json = MAPPER.readTree(words);
        } catch (IOException e) {
            others.add("this begins as JSON and is damaged or cut; take the whole body");
            return;
        }
        if (json.isTextual()) {
            look(bytes(json.asText()), name, depth + 1);
        } else if (json.path("sealed").isTextual()) {
            look(bytes(json.path("sealed").asText()), name, depth + 1);
        } else {
            others.add(object(json));
        }
    }

    private static String object(JsonNode json) {
        JsonNode notice = json.has("notice") ? json.path("notice") : json;
        if (notice.has("verdict") && notice.has("requestId")) {
            return "this is a notice, which is not sealed: request "
                    + shown(notice.path("requestId").asText())
                    + " ended without a password, "
                    + shown(notice.path("verdict").asText()) + " ("
                    + shown(notice.path("code").asText()) + "). "
                    + shown(notice.path("advice").asText());
        }
        JsonNode result = json.has("result") ? json.path("result") : json;
        if (result.has("secret") && result.has("deliveryId")) {
            return "this result is in clear (seal: none): the password is its member \"secret\"; there is nothing to open";
        }
        if (json.has("report")) {
            return "this is the report on a batch, which holds no password; each request has a result of its own";
        }
        return json.has("kty")
                ? "this is a JSON Web Key and no result; give it with --key or --signer"
                : "this is JSON without a sealed result; in a webhook's body it is the member \"sealed\"";
    }

    private void pem(byte[] text, String name, int depth) {
        Matcher block = PEM.matcher(new String(text, StandardCharsets.UTF_8));
        while (block.find()) {
            String label = block.group(1);
            Optional<byte[]> decoded = base64(block.group(2));
            if (label.equals("PGP MESSAGE")) {
                add(bytes(block.group() + "\n"), name);
            } else if (decoded.isPresent()
                    && (label.equals("CMS") || label.equals("PKCS7") || label.startsWith("AGE "))) {
                look(decoded.get(), name, depth + 1);
            }
        }
        String words = new String(text, StandardCharsets.UTF_8);
        if (words.contains("PRIVATE KEY-----")) {
            others.add("this is a private key and no result; give it with --key");
        } else if (words.contains("-----BEGIN CERTIFICATE-----") || words.contains("PUBLIC KEY-----")) {
            others.add("this is a certificate or public key and no result; the service's is given with --signer");
        } else if (!words.contains("-----END ")) {
            others.add("this is cut off: its END line is missing; take it whole");
        }
    }

    private void mail(byte[] text, String name, int depth) {
        try {
            // A line of mbox is no header.
            int start = new String(text, 0, Math.min(5, text.length), StandardCharsets.US_ASCII).equals("From ")
                    ? indexOfLine(text)
                    : 0;
            InputStream in = new ByteArrayInputStream(text, start, text.length - start);
            int before = others.size();
            part(new MimeMessage(Session.getInstance(new Properties()), in), name, depth + 1);
            if (sealed.isEmpty() && others.size() == before) {
                others.add(
                        "this mail holds no sealed result; look for the mail with the attachment .jwe, .p7m, .asc or .age");
            }
        } catch (MessagingException | IOException e) {
            others.add("this begins as a mail and is damaged or cut; save it whole, as .eml");
        }
    }

    private void part(Part part, String name, int depth) throws MessagingException, IOException {
        if (depth > DEEPEST) {
            return;
        }
        if (part.isMimeType("multipart/*")) {
            var parts = new MimeMultipart(part.getDataHandler().getDataSource());
            for (int i = 0; i < parts.getCount(); i++) {
                part(parts.getBodyPart(i), name, depth + 1);
            }
        } else if (part.isMimeType("message/rfc822")) {
            part(new MimeMessage(Session.getInstance(new Properties()), part.getInputStream()), name, depth + 1);
        } else {
            String own = part.getFileName() == null ? name : part.getFileName();
            byte[] content = part.getInputStream().readAllBytes();
            boolean isBody = part.isMimeType("text/*") && part.getFileName() == null;
            if (!isBody || ResultOpener.isSealed(content) || hasPemOfResults(content)) {
                look(content, own, depth + 1);
            }
        }
    }

    private static boolean hasPemOfResults(byte[] content) {
        String text = new String(content, StandardCharsets.US_ASCII);
        return text.contains("-----BEGIN PGP MESSAGE-----")
                || text.contains("-----BEGIN AGE ENCRYPTED FILE-----")
                || text.contains("-----BEGIN CMS-----");
    }

    private void lines(String words) {
        String start = words.substring(0, Math.min(words.length(), 256)).toLowerCase(Locale.ROOT);
        if (start.startsWith("line,id,account")) {
            others.add(
                    "this is the list of a batch's results, which holds no password; each request has a result of its own");
        } else if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
            others.add("this is a web page; save the attachment or the body itself");
        } else if (JWS.matcher(words).matches()) {
            others.add(
                    "this is a signed result whose seal is taken off already; any JOSE program verifies it (RFC 7515)");
        } else if (start.startsWith("account,") || start.startsWith("id,account")) {
            others.add("this is a list of requests and no result");
        }
    }

    /** In either alphabet, wrapped or not. */
    private static Optional<byte[]> base64(String text) {
        String digits =
                text.replaceAll("\\s|\\\\[nr]|=+\\s*$", "").replace('-', '+').replace('_', '/');
        if (digits.length() < 64 || !digits.matches("[A-Za-z0-9+/]+")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getDecoder().decode(digits));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static int indexOfLine(byte[] text) {
        int at = 0;
        while (at < text.length && text[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, text.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Others wrote it: nothing of it may steer the terminal. */
    private static String shown(String text) {
        String cleaned = text.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?");
        return cleaned.length() > 200 ? cleaned.substring(0, 200) + "…" : cleaned;
    }
}
