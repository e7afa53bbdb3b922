package dev.passcourier.remote;

import dev.passcourier.audit.AuditText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Words of another program, fit to be logged, recorded and mailed: one line of at most {@value #LONGEST} visible
 * characters, that holds nothing of our secrets. There are two measures. Who may know a machine's password, such as a
 * cloud or a receiver of results in clear, is quoted in words of a fixed list only ({@link #known}), as any other word
 * could be the password. Who only knows what we log in with is quoted with all words but those that hold a part of it
 * ({@link #without}). What is left out shows as {@value #LEFT_OUT}.
 */
public final class RemoteText {

    /** Longest text in characters. */
    public static final int LONGEST = 200;

    private static final String LEFT_OUT = "\u2026";

    /** More than anybody reads; the other end decides how much it sends. */
    private static final int LONGEST_READ = 4096;

    /** A part of a secret, or its whole if it is shorter. */
    private static final int RUN = 4;

    /** A longer one is a token, a signature or sealed text, unless it is an address. */
    private static final int LONGEST_WORD = 40;

    private static final Pattern SPACES = Pattern.compile("\\s+");
    private static final Pattern ADDRESS = Pattern.compile("https?://[!-~]{1,120}");
    private static final Pattern PARTS = Pattern.compile("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^A-Za-z]");
    private static final Pattern STATUS = Pattern.compile("([1-5][0-9]{2}-?)?([245]\\.[0-9]{1,2}\\.[0-9]{1,3})?");
    private static final Pattern PERCENT = Pattern.compile("[%=]([0-9A-Fa-f]{2})");

    /** Between the parts of one word: a word's own punctuation, and that of the names of permissions. */
    private static final String PUNCTUATION = ".,:;!?'\"()[]{}<>/_-";

    private static final Set<String> WORDS = words();

    private RemoteText() {}

    /**
     * The text in words of the list. Status codes of HTTP and SMTP stay too; names that are put together
     * of such words stay, as in {@code compute:server:get_password}.
     *
     * @return empty if no word of it is known
     */
    public static String known(@Nullable String text) {
        return shown(text, RemoteText::isKnown);
    }

    /**
     * The text without each word that holds a part of a secret, as it is or in Base64, hexadecimal or percent signs, in
     * any case of letters.
     *
     * @param secrets what must not come back, such as a password or token; four of their characters in a row are enough
     * @param names   what we call ourselves there, such as a user's name; to be left out where it stands whole
     * @return empty if nothing is left
     */
    public static String without(@Nullable String text, List<String> secrets, List<String> names) {
        Set<String> banned = new HashSet<>();
        names.forEach(name -> forms(name).forEach(form -> banned.add(lower(form))));
        secrets.forEach(secret -> forms(secret).forEach(form -> addRuns(banned, lower(form))));
        banned.removeIf(String::isBlank);
        List<String> whole = secrets.stream().map(RemoteText::lower).toList();
        return shown(text, word -> isFree(word, banned, whole));
    }

    /** A common word stays though it shares some letters with a secret, unless the secret holds all of it. */
    private static boolean isFree(String word, Set<String> banned, List<String> secrets) {
        String lower = lower(word);
        String bare = bare(lower);
        if (bare.length() >= RUN && isKnown(word)) {
            return secrets.stream().noneMatch(secret -> secret.contains(bare)) && !banned.contains(bare);
        }
        if (word.length() > LONGEST_WORD && !ADDRESS.matcher(word).matches()) {
            return false;
        }
        String decoded = lower(percentDecoded(word));
        return banned.stream().noneMatch(part -> holds(lower, part) || holds(decoded, part));
    }

    /** One or two characters are in every word; a secret so short is left out where it is the whole word. */
    private static boolean holds(String word, String part) {
        return part.length() >= 3 ? word.contains(part) : bare(word).equals(part) || word.equals(part);
    }

    private static boolean isKnown(String word) {
        String bare = bare(word);
        if (!bare.isEmpty() && STATUS.matcher(bare).matches()) {
            return true;
        }
        Matcher part = PARTS.matcher(bare);
        int end = 0;
        boolean isWord = false;
        while (part.lookingAt() || part.find()) {
            if (part.start() != end) {
                return false;
            }
            end = part.end();
            String text = part.group();
            if (Character.isLetter(text.charAt(0))) {
                isWord = true;
                if (!WORDS.contains(lower(text))) {
                    return false;
                }
            } else if (PUNCTUATION.indexOf(text.charAt(0)) < 0) {
                return false;
            }
            part.region(end, bare.length());
        }
        return isWord && end == bare.length();
    }

    /** Without punctuation at both ends. */
    private static String bare(String word) {
        int from = 0;
        int to = word.length();
        while (from < to && PUNCTUATION.indexOf(word.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && PUNCTUATION.indexOf(word.charAt(to - 1)) >= 0) {
            to--;
        }
        return word.substring(from, to);
    }

    private interface Measure {
        boolean allows(String word);
    }

    private static String shown(@Nullable String text, Measure measure) {
        StringBuilder shown = new StringBuilder();
        boolean any = false;
        boolean leftOut = false;
        for (String word : SPACES.split(oneLine(text).strip())) {
            boolean allowed = !word.isEmpty() && measure.allows(word);
            any |= allowed;
            if (allowed || !leftOut) {
                shown.append(shown.length() == 0 ? "" : " ").append(allowed ? word : LEFT_OUT);
            }
            leftOut = !allowed;
        }
        return any ? cut(shown.toString()) : "";
    }

    private static String cut(String text) {
        return text.codePointCount(0, text.length()) <= LONGEST
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST - 1)) + LEFT_OUT;
    }

    /** Line ends and tabs as blanks, nothing invisible. */
    private static String oneLine(@Nullable String text) {
        StringBuilder line = new StringBuilder();
        (text == null ? "" : text)
                .codePoints()
                .limit(LONGEST_READ)
                .map(character -> Character.isWhitespace(character) ? ' ' : character)
                .filter(AuditText::isVisible)
                .forEach(line::appendCodePoint);
        return line.toString();
    }

    private static void addRuns(Set<String> banned, String secret) {
        if (secret.length() <= RUN) {
            banned.add(secret);
        }
        for (int at = 0; at + RUN <= secret.length(); at++) {
            String run = secret.substring(at, at + RUN);
            // Words are looked at one by one: what has a blank in it is in none of them.
            if (run.indexOf(' ') < 0) {
                banned.add(run);
            }
        }
        for (String part : SPACES.split(secret)) {
            if (part.length() < RUN) {
                banned.add(part);
            }
        }
    }

    /** As it is, in hexadecimal, and in Base64 at each of the three offsets that something before it may cause. */
    private static Set<String> forms(String secret) {
        Set<String> forms = new HashSet<>(Set.of(secret));
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < RUN) {
            return forms;
        }
        forms.add(HexFormat.of().formatHex(bytes));
        for (int offset = 0; offset < 3; offset++) {
            byte[] shifted = new byte[offset + bytes.length];
            System.arraycopy(bytes, 0, shifted, offset, bytes.length);
            // Characters at both ends depend on what stands before and after.
            int from = offset == 0 ? 0 : offset + 1;
            int to = shifted.length * 8 / 6;
            forms.add(Base64.getEncoder().encodeToString(shifted).substring(from, to));
            forms.add(Base64.getUrlEncoder().encodeToString(shifted).substring(from, to));
        }
        return forms;
    }

    private static String percentDecoded(String word) {
        return PERCENT.matcher(word)
                .replaceAll(
                        found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 16))));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static Set<String> words() {
        try (InputStream in = Objects.requireNonNull(RemoteText.class.getResourceAsStream("words.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .flatMap(SPACES::splitAsStream)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
