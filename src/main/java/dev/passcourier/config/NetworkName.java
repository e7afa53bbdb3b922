package dev.passcourier.config;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges what is handed to protocols that carry ASCII: mail addresses (RFC 5321), host names (RFC 1123) and URLs (RFC
 * 3986). What passes goes out byte for byte as it is written. Nothing is mapped on the way, not even by IDNA: two names
 * that look alike can belong to two owners, so the form that is sent is the one that the operator wrote. Each refusal
 * names the first character that does not pass, and the text to write instead where there is only one.
 */
public final class NetworkName {

    /** DNS knows labels with an underscore, which RFC 1123 and so URLs, mail addresses and certificates do not. */
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?");

    private static final Pattern IPV6 = Pattern.compile("\\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9]+)?]?");
    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    private static final Pattern ATOMS = Pattern.compile(ATOM + "(\\." + ATOM + ")*");
    private static final Pattern IPV4_LITERAL = Pattern.compile("\\[[0-9.]+]");
    private static final Pattern AUTHORITY = Pattern.compile("//([^/?#]*)");
    private static final int LONGEST_HOST = 253;
    private static final int LONGEST_LOCAL_PART = 64;

    /** Letters that IDNA 2003, which Java has, turns into others, and IDNA 2008 keeps: they name other domains. */
    private static final Pattern DEVIATIONS = Pattern.compile(".*[\u00DF\u03C2\u200C\u200D].*", Pattern.DOTALL);

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?::1]?");

    private NetworkName() {}

    /**
     * Demands one mail address that reaches the server exactly as it is written.
     *
     * @throws ConfigurationException saying what is wrong, and after a semicolon what to do
     */
    public static void mailAddress(String address) throws ConfigurationException {
        int at = address.lastIndexOf('@');
        if (at < 1) {
            throw refused("is not one mail address", "for example operations@example.com");
        }
        String local = address.substring(0, at);
        String domain = address.substring(at + 1);
        Optional<String> strange = strange(local);
        if (strange.isPresent()) {
            throw refused(
                    "holds " + strange.get() + " before the @, and goes to the mail server in ASCII only",
                    "write the address in ASCII; where the mailbox has none, let its owner add an alias that has");
        }
        if (!ATOMS.matcher(local).matches() || local.length() > LONGEST_LOCAL_PART) {
            throw refused(
                    "is not one plain mail address: before the @ stand up to 64 letters, digits and"
                            + " !#$%&'*+/=?^_`{|}~- with single dots between",
                    "write the bare address, without name, comment or quotes");
        }
        if (!IPV4_LITERAL.matcher(domain).matches()) {
            domain(domain, local + "@");
        }
    }

    /**
     * Demands the name or IPv4 address of a server, with nothing else around it.
     *
     * @param isTls whether the name is compared with a certificate, where Java takes none that holds an underscore
     * @throws ConfigurationException saying what is wrong, and after a semicolon what to do
     */
    static void server(String host, boolean isTls) throws ConfigurationException {
        if (IPV6.matcher(host).matches()) {
            throw refused(
                    "is an IPv6 address, which camel-mail does not take",
                    "write a host name; one for this machine alone goes into /etc/hosts");
        }
        domain(host, "");
        if (isTls && host.contains("_")) {
            throw underscore("so that TLS finds it in no certificate");
        }
    }

    /**
     * Demands a name or address of this machine to listen on.
     *
     * @throws ConfigurationException saying what is wrong, and after a semicolon what to do
     */
    static void listener(String host) throws ConfigurationException {
        if (!IPV6.matcher(host).matches()) {
            domain(host, "");
        }
    }

    /**
     * Demands that the hosts in a URL of any scheme, or in a list of such, are in ASCII.
     *
     * @throws ConfigurationException saying what is wrong, and after a semicolon what to do
     */
    static void hostsOf(String urls) throws ConfigurationException {
        for (String host : hosts(urls)) {
            ascii(host, "");
        }
    }

    /**
     * Demands that Artemis' client calls the hosts in its URL, or in a list of such: it reads the address with
     * {@link URI#getHost()}, and where that finds no host calls one of the name {@code null}.
     *
     * @throws ConfigurationException saying what is wrong, and after a semicolon what to do
     */
    static void brokerHosts(String urls) throws ConfigurationException {
        for (String host : hosts(urls)) {
            ascii(host, "");
            if (host.contains("_")) {
                throw underscore("so that the broker's client finds no host in the URL");
            }
        }
    }

    private static List<String> hosts(String urls) {
        return AUTHORITY
                .matcher(urls)
                .results()
                .flatMap(authority -> Stream.of(authority.group(1).split(",", -1)))
                .map(server -> server.replaceFirst("^[^@]*@", "").replaceFirst("[:)].*", ""))
                .toList();
    }

    /**
     * Demands an {@code https:} or {@code http:} URL of a host that can be called exactly as it is written.
     *
     * @throws ConfigurationException saying what is wrong, and after a semicolon what to do
     */
    static void url(String url) throws ConfigurationException {
        Matcher authority = AUTHORITY.matcher(url);
        if (authority.find()) {
            String host = authority.group(1).replaceFirst("^[^@]*@", "").replaceFirst(":[0-9]*$", "");
            ascii(host, "");
            if (host.contains("_")) {
                throw underscore("which URLs do not allow");
            }
        }
        OptionalInt strange = first(url);
        if (strange.isPresent()) {
            throw refused(
                    "holds " + shown(strange.getAsInt()) + ", and URLs are in ASCII",
                    "write " + percent(strange.getAsInt()) + " for it if it belongs there, or delete it");
        }
        if (!isHttp(url)) {
            throw refused("is no https: URL", "for example https://hooks.example.com/passwords");
        }
    }

    /** The first character that is not printable ASCII, as it looks and by number and name; empty if there is none. */
    static Optional<String> strange(String text) {
        OptionalInt first = first(text);
        return first.isPresent() ? Optional.of(shown(first.getAsInt())) : Optional.empty();
    }

    private static OptionalInt first(String text) {
        return text.codePoints().filter(c -> c < 0x21 || c > 0x7E).findFirst();
    }

    private static void domain(String domain, String before) throws ConfigurationException {
        ascii(domain, before);
        if (domain.contains("/") || domain.matches(".*:[0-9]+")) {
            throw refused("is more than a host name", "write the name alone, without scheme, port or path");
        }
        if (domain.contains("_") && !before.isEmpty()) {
            throw refused(
                    "holds '_' after the @, which mail addresses do not allow there",
                    "write the domain that its mail server is registered for");
        }
        boolean isName = domain.length() <= LONGEST_HOST;
        boolean isAbsolute = before.isEmpty() && domain.length() > 1 && domain.endsWith(".");
        String relative = isAbsolute ? domain.substring(0, domain.length() - 1) : domain;
        for (String label : relative.split("\\.", -1)) {
            isName &= LABEL.matcher(label).matches();
        }
        if (!isName) {
            throw refused(
                    before.isEmpty() ? "is no host name" : "has no host name after the @",
                    "write labels of up to 63 letters, digits and inner dashes, with single dots between");
        }
    }

    private static void ascii(String host, String before) throws ConfigurationException {
        Optional<String> strange = strange(host);
        if (strange.isPresent()) {
            throw refused(
                    "holds " + strange.get() + " in the host name, and host names are looked up in ASCII",
                    aLabels(host)
                            .map(name -> "write " + before + name + " if that is the host you mean")
                            .orElse("delete it, or write the name as it is registered, in the form with xn--"));
        }
    }

    private static ConfigurationException underscore(String why) {
        return refused(
                "holds '_' in the host name, " + why,
                "give the host an alias without it, in DNS or /etc/hosts, or write its IP address");
    }

    /** The name in the form of DNS, if nobody could mean another one by it. */
    private static Optional<String> aLabels(String host) {
        try {
            String plain = Normalizer.normalize(host, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
            String ascii = IDN.toASCII(host, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
            return !DEVIATIONS.matcher(host).matches() && IDN.toUnicode(ascii).equals(plain)
                    ? Optional.of(ascii)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Characters that do not print by themselves are named only: they could rearrange the line. */
    private static String shown(int codePoint) {
        if (codePoint == ' ') {
            return "a blank";
        }
        String name = Character.getName(codePoint);
        String number = String.format(Locale.ROOT, "U+%04X%s", codePoint, name == null ? "" : " " + name);
        return prints(codePoint) ? "'" + Character.toString(codePoint) + "' (" + number + ")" : number;
    }

    private static boolean prints(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR,
                    Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK -> false;
            default -> true;
        };
    }

    private static String percent(int codePoint) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
            encoded.append(String.format(Locale.ROOT, "%%%02X", b & 0xFF));
        }
        return encoded.toString();
    }

    private static boolean isHttp(String text) {
        try {
            URI url = new URI(text);
            return url.getHost() != null
                    && ("https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme()));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static ConfigurationException refused(String what, String hint) {
        return new ConfigurationException(what + "; " + hint);
    }

    /** Tells whether the host is this machine, by its spelling alone. */
    public static boolean isLoopback(@Nullable String host) {
        return host != null && LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }
}
