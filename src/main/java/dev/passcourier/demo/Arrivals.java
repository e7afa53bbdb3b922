package dev.passcourier.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.sandbox.DemoInstance;
import dev.passcourier.sandbox.WebhookReceiver.Webhook;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.NotOpenedException;
import dev.passcourier.vault.OpenedResult;
import dev.passcourier.vault.ResultOpener;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Says what came to the sandbox's mailbox and webhook receiver, and checks it as its recipient should. Shows no secret. */
final class Arrivals {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String UNKNOWN = "-";

    /** The ending of the file, or the media type, of each sealed form. */
    private static final Map<String, String> FORMS = Map.of(
            "application/jose", "jwe",
            "application/pkcs7-mime", "cms",
            "application/pgp-encrypted", "openpgp",
            "application/vnd.age", "age");

    private final Path recipientKey;
    private final Path signer;
    private final List<DemoInstance> instances;
    private final Clock clock;
    private final Consumer<Arrival> show;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    /**
     * Watches.
     *
     * @param recipientKey that opens what is sealed for the sandbox's recipient
     * @param signer       the service's public key; may come later
     * @param instances    whose passwords to compare with
     */
    Arrivals(Path recipientKey, Path signer, List<DemoInstance> instances, Clock clock, Consumer<Arrival> show) {
        this.recipientKey = recipientKey;
        this.signer = signer;
        this.instances = instances;
        this.clock = clock;
        this.show = show;
    }

    /**
     * What came.
     *
     * @param at          when, in UTC
     * @param by          {@code mail} or {@code webhook}
     * @param request     id of the request, or - if it does not say
     * @param delivery    id of the delivery, or -
     * @param destination name of the destination if the sealed result says so, else the mail address or the path
     * @param content     whether it is sealed, and how
     * @param checked     what was found when it was checked
     */
    record Arrival(
            String at, String by, String request, String delivery, String destination, String content, String checked) {

        @Override
        public String toString() {
            return at + "  " + by + "  request " + request + "  delivery " + delivery + "  from " + destination + "  "
                    + content + (checked.isEmpty() ? "" : ": " + checked);
        }
    }

    /** What is in a mail or webhook: sealed bytes of a form, or something in clear. */
    private record Content(@Nullable String form, byte[] bytes, String otherwise) {

        @Override
        public String toString() {
            return "Content[" + form + "]";
        }
    }

    /** A mail was taken. */
    void mail(String to, MimeMessage mail) {
        try {
            String id = plain(String.valueOf(mail.getMessageID()).replaceAll("^<|@.*$", ""));
            tell("mail   ", UNKNOWN, id, plain(to), content(mail), "");
        } catch (MessagingException | IOException e) {
            tell("mail   ", UNKNOWN, UNKNOWN, plain(to), new Content(null, new byte[0], "not readable"), "");
        }
    }

    /** A request to the webhook receiver was answered with this status. */
    void webhook(Webhook webhook, int status) {
        String id = webhook.id().isEmpty() ? UNKNOWN : plain(webhook.id());
        if (status != 204) {
            String why = status == 401 ? "REFUSED 401: signature, timestamp or id is wrong" : "REFUSED " + status;
            tell("webhook", UNKNOWN, id, "/hook", new Content(null, new byte[0], why), "");
            return;
        }
        try {
            JsonNode body = MAPPER.readTree(webhook.body());
            tell(
                    "webhook",
                    plain(body.path("requestId").asText(UNKNOWN)),
                    id,
                    "/hook",
                    content(body),
                    "webhook signature right");
        } catch (IOException | IllegalArgumentException e) {
            tell(
                    "webhook",
                    UNKNOWN,
                    id,
                    "/hook",
                    new Content(null, new byte[0], "not readable"),
                    "webhook signature right");
        }
    }

    private static Content content(JsonNode body) {
        String form = form(body.path("mediaType").asText());
        if (form == null || !body.has("sealed")) {
            return new Content(null, new byte[0], inClear(body.path("type").asText()));
        }
        String text = body.path("sealed").asText();
        byte[] bytes = "base64".equals(body.path("encoding").asText())
                ? Base64.getDecoder().decode(text)
                : text.getBytes(StandardCharsets.US_ASCII);
        return new Content(form, bytes, "");
    }

    private static String inClear(String type) {
        return type.equals("result") ? "NOT SEALED" : plain(type);
    }

    private static Content content(Part part) throws MessagingException, IOException {
        String form = form(part.getContentType());
        if (part.isMimeType("multipart/encrypted") && part.getContent() instanceof Multipart parts) {
            return new Content("openpgp", bytes(parts.getBodyPart(parts.getCount() - 1)), "");
        }
        if (form != null) {
            return new Content(form, bytes(part), "");
        }
        if (part.getContent() instanceof Multipart parts) {
            for (int i = parts.getCount() - 1; i >= 0; i--) {
                BodyPart each = parts.getBodyPart(i);
                if (form(each.getContentType()) != null) {
                    return content(each);
                }
                if (each.isMimeType("application/json")) {
                    return new Content(null, new byte[0], inClear(type(MAPPER.readTree(bytes(each)))));
                }
            }
            return new Content(null, new byte[0], "report");
        }
        return new Content(null, new byte[0], "nothing that a service sends");
    }

    private static String type(JsonNode json) {
        return json.has("verdict") ? "notice" : "result";
    }

    private static byte[] bytes(Part part) throws MessagingException, IOException {
        return part.getInputStream().readAllBytes();
    }

    private static @Nullable String form(String mediaType) {
        return FORMS.get(mediaType.replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT));
    }

    private void tell(String by, String request, String delivery, String from, Content content, String checked) {
        String at = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        String again = seen.add(by + delivery) || delivery.equals(UNKNOWN) ? "" : "again; ";
        if (content.form() == null) {
            show.accept(new Arrival(at, by, request, delivery, from, content.otherwise(), again + checked));
            return;
        }
        String sealed = "sealed (" + content.form() + ")";
        String soFar = again + (checked.isEmpty() ? "" : checked + ", ");
        boolean signed = Files.exists(signer);
        try (OpenedResult result = ResultOpener.load(recipientKey, null, signed ? signer : null, clock)
                .open(content.bytes(), ResultOpener.Expected.ANY)) {
            Map<String, String> facts = result.facts();
            String who = signed ? "signed by the service" : "signature not checked, as " + signer + " is missing";
            show.accept(new Arrival(
                    at,
                    by,
                    plain(facts.getOrDefault("requestId", request)),
                    plain(facts.getOrDefault("deliveryId", delivery)),
                    plain(facts.getOrDefault("alias", from)),
                    sealed,
                    soFar + who + ", " + comparison(result)));
        } catch (NotOpenedException e) {
            String why = e.reason() == NotOpenedException.Reason.NOT_FOR_THIS_KEY
                    ? "for another recipient, not opened"
                    : "WRONG, " + e.getMessage();
            show.accept(new Arrival(at, by, request, delivery, from, sealed, soFar + why));
        } catch (KeyLoadException | IOException e) {
            show.accept(new Arrival(at, by, request, delivery, from, sealed, soFar + "not opened, " + e.getMessage()));
        }
    }

    private String comparison(OpenedResult result) throws IOException {
        String instance = result.facts().getOrDefault("instance", "");
        String expected = instances.stream()
                .filter(each -> each.instance().equals(instance))
                .map(DemoInstance::password)
                .findFirst()
                .orElse(null);
        if (expected == null) {
            return "of a machine that the sandbox does not have";
        }
        ByteArrayOutputStream secret = new ByteArrayOutputStream();
        result.writeSecretTo(secret);
        byte[] found = secret.toByteArray();
        boolean same = MessageDigest.isEqual(found, expected.getBytes(StandardCharsets.UTF_8));
        Arrays.fill(found, (byte) 0);
        return same ? "the machine's password" : "NOT the machine's password";
    }

    /** One word of a stranger, for the terminal. */
    private static String plain(String text) {
        String visible = text.replaceAll("[^\\x21-\\x7e]", "?");
        return visible.length() > 128 ? visible.substring(0, 128) : visible;
    }
}
