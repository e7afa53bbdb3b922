package dev.passcourier.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators write as addresses and hosts, and what they are told when a protocol would carry something else. */
class NetworkNameTest {

    private static final String IN_THE_HOST = " in the host name, and host names are looked up in ASCII; ";
    private static final String BEFORE_THE_AT =
            " before the @, and goes to the mail server in ASCII only; write the address in ASCII; where the mailbox has"
                    + " none, let its owner add an alias that has";
    private static final String AS_REGISTERED =
            "delete it, or write the name as it is registered, in the form with xn--";

    @TempDir
    private Path home;

    private SettingsBench bench;

    @BeforeEach
    void layOut() throws Exception {
        bench = new SettingsBench(home);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ops@example.com",
                "o.p+s-1_x'y@sub.example.com",
                "bounce=4711%all@example.com",
                "root@localhost",
                "ops@xn--bcher-kva.example",
                "ops@[192.0.2.7]",
                "OPS@Example.COM"
            })
    void takesMailAddressesAsTheyAre(String address) {
        assertThatCode(() -> NetworkName.mailAddress(address)).doesNotThrowAnyException();
    }

    /** Each of these would have gone to a mailbox that nobody wrote, or to none. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\u0161dmin@example.com   | '\u0161' (U+0161 LATIN SMALL LETTER S WITH CARON)",
                "vl\u010Dek@example.com   | '\u010D' (U+010D LATIN SMALL LETTER C WITH CARON)",
                "\uAD00\uB9AC\uC790@example.com | '\uAD00' (U+AD00 HANGUL SYLLABLES AD00)",
                "adm\u0131n@example.com   | '\u0131' (U+0131 LATIN SMALL LETTER DOTLESS I)",
                "\u0430dmin@example.com   | '\u0430' (U+0430 CYRILLIC SMALL LETTER A)",
                "ops\u200B@example.com    | U+200B ZERO WIDTH SPACE",
                "re\u0301mi@example.com   | U+0301 COMBINING ACUTE ACCENT",
                "\u202Eops@example.com    | U+202E RIGHT-TO-LEFT OVERRIDE",
                "ops\u00A0@example.com    | U+00A0 NO-BREAK SPACE",
                "\uD835\uDC1Eve@example.com | '\uD835\uDC1E' (U+1D41E MATHEMATICAL BOLD SMALL E)",
                "ops\uFF20x@example.com   | '\uFF20' (U+FF20 FULLWIDTH COMMERCIAL AT)"
            })
    void namesTheCharacterThatAMailServerWouldNotGet(String address, String character) throws Exception {
        assertThat(mailTo(address)).containsExactly("destinations.mail.to: holds " + character + BEFORE_THE_AT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "ops@\u0161ample.com     | '\u0161' (U+0161 LATIN SMALL LETTER S WITH CARON)      | ops@xn--ample-udb.com",
                "ops@b\u00FCcher.example | '\u00FC' (U+00FC LATIN SMALL LETTER U WITH DIAERESIS)  | ops@xn--bcher-kva.example",
                "ops@bu\u0308cher.example| U+0308 COMBINING DIAERESIS                             | ops@xn--bcher-kva.example",
                "ops@ex\u0430mple.com    | '\u0430' (U+0430 CYRILLIC SMALL LETTER A)              | ops@xn--exmple-4nf.com",
                "ops@\uFF45xample.com    | '\uFF45' (U+FF45 FULLWIDTH LATIN SMALL LETTER E)       | ops@example.com"
            })
    void showsTheAsciiFormOfADomain(String address, String character, String ascii) throws Exception {
        assertThat(mailTo(address))
                .containsExactly("destinations.mail.to: holds " + character + IN_THE_HOST + "write " + ascii
                        + " if that is the host you mean");
    }

    /** Java's IDNA of 2003 would make another registered domain of them, or leave the character out. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "ops@stra\u00DFe.example   | '\u00DF' (U+00DF LATIN SMALL LETTER SHARP S)",
                "ops@\u03BC\u03C2.example | '\u03BC' (U+03BC GREEK SMALL LETTER MU)",
                "ops@exam\u200Bple.com     | U+200B ZERO WIDTH SPACE",
                "ops@exam\u200Dple.com     | U+200D ZERO WIDTH JOINER",
                "ops@exam\u00ADple.com     | U+00AD SOFT HYPHEN",
                "ops@example\u3002com      | '\u3002' (U+3002 IDEOGRAPHIC FULL STOP)"
            })
    void suggestsNoDomainThatNobodyWrote(String address, String character) throws Exception {
        assertThat(mailTo(address))
                .containsExactly("destinations.mail.to: holds " + character + IN_THE_HOST + AS_REGISTERED);
    }

    /** The mail library leaves comments out and would write to {@code ops@example.com}. */
    @ParameterizedTest
    @ValueSource(strings = {"ops(night)@example.com", "ops\\\\x@example.com", ".ops@example.com", "o..ps@example.com"})
    void refusesWhatIsMoreThanABareAddress(String address) throws Exception {
        assertThat(mailTo(address))
                .containsExactly("destinations.mail.to: is not one plain mail address: before the @ stand up to 64"
                        + " letters, digits and !#$%&'*+/=?^_`{|}~- with single dots between; write the bare address,"
                        + " without name, comment or quotes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ops@example.com(x)", "ops@-example.com", "ops@example..com", "ops@example.com."})
    void refusesWhatIsNoDomain(String address) throws Exception {
        assertThat(mailTo(address))
                .singleElement()
                .asString()
                .startsWith("destinations.mail.to: has no host name after the @; ");
    }

    @Test
    void checksTheSenderToo() throws Exception {
        assertThat(found("from: passcourier@example.com", "from: \u0161ender@example.com"))
                .containsExactly("destinations.mail.from: holds '\u0161' (U+0161 LATIN SMALL LETTER S WITH CARON)"
                        + BEFORE_THE_AT);
    }

    /** Of a placeholder it is the value that counts. */
    @Test
    void checksAnAddressFromTheEnvironment() throws Exception {
        bench.set("OPS", "\u0161dmin@example.com");

        assertThat(mailTo("{{env:OPS}}")).singleElement().asString().contains("U+0161");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail.example.com", "mail.example.com.", "relay", "192.0.2.7", "xn--mxa.example"})
    void takesHostsAsTheyAre(String host) {
        assertThatCode(() -> NetworkName.server(host, true)).doesNotThrowAnyException();
    }

    /** As containers are called; DNS knows such names. */
    @ParameterizedTest
    @ValueSource(strings = {"mail_relay", "_smtp.example.com", "my_mail.example.com."})
    void takesMailServersWithAnUnderscoreWhereNoCertificateIsLookedAt(String host) throws Exception {
        assertThat(found(
                        "host: smtp.example.com\n    security: starttls",
                        "host: " + host + "\n    security: none\n    insecure: true"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcp://bus.example.com:61617?sslEnabled=true | tcp://bus_1:61617?sslEnabled=true | sources.jms.url",
                "tcp://bus.example.com:61617?sslEnabled=true | (tcp://bus:61617,tcp://bus_2:61617)?ha=true | sources.jms.url"
            })
    void refusesBrokersThatTheClientDoesNotFindInTheUrl(String good, String bad, String key) throws Exception {
        assertThat(found(good, bad))
                .containsExactly(
                        key + ": holds '_' in the host name, so that the broker's client finds no host in the URL;"
                                + " give the host an alias without it, in DNS or /etc/hosts, or write its IP address");
    }

    /** What the refusal above rests on. If this fails, the client reads such names, and they can be allowed. */
    @Test
    void theBrokersClientFindsNoHostWithAnUnderscore() throws Exception {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory("tcp://bus_1:61617")) {
            assertThat(factory.getStaticConnectors()[0].getParams()).containsEntry("host", "null");
        }
    }

    @Test
    void takesADatabaseWithAnUnderscore() throws Exception {
        assertThat(found("db.example.com", "ledger_db")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "m\u0430il.example.com     | holds '\u0430' (U+0430 CYRILLIC SMALL LETTER A) in the host name, and host names are looked up in ASCII; write xn--mil-6cd.example.com if that is the host you mean",
                "mail\u200B.example.com    | holds U+200B ZERO WIDTH SPACE in the host name, and host names are looked up in ASCII; delete it, or write the name as it is registered, in the form with xn--",
                "2001:db8::7               | is an IPv6 address, which camel-mail does not take; write a host name; one for this machine alone goes into /etc/hosts",
                "[::1]                     | is an IPv6 address, which camel-mail does not take; write a host name; one for this machine alone goes into /etc/hosts",
                "mail_relay                | holds '_' in the host name, so that TLS finds it in no certificate; give the host an alias without it, in DNS or /etc/hosts, or write its IP address",
                "smtps://mail.example.com  | is more than a host name; write the name alone, without scheme, port or path",
                "mail.example.com:587      | is more than a host name; write the name alone, without scheme, port or path",
                "mail..example.com         | is no host name; write labels of up to 63 letters, digits and inner dashes, with single dots between"
            })
    void refusesMailServersThatWouldBeLookedUpAsOthers(String host, String finding) throws Exception {
        assertThat(found("host: smtp.example.com", "host: \"" + host + "\""))
                .containsExactly("destinations.mail.host: " + finding);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "::                | ",
                "::1               | ",
                "127.0.0.1         | ",
                "\u0661\u0662.0.0.1 | '\u0661' (U+0661 ARABIC-INDIC DIGIT ONE)"
            })
    void anAcceptorListensOnIpv6Too(String host, String character) throws Exception {
        List<String> found = found("host: 0.0.0.0", "host: \"" + host + "\"");

        if (character == null) {
            assertThat(found).isEmpty();
        } else {
            assertThat(found).singleElement().asString().startsWith("broker.acceptor.host: holds " + character);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "https://h\u00F6\u00F6ks.example.com/in | holds '\u00F6' (U+00F6 LATIN SMALL LETTER O WITH DIAERESIS) in the host name, and host names are looked up in ASCII; write xn--hks-snaa.example.com if that is the host you mean",
                "https://my_hooks/in                    | holds '_' in the host name, which URLs do not allow; give the host an alias without it, in DNS or /etc/hosts, or write its IP address",
                "https://hooks.example.com/n\u00E4chtlich | holds '\u00E4' (U+00E4 LATIN SMALL LETTER A WITH DIAERESIS), and URLs are in ASCII; write %C3%A4 for it if it belongs there, or delete it",
                "https://hooks.example.com/na\u0308cht  | holds U+0308 COMBINING DIAERESIS, and URLs are in ASCII; write %CC%88 for it if it belongs there, or delete it",
                "https://hooks.example.com/in\u200B     | holds U+200B ZERO WIDTH SPACE, and URLs are in ASCII; write %E2%80%8B for it if it belongs there, or delete it",
                "https://hooks.example.com/in?a=\uFF06  | holds '\uFF06' (U+FF06 FULLWIDTH AMPERSAND), and URLs are in ASCII; write %EF%BC%86 for it if it belongs there, or delete it"
            })
    void refusesWebhooksThatWouldBePostedElsewhere(String url, String finding) throws Exception {
        assertThat(found("https://hooks.example.com/in", url)).containsExactly("destinations.hook.url: " + finding);
    }

    @Test
    void refusesACloudThatWouldBeLookedUpAsAnother() throws Exception {
        assertThat(found("http://nimbus.example.com", "http://nimb\u0443s.example.com"))
                .containsExactly(
                        "accounts.nimbus-prod.settings.endpoint: holds '\u0443' (U+0443 CYRILLIC SMALL LETTER U)"
                                + IN_THE_HOST + "write xn--nimbs-hze.example.com if that is the host you mean");
    }

    @ParameterizedTest
    @CsvSource({
        "tcp://bus.example.com:61617?sslEnabled=true, tcp://b\u00FCs.example.com:61617, sources.jms.url, xn--bs-xka.example.com",
        "jdbc:postgresql://db.example.com/passcourier, jdbc:postgresql://d\u00DF.example.com/p, ledger.url, ''"
    })
    void refusesBrokersAndDatabasesWithHostsBeyondAscii(String good, String bad, String key, String ascii)
            throws Exception {
        assertThat(found(good, bad))
                .singleElement()
                .asString()
                .startsWith(key + ": holds '")
                .contains(IN_THE_HOST)
                .contains(ascii.isEmpty() ? AS_REGISTERED : "write " + ascii + " if");
    }

    @Test
    void namesTheCharacterInANameThatIsAscii() throws Exception {
        assertThat(found("queue: passwords.sealed", "queue: passw\u043Erds.sealed"))
                .containsExactly("destinations.queue.queue: does not have the right form, and holds '\u043E' (U+043E"
                        + " CYRILLIC SMALL LETTER O); for example passwords.sealed");
    }

    /** Started without a locale, Java reads the environment as ASCII and puts this in the place of everything else. */
    @Test
    void refusesASecretThatTheLocaleDestroyed() throws Exception {
        bench.set("SECRET", "p\uFFFD\uFFFDsswort");

        assertThat(found("", ""))
                .isNotEmpty()
                .allMatch(finding -> finding.contains("environment variable SECRET holds bytes that Java cannot read in"
                                + " the locale's character set ")
                        && finding.endsWith("; set LC_ALL=C.UTF-8 for the service, or put the secret into a file and"
                                + " write {{file:path}}"));
    }

    /** As an editor of long ago saves it. The mail server would be sent a question mark, and lock the account. */
    @Test
    void refusesAPasswordThatIsNoUtf8() throws Exception {
        Path file = bench.put("secrets/nimbus", "", "rw-------");
        Files.write(file, new byte[] {'p', (byte) 0xE4, 's', 's', '\n'});

        assertThat(found("password: \"{{env:SECRET}}\"\n    from", "password: \"{{file:secrets/nimbus}}\"\n    from"))
                .filteredOn(finding -> finding.contains(".password: "))
                .containsExactly(
                        "sources.jms.password: is not UTF-8: byte 2 is 0xE4; save it as UTF-8, for example with iconv"
                                + " -f LATIN1 -t UTF-8",
                        "destinations.mail.password: is not UTF-8: byte 2 is 0xE4; save it as UTF-8, for example with"
                                + " iconv -f LATIN1 -t UTF-8");
    }

    /** Of each two that contradict one another, one most likely is a slip; a test port may be anything. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "security: starttls | security: smtps\\n    port: 587 | destinations.mail.port: servers at 587 greet in clear and then take STARTTLS, and security is smtps; write security: starttls, or port: 465",
                "security: starttls | security: smtps\\n    port: 25 | destinations.mail.port: servers at 25 greet in clear and then take STARTTLS, and security is smtps; write security: starttls, or port: 465",
                "security: starttls | security: starttls\\n    port: 465 | destinations.mail.port: servers at 465 begin with TLS, and security is starttls; write security: smtps, or port: 587",
                "https://hooks.example.com/in | https://hooks.example.com:80/in | destinations.hook.url: begins with https:, and its port is mostly one of http:; correct one of them",
                "tcp://bus.example.com:61617?sslEnabled=true | tcp://bus.example.com:5672 | sources.jms.url: port 5672 is mostly one of AMQP, and we speak Artemis' core protocol; name the port of an acceptor with core, mostly 61616 or 61617",
                "tcp://bus.example.com:61617?sslEnabled=true | (tcp://bus:61616,tcp://bus:61613)?ha=true | sources.jms.url: port 61613 is mostly one of STOMP, and we speak Artemis' core protocol; name the port of an acceptor with core, mostly 61616 or 61617"
            })
    void portsThatContradictWhatStandsBesideThemAreNamed(String good, String bad, String warning) throws Exception {
        assertThat(SettingsBench.WHOLE).contains(good);
        assertThat(bench.warnings(SettingsBench.WHOLE.replace(good, bad.replace("\\n", "\n"))))
                .contains(warning);
    }

    @Test
    void portsThatGoWithWhatStandsBesideThemAreNotNamed() throws Exception {
        for (String right : List.of(
                "security: smtps\n    port: 465",
                "security: starttls\n    port: 587",
                "security: starttls\n    port: 2525")) {
            assertThat(bench.warnings(SettingsBench.WHOLE.replace("security: starttls", right)))
                    .noneMatch(warning -> warning.contains("port"));
        }
    }

    private List<String> mailTo(String address) throws Exception {
        return found("to: ops@example.com", "to: \"" + address + "\"");
    }

    /** Every finding without its place. */
    private List<String> found(String good, String bad) throws Exception {
        assertThat(SettingsBench.WHOLE).contains(good);
        return bench.findings(SettingsBench.WHOLE.replace(good, bad)).stream()
                .map(finding -> finding.key() + ": " + finding.message() + "; " + finding.hint())
                .toList();
    }
}
