package dev.passcourier.secrecy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks for secrets where they must not be: as UTF-8 and UTF-16, each as it is, in hexadecimal, and in both Base64
 * alphabets at all three offsets; also behind line breaks and behind percent, quoted-printable, JSON and XML escapes.
 * Hits name the spelling and the number of the secret, never the secret.
 */
public final class CanaryScan {

    private static final List<Charset> CHARSETS =
            List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE);

    /** An escape at a place: how many bytes it takes, and the one it stands for, or -1 for nothing. */
    private record Found(int length, int value) {}

    /** Bytes that an escape can begin with. */
    private static final boolean[] ESCAPING = new boolean[256];

    static {
        "%=\r\n\\&".chars().forEach(first -> ESCAPING[first] = true);
    }

    private static final Found NONE = new Found(0, -1);

    /** What a reader might undo, by its name. */
    private static final Map<String, Escape> ESCAPES = new LinkedHashMap<>();

    static {
        ESCAPES.put(" behind line breaks", CanaryScan::lineBreak);
        ESCAPES.put(" behind percent", (content, at) -> content[at] == '%' ? hex(content, at + 1, 3) : NONE);
        ESCAPES.put(" behind quoted-printable", CanaryScan::quotedPrintable);
        ESCAPES.put(" behind JSON", CanaryScan::json);
        ESCAPES.put(" behind XML", CanaryScan::xml);
    }

    /** Finds the escape that begins at a place, or {@link #NONE}. */
    private interface Escape {
        Found at(byte[] content, int at);
    }

    /** Large files are read in pieces that overlap by more than any spelling of a secret takes. */
    private static final int PIECE = 8 << 20;

    private static final int OVERLAP = 8 << 10;

    private record Needle(byte[] bytes, String name) {}

    /** By their first two bytes. */
    private final Map<Integer, List<Needle>> needles = new HashMap<>();

    private final boolean[] starts = new boolean[1 << 16];

    private final int secrets;

    private CanaryScan(int secrets) {
        this.secrets = secrets;
    }

    /** A scan for these. */
    public static CanaryScan forSecrets(Collection<String> secrets) {
        CanaryScan scan = new CanaryScan(secrets.size());
        int number = 1;
        for (String secret : secrets) {
            for (Charset charset : CHARSETS) {
                scan.add(secret.getBytes(charset), charset.name(), "secret " + number);
            }
            number++;
        }
        return scan;
    }

    private void add(byte[] secret, String charset, String name) {
        addNeedle(secret, charset + " of " + name);
        String hex = HexFormat.of().formatHex(secret);
        addNeedle(latin(hex), "hex of " + charset + " of " + name);
        addNeedle(latin(hex.toUpperCase(java.util.Locale.ROOT)), "HEX of " + charset + " of " + name);
        for (int offset = 0; offset < 3; offset++) {
            byte[] shifted = new byte[offset + secret.length];
            System.arraycopy(secret, 0, shifted, offset, secret.length);
            String spelling = "base64 at " + offset + " of " + charset + " of " + name;
            addNeedle(certain(Base64.getEncoder(), shifted, offset), spelling);
            addNeedle(certain(Base64.getUrlEncoder(), shifted, offset), spelling);
        }
    }

    /** The characters that do not depend on what stands before and after. */
    private static byte[] certain(Base64.Encoder encoder, byte[] shifted, int offset) {
        byte[] encoded = encoder.encode(shifted);
        int from = offset == 0 ? 0 : offset + 1;
        return Arrays.copyOfRange(encoded, from, shifted.length * 8 / 6);
    }

    private void addNeedle(byte[] bytes, String name) {
        int start = start(bytes, 0);
        starts[start] = true;
        needles.computeIfAbsent(start, key -> new ArrayList<>()).add(new Needle(bytes, name));
    }

    /** In how many spellings each secret is looked for. */
    public int spellings() {
        int all = needles.values().stream().mapToInt(List::size).sum();
        return secrets == 0 ? 0 : all / secrets * (1 + ESCAPES.size());
    }

    /** What was found in the content, each once. */
    public Set<String> hits(String where, byte[] content) {
        Set<String> hits = new LinkedHashSet<>();
        Set<String> plain = look(content);
        plain.forEach(hit -> hits.add(where + ": " + hit));
        ESCAPES.forEach((name, escape) -> {
            for (String hit : look(undo(content, escape))) {
                if (!plain.contains(hit)) {
                    hits.add(where + ": " + hit + name);
                }
            }
        });
        return hits;
    }

    /** What was found in the files below a directory, and in their names. */
    public Set<String> hitsBelow(Path directory) throws IOException {
        Set<String> hits = new LinkedHashSet<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.toList()) {
                String name = directory.relativize(each).toString();
                hits.addAll(hits("name of " + name, name.getBytes(StandardCharsets.UTF_8)));
                if (Files.isRegularFile(each)) {
                    hits.addAll(hitsIn(name, each));
                }
            }
        }
        return hits;
    }

    /** What was found in a file of any size; nothing, if it is gone. */
    public Set<String> hitsIn(String where, Path file) throws IOException {
        Set<String> hits = new LinkedHashSet<>();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = in.readNBytes(PIECE);
            while (piece.length > 0) {
                hits.addAll(hits(where, piece));
                byte[] more = in.readNBytes(PIECE);
                piece = more.length == 0 ? more : joined(piece, more);
            }
        } catch (NoSuchFileException gone) {
            return hits;
        }
        return hits;
    }

    /** The end of a piece and the next one. */
    private static byte[] joined(byte[] before, byte[] more) {
        int kept = Math.min(OVERLAP, before.length);
        byte[] joined = Arrays.copyOfRange(before, before.length - kept, before.length + more.length);
        System.arraycopy(more, 0, joined, kept, more.length);
        return joined;
    }

    private Set<String> look(byte[] content) {
        Set<String> hits = new LinkedHashSet<>();
        for (int i = 0; i < content.length - 1; i++) {
            int start = start(content, i);
            if (starts[start]) {
                for (Needle needle : needles.get(start)) {
                    int end = i + needle.bytes().length;
                    if (end <= content.length && Arrays.equals(content, i, end, needle.bytes(), 0, end - i)) {
                        hits.add(needle.name());
                    }
                }
            }
        }
        return hits;
    }

    private static int start(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Replaces every escape by the byte that it stands for, or by nothing. */
    private static byte[] undo(byte[] content, Escape escape) {
        byte[] undone = new byte[content.length];
        int length = 0;
        int at = 0;
        while (at < content.length) {
            byte here = content[at];
            Found found = ESCAPING[here & 0xff] ? escape.at(content, at) : NONE;
            if (found.length() == 0) {
                undone[length++] = here;
                at++;
            } else {
                if (found.value() >= 0) {
                    undone[length++] = (byte) found.value();
                }
                at += found.length();
            }
        }
        return Arrays.copyOf(undone, length);
    }

    /** A fold of a header, a line's end within base64, or either as a text shows it. */
    private static Found lineBreak(byte[] content, int at) {
        if (content[at] == '\\') {
            boolean isShown = is(content, at + 1, "r") || is(content, at + 1, "n");
            return isShown ? new Found(2, -1) : NONE;
        }
        int end = softBreak(content, at);
        if (end == at) {
            end = is(content, at, "\r\n") ? at + 2 : is(content, at, "\n") ? at + 1 : at;
        }
        while (end > at && (is(content, end, " ") || is(content, end, "\t"))) {
            end++;
        }
        return end > at ? new Found(end - at, -1) : NONE;
    }

    private static int softBreak(byte[] content, int at) {
        return is(content, at, "=\r\n") ? at + 3 : is(content, at, "=\n") ? at + 2 : at;
    }

    private static Found quotedPrintable(byte[] content, int at) {
        int end = softBreak(content, at);
        if (end > at) {
            return new Found(end - at, -1);
        }
        return content[at] == '=' ? hex(content, at + 1, 3) : NONE;
    }

    private static Found json(byte[] content, int at) {
        if (is(content, at, "\\u00")) {
            return hex(content, at + 4, 6);
        }
        boolean isEscape = is(content, at, "\\\"") || is(content, at, "\\/") || is(content, at, "\\\\");
        return isEscape ? new Found(1, -1) : NONE;
    }

    private static Found xml(byte[] content, int at) {
        if (is(content, at, "&#x") && is(content, at + 5, ";")) {
            return hex(content, at + 3, 6);
        }
        int value = 0;
        for (int i = at + 2; is(content, at, "&#") && i < Math.min(content.length, at + 6); i++) {
            if (content[i] == ';' && i >= at + 4 && value < 256) {
                return new Found(i + 1 - at, value);
            }
            if (content[i] < '0' || content[i] > '9') {
                return NONE;
            }
            value = value * 10 + content[i] - '0';
        }
        return NONE;
    }

    /** Two hexadecimal digits at a place, as the value of an escape of that length. */
    private static Found hex(byte[] content, int at, int length) {
        int high = at + 1 < content.length ? Character.digit(content[at], 16) : -1;
        int low = high < 0 ? -1 : Character.digit(content[at + 1], 16);
        return low < 0 ? NONE : new Found(length, high << 4 | low);
    }

    private static boolean is(byte[] content, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (at + i >= content.length || content[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
