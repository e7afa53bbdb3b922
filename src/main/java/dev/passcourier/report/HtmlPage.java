package dev.passcourier.report;

import dev.passcourier.audit.AuditText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all reports as HTML have in common: one page that needs nothing from elsewhere, well-formed XML as well, and text
 * that no reader takes for markup. The page's policy allows its own style and script by their hashes, and nothing else.
 */
final class HtmlPage {

    /** How pages look in browsers and in print. */
    static final String PAGE_STYLE = resource("page.css");
    /** How the same markup looks in mail programs, which know less. */
    static final String MAIL_STYLE = resource("mail.css");
    /** How the same markup looks on the pages of a PDF. */
    static final String PAPER_STYLE = resource("paper.css");
    /** Sorts and filters the table of machines. */
    static final String SCRIPT = resource("page.js");

    private static final String TEMPLATE = resource("page.html");

    private final DateTimeFormatter times;
    private final DateTimeFormatter minutes;
    private final DateTimeFormatter days;

    /** With all times in a zone. */
    HtmlPage(ZoneId zone) {
        this.times = format("yyyy-MM-dd HH:mm:ss xxx", zone);
        this.minutes = format("yyyy-MM-dd HH:mm", zone);
        this.days = format("yyyy-MM-dd", zone);
    }

    /**
     * A whole page.
     *
     * @param title  in plain text
     * @param style  one of the styles above
     * @param script the script, or empty for none
     * @param body   markup
     */
    static String of(String title, String style, String script, String body) {
        Map<String, String> parts = Map.of(
                "title",
                escape(title),
                "style",
                style,
                "style-hash",
                hash(style),
                "script",
                script.isEmpty() ? "" : "<script>" + script + "</script>\n",
                "script-hash",
                script.isEmpty() ? "'none'" : hash(script),
                "body",
                body);
        StringBuilder page = new StringBuilder();
        for (String piece : TEMPLATE.split("\\$", -1)) {
            page.append(parts.getOrDefault(piece, piece));
        }
        return page.toString();
    }

    /** The time as its readers have it, or nothing. */
    String time(@Nullable Instant time) {
        return time == null ? "" : times.format(time);
    }

    /** The same to the minute, where the zone is said once for all. */
    String minute(Instant time) {
        return minutes.format(time);
    }

    /** The day only. */
    String day(Instant time) {
        return days.format(time);
    }

    private static DateTimeFormatter format(String pattern, ZoneId zone) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(zone);
    }

    /** The text, or a dash if there is none. */
    static String orDash(@Nullable String text) {
        return text == null || text.isEmpty() ? "\u2013" : escape(text);
    }

    /**
     * The text so that no reader takes it for markup, in content and in quoted attributes. Characters that cannot be seen,
     * or that reorder others, are shown by their number.
     */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(AuditText.isVisible(c) ? Character.toString(c) : number(c));
            }
        });
        return escaped.toString();
    }

    /** A character that cannot be shown as itself. */
    static String number(int character) {
        return "[U+%04X]".formatted(character);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
