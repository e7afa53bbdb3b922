package dev.passcourier.secrecy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for secrets where they must not be: as UTF-8 and UTF-16, each as it is, in hexadecimal, and in both Base64
 * alphabets at all three offsets; also behind line breaks and behind percent, quoted-printable, JSON and XML escapes.
 * Hits name the spelling and the number of the secret, never the secret.
 */
public final class CanaryScan {

    private static final List<Charset> CHARSETS =
            List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE);

    /** What a reader might see, by the name of what he undid. */
    private static final Map<String, UnaryOperator<byte[]>> VIEWS = new LinkedHashMap<>();

    static {
        VIEWS.put("", content -> content);
        VIEWS.put(" behind line breaks", content -> undo(content, "=?\r?\n[ \t]*|\\\\[rn]", 0));
        VIEWS.put(" behind percent", content -> undo(content, "%([0-9A-Fa-f]{2})", 16));
        VIEWS.put(" behind quoted-printable", content -> undo(content, "=\r?\n|=([0-9A-Fa-f]{2})", 16));
        VIEWS.put(" behind JSON", content -> undo(content, "\\\\u00([0-9A-Fa-f]{2})|\\\\(?=[\"/\\\\])", 16));
        VIEWS.put(" behind XML", content -> undo(undo(content, "&#([0-9]{2,3});", 10), "&#x([0-9A-Fa-f]{2});", 16));
    }

    private record Needle(byte[] bytes, String name) {}

    /** By their first two bytes. */
    private final Map<Integer, List<Needle>> needles = new HashMap<>();

    private final boolean[] starts = new boolean[1 << 16];

    private CanaryScan() {}

    /** A scan for these. */
    public static CanaryScan forSecrets(Collection<String> secrets) {
        CanaryScan scan = new CanaryScan();
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

    /** What was found in the content, each once. */
    public Set<String> hits(String where, byte[] content) {
        Set<String> hits = new LinkedHashSet<>();
        VIEWS.forEach((name, view) -> {
            for (String hit : look(view.apply(content))) {
                hits.add(where + ": " + hit + name);
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
                    hits.addAll(hits(name, content(each)));
                }
            }
        }
        return hits;
    }

    private static byte[] content(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException gone) {
            return new byte[0];
        }
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

    /** Replaces every match by the byte that its group stands for, or by nothing. */
    private static byte[] undo(byte[] content, String escape, int radix) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        Matcher matcher = Pattern.compile(escape).matcher(text);
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length);
        int from = 0;
        while (matcher.find()) {
            out.write(content, from, matcher.start() - from);
            if (matcher.groupCount() > 0 && matcher.group(1) != null) {
                out.write(Integer.parseInt(matcher.group(1), radix));
            }
            from = matcher.end();
        }
        out.write(content, from, content.length - from);
        return out.toByteArray();
    }
}
