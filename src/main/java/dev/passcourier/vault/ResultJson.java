package dev.passcourier.vault;

import java.nio.charset.StandardCharsets;

/**
 * Writes the result that a recipient opens: one flat JSON object. Written by hand, because the libraries' generators
 * keep what they wrote in pooled buffers.
 */
final class ResultJson {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final SecretBuffer out;
    private boolean first = true;

    private ResultJson(SecretBuffer out) {
        this.out = out;
    }

    /** Writes a result. Times are RFC 3339 in UTC. The caller closes it. */
    static SecretBytes of(ResultFacts facts, String kind, String deliveryId, String alias, SecretBytes secret) {
        try (var out = new SecretBuffer(512 + 2 * secret.length())) {
            var json = new ResultJson(out);
            out.write('{');
            json.member("requestId", facts.requestId());
            json.member("deliveryId", deliveryId);
            json.member("alias", alias);
            json.member("provider", facts.provider());
            json.member("account", facts.account());
            json.member("instance", facts.instance());
            json.member("kind", kind);
            if (facts.userName() != null) {
                json.member("userName", facts.userName());
            }
            json.member("secret", secret.borrow());
            if (!secret.takenOff().isEmpty()) {
                json.member("trimmed", secret.takenOff());
            }
            json.member("issuedAt", facts.issuedAt().toString());
            json.member("notAfter", facts.notAfter().toString());
            out.write('}');
            return out.toSecret();
        }
    }

    private void member(String name, String value) {
        member(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private void member(String name, byte[] utf8) {
        if (!first) {
            out.write(',');
        }
        first = false;
        string(name.getBytes(StandardCharsets.US_ASCII));
        out.write(':');
        string(utf8);
    }

    private void string(byte[] utf8) {
        out.write('"');
        for (byte b : utf8) {
            if (b == '"' || b == '\\') {
                out.write('\\');
                out.write(b);
            } else if (b >= 0 && b < ' ') {
                control(b);
            } else {
                out.write(b);
            }
        }
        out.write('"');
    }

    private void control(byte b) {
        if (b == '\n') {
            out.write("\\n");
        } else {
            out.write("\\u00");
            out.write(HEX[b >> 4]);
            out.write(HEX[b & 15]);
        }
    }
}
