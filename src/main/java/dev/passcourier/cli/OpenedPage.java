package dev.passcourier.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.passcourier.files.CsvText;
import dev.passcourier.vault.OpenedResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An opened result for its recipient's eyes. Here the secret becomes a string if it is asked for: the terminal is its
 * destination.
 */
final class OpenedPage {

    private final OpenedResult result;
    private final boolean withSecret;

    OpenedPage(OpenedResult result, boolean withSecret) {
        this.result = result;
        this.withSecret = withSecret;
    }

    /** One fact a line; what could steer the terminal is escaped. */
    String table() throws IOException {
        var text = new StringBuilder();
        for (Map.Entry<String, String> fact : result.facts().entrySet()) {
            row(text, fact.getKey(), fact.getValue());
        }
        row(text, "signature", result.signatureChecked() ? "checked" : "not checked");
        if (withSecret) {
            secretRow(text);
        }
        return text.toString();
    }

    /** One object; the secret, if asked for, is the member {@code secret}. */
    String json() throws IOException {
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            for (Map.Entry<String, String> fact : result.facts().entrySet()) {
                json.writeStringField(fact.getKey(), fact.getValue());
            }
            json.writeBooleanField("signatureChecked", result.signatureChecked());
            if (withSecret) {
                json.writeStringField("secret", secret());
            }
            json.writeEndObject();
        }
        return text + System.lineSeparator();
    }

    /** The same facts under each other, for whoever collects results in a spreadsheet. */
    String csv() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        result.facts().forEach((name, value) -> rows.add(List.of(name, value)));
        rows.add(List.of("signatureChecked", String.valueOf(result.signatureChecked())));
        if (withSecret) {
            rows.add(List.of("secret", secret()));
        }
        return CsvText.verbatim(List.of("name", "value"), rows);
    }

    // A private key begins on a line of its own, so that it can be copied. A secret is shown as it is but for control
    // characters, which the service does not let into one.
    private void secretRow(StringBuilder text) throws IOException {
        String secret = secret();
        if (secret.contains("\n")) {
            line(text, "secret", "");
            secret.lines().forEach(part -> line(text, shown(part), ""));
        } else {
            line(text, "secret", shown(secret));
        }
    }

    private static String shown(String secret) {
        return Table.escaped(secret, type -> type == Character.CONTROL);
    }

    private String secret() throws IOException {
        var bytes = new ByteArrayOutputStream();
        result.writeSecretTo(bytes);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static void row(StringBuilder text, String name, String value) {
        line(text, Table.harmless(name), value.isEmpty() ? "" : Table.harmless(value));
    }

    private static void line(StringBuilder text, String name, String value) {
        String padded = value.isEmpty() ? name : String.format("%-12s %s", name, value);
        text.append(padded).append(System.lineSeparator());
    }
}
