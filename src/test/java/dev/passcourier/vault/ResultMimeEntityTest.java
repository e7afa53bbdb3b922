package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultMimeEntityTest {

    private static final String SIGNED = "eyJhbGciOiJFUzI1NiJ9." + "QUJD".repeat(40) + ".c2ln";

    private static final Pattern PARTS = Pattern.compile(
            "Content-Type: multipart/mixed; boundary=\"(passcourier-[0-9a-f]{32})\"\r\n\r\n"
                    + "--\\1\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    + "Content-Transfer-Encoding: (8bit|base64)\r\n\r\n(.*)"
                    + "\r\n--\\1\r\nContent-Type: application/jose; name=result.jws\r\n"
                    + "Content-Transfer-Encoding: base64\r\n"
                    + "Content-Disposition: attachment; filename=result.jws\r\n\r\n(.*)"
                    + "\r\n--\\1--\r\n",
            Pattern.DOTALL);

    private static final String LAST =
            "\r\n\r\nThe attached result.jws says the same, signed by the service (RFC 7515).\r\n";

    @Test
    void isAPageToReadWithTheSignedResultAttached() {
        Matcher entity = entity(VaultBench.FACTS, "password", "Pässwörd\"\\=€");

        assertThat(entity.group(2)).isEqualTo("8bit");
        assertThat(entity.group(3))
                .isEqualTo("request     req-1\r\n"
                        + "delivery    dlv_1\r\n"
                        + "destination ops\r\n"
                        + "provider    huawei-ecs\r\n"
                        + "account     main\r\n"
                        + "instance    i-0815\r\n"
                        + "kind        password\r\n"
                        + "user        Administrator\r\n"
                        + "issued      " + VaultBench.FACTS.issuedAt() + "\r\n"
                        + "valid to    " + VaultBench.FACTS.notAfter() + "\r\n"
                        + "\r\npassword on the next line:\r\nPässwörd\"\\=€" + LAST);
        assertThat(entity.group(4).lines()).allMatch(line -> line.length() <= 76);
        assertThat(new String(Base64.getMimeDecoder().decode(entity.group(4)), StandardCharsets.US_ASCII))
                .isEqualTo(SIGNED);
        assertThat(entity(VaultBench.FACTS, "password", "x").group(1)).isNotEqualTo(entity.group(1));
    }

    @Test
    void leavesOutAnUnknownUserAndShowsNoControls() {
        ResultFacts facts = VaultBench.FACTS;
        ResultFacts unnamed = new ResultFacts(
                "req\r\nBcc: x",
                facts.provider(),
                facts.account(),
                facts.instance(),
                facts.kind(),
                null,
                facts.issuedAt(),
                facts.notAfter());

        assertThat(entity(unnamed, "password", "x").group(3))
                .startsWith("request     req??Bcc: x\r\ndelivery    dlv_1\r\n")
                .contains("kind        password\r\nissued      ");
    }

    @Test
    void aKeyHasTheLineEndsOfMail() {
        assertThat(entity(VaultBench.FACTS, "private-key", "\nBEGIN\nmiddle\r\nEND\n")
                        .group(3))
                .endsWith("\r\nprivate-key on the next line:\r\n\r\nBEGIN\r\nmiddle\r\nEND\r\n" + LAST);
    }

    @ParameterizedTest
    @CsvSource({"997, 8bit", "998, base64"})
    void aLineThatIsTooLongForMailIsEncoded(int length, String encoding) {
        Matcher entity = entity(VaultBench.FACTS, "password", "x".repeat(length));

        assertThat(entity.group(2)).isEqualTo(encoding);
        String page = encoding.equals("8bit")
                ? entity.group(3)
                : new String(Base64.getMimeDecoder().decode(entity.group(3)), StandardCharsets.UTF_8);
        assertThat(page).startsWith("request     req-1\r\n").endsWith("x".repeat(length) + LAST);
    }

    @Test
    void givesTheSignedResultBack() {
        try (SecretBytes entity = ResultMimeEntity.of(parcel(VaultBench.FACTS, "password", "x"));
                SecretBytes found = ResultMimeEntity.attached(entity.borrow()).orElseThrow()) {
            assertThat(new String(found.borrow(), StandardCharsets.US_ASCII)).isEqualTo(SIGNED);
            assertThat(ResultMimeEntity.attached("a entity of somebody else".getBytes(StandardCharsets.US_ASCII)))
                    .isEmpty();
            String cut = new String(entity.borrow(), StandardCharsets.UTF_8);
            assertThat(ResultMimeEntity.attached(
                            cut.substring(0, cut.lastIndexOf("\r\n--")).getBytes(StandardCharsets.UTF_8)))
                    .isEmpty();
            String bare = cut.substring(cut.indexOf("Content-Type: application/jose"));
            assertThat(ResultMimeEntity.attached(bare.getBytes(StandardCharsets.UTF_8)))
                    .isPresent();
        }
    }

    @Test
    void findsBytesWhereTheyAre() {
        byte[] text = "abcabc".getBytes(StandardCharsets.US_ASCII);
        byte[] wanted = "abc".getBytes(StandardCharsets.US_ASCII);

        assertThat(ResultMimeEntity.indexOf(text, wanted, 0)).isZero();
        assertThat(ResultMimeEntity.indexOf(text, wanted, 1)).isEqualTo(3);
        assertThat(ResultMimeEntity.indexOf(text, wanted, 4)).isEqualTo(-1);
    }

    private static Matcher entity(ResultFacts facts, String kind, String secret) {
        try (SecretBytes entity = ResultMimeEntity.of(parcel(facts, kind, secret))) {
            Matcher parts = PARTS.matcher(new String(entity.borrow(), StandardCharsets.UTF_8));
            assertThat(parts.matches()).isTrue();
            return parts;
        }
    }

    private static RecipientKey.SignedParcel parcel(ResultFacts facts, String kind, String secret) {
        return new RecipientKey.SignedParcel(
                facts,
                kind,
                "dlv_1",
                "ops",
                SecretBytes.owning(secret.getBytes(StandardCharsets.UTF_8)),
                SecretBytes.owning(SIGNED.getBytes(StandardCharsets.US_ASCII)));
    }
}
