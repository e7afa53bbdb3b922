package dev.passcourier.killloop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.passcourier.sandbox.WebhookReceiver;
import dev.passcourier.vault.KeyLoadException;
import dev.passcourier.vault.NotOpenedException;
import dev.passcourier.vault.OpenedResult;
import dev.passcourier.vault.ResultOpener;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the recipients have got, every copy of it. Each result is opened with the recipient's key. */
final class Receipts {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ResultOpener opener;
    private final Map<String, Ask> asks;
    private final KillWorld world;

    /** The delivery ids of all copies, by what they deliver. */
    private final Map<Trail.Parcel, List<String>> copies = new HashMap<>();

    private final List<String> problems = new ArrayList<>();
    private int opened;

    /** A message of the ticket system's queue. */
    record Ticket(String kind, String request, String deliveryId, String text) {}

    Receipts(KillWorld world, Map<String, Ask> asks) throws KeyLoadException {
        this.world = world;
        this.asks = asks;
        this.opener = ResultOpener.load(
                world.home().resolve("recipients/ops.pem"),
                null,
                world.data().resolve("keys/signing.pub.jwk"),
                Clock.systemUTC());
    }

    /** Collects everything. */
    Receipts collect(List<Ticket> tickets) throws Exception {
        for (Ticket ticket : tickets) {
            take("tickets", ticket.kind(), ticket.request(), ticket.deliveryId(), bytes(ticket.text()));
        }
        for (WebhookReceiver.Webhook webhook : world.hook().requests()) {
            webhook(webhook);
        }
        for (MimeMessage mail : world.mailbox().received()) {
            mail(mail);
        }
        archive();
        return this;
    }

    private void webhook(WebhookReceiver.Webhook webhook) throws IOException {
        JsonNode body = JSON.readTree(webhook.body());
        demand(body.path("deliveryId").asText().equals(webhook.id()), "webhook-id of " + webhook.id());
        String kind = body.path("type").asText().toUpperCase(java.util.Locale.ROOT);
        take(
                "hook",
                kind,
                body.path("requestId").asText(),
                webhook.id(),
                bytes(body.path("sealed").asText()));
    }

    private void mail(MimeMessage mail) throws MessagingException, IOException {
        String id = mail.getMessageID().substring(1, mail.getMessageID().indexOf('@'));
        Multipart parts = (Multipart) mail.getContent();
        for (int i = 0; i < parts.getCount(); i++) {
            BodyPart part = parts.getBodyPart(i);
            if (part.getFileName() != null) {
                demand(part.getFileName().contains(id + "."), "the attachment of mail " + id);
                attachment(
                        "ops-mail",
                        part.getFileName(),
                        id,
                        part.getInputStream().readAllBytes());
            }
        }
    }

    private void archive() throws IOException {
        try (Stream<Path> files = Files.list(world.home().resolve("archive"))) {
            // A kill while a file is written leaves its beginnings, under a name of their own.
            for (Path file : files.filter(each -> !each.getFileName().toString().matches("\\..+\\.tmp"))
                    .toList()) {
                String name = file.getFileName().toString();
                attachment("archive", name, delivery(name), Files.readAllBytes(file));
            }
        }
    }

    /** The id that ends every result's name. */
    private static String delivery(String name) {
        int end = Math.max(0, name.lastIndexOf('.'));
        return name.substring(Math.max(0, end - "dlv_".length() - 24), end);
    }

    private void attachment(String alias, String name, String id, byte[] content) throws IOException {
        if (name.endsWith(".jwe")) {
            take(alias, "RESULT", null, id, content);
        } else if (name.endsWith(".json")) {
            take(alias, "NOTICE", JSON.readTree(content).path("requestId").asText(), id, content);
        } else {
            demand(name.endsWith(".csv") || name.endsWith(".html"), alias + " has a file " + name);
            take(alias, "REPORT", id, id, content);
        }
    }

    /** A copy; the request is null where only the sealed result itself says it. */
    private void take(String alias, String kind, String request, String id, byte[] content) {
        String asked = kind.equals("RESULT") ? open(alias, request, id, content) : request;
        if (asked != null) {
            copies.computeIfAbsent(new Trail.Parcel(asked, alias, kind), parcel -> new ArrayList<>())
                    .add(id);
        }
    }

    private String open(String alias, String request, String id, byte[] sealed) {
        try (OpenedResult result = opener.open(sealed, new ResultOpener.Expected(request, id, null, false))) {
            opened++;
            String asked = result.facts().get("requestId");
            Ask ask = asks.get(asked);
            demand(ask != null, "result for " + asked + ", which nobody asked for");
            if (ask != null) {
                demand(result.facts().get("alias").equals(alias), "alias in the result " + id);
                demand(result.facts().get("instance").equals(ask.instance()), "instance in the result " + id);
                demand(result.signatureChecked(), "signature of " + id);
                demand(secret(result).equals(world.password(ask)), "password in the result " + id);
            }
            return asked;
        } catch (NotOpenedException | IOException e) {
            problems.add("result " + id + " at " + alias + " does not open: " + e.getMessage());
            return null;
        }
    }

    /** The cleartext of an opened result. */
    static String secret(OpenedResult result) throws IOException {
        ByteArrayOutputStream secret = new ByteArrayOutputStream();
        result.writeSecretTo(secret);
        return secret.toString(StandardCharsets.UTF_8);
    }

    private void demand(boolean fine, String what) {
        if (!fine) {
            problems.add("not as it should be: " + what);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Map<Trail.Parcel, List<String>> copies() {
        return copies;
    }

    /** Copies beyond the first, by destination. */
    Map<String, Integer> extra() {
        Map<String, Integer> extra = new TreeMap<>();
        copies.forEach((parcel, ids) -> extra.merge(parcel.alias(), ids.size() - 1, Integer::sum));
        return extra;
    }

    List<String> problems() {
        return problems;
    }

    int opened() {
        return opened;
    }
}
