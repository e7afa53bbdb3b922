package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.fuzz.Refusal;
import java.util.regex.Pattern;

/** What every refusal of a key file must be like, whatever is in the file: one of our sentences. */
final class RefusedKey {

    private static final Pattern SENTENCE = Pattern.compile(String.join(
            "|",
            "PuTTY's own format is not read; convert it with: puttygen [-/A-Za-z0-9]*some.(pem|key) -O private-openssh-new -o [-/A-Za-z0-9]*some.(pem|key).key",
            "a character of the age recipient is wrong",
            "a private RSA key or a private P-256, P-384 or P-521 key is needed",
            "a public JWK, PEM public key or certificate is needed",
            "an OpenPGP private key is needed, as gpg --export-secret-keys writes it",
            "format cms needs an X.509 certificate, in PEM form",
            "it cannot be parsed(, or is a kind of key we don't know)?",
            "it has no key for encryption that is not revoked",
            "it has no private key for decryption",
            "it holds a private key; give (its public half|what gpg --export writes), and consider the key exposed if it"
                    + " was sent to you",
            "it holds an age identity; give its recipient, which age-keygen -y prints, and consider the identity exposed"
                    + " if it was sent to you",
            "it holds no key that can be used",
            "it is encrypted and no passphrase is given for it",
            "it is not a (JSON Web Key|private key in PEM or OpenSSH form)",
            "it is too large for a key file",
            "it is valid from [-+0-9TZ:.]+ to [-+0-9TZ:.]+",
            "its AGE-SECRET-KEY-1… line is damaged",
            "its BEGIN and END lines hold no private key",
            "its \"use\" or \"alg\" reserves it for something else than (RSA-OAEP-256|ECDH-ES[+]A256KW)",
            "its key for encryption is valid from [-+0-9TZ:.]+ to ([-+0-9TZ:.]+|null); ask for the renewed one",
            "its key usage lacks key(Encipherment|Agreement); ask for the recipient's encryption certificate",
            "its numbers do not make a key",
            "its owner has revoked it; ask for the new one",
            "its owner's signature is missing or wrong",
            "one OpenPGP public key is needed, as gpg --armor --export writes it",
            "one line with an age recipient, age1…, is needed",
            "the passphrase does not open it, or it is damaged",
            "use RSA from 2048 bits(, this has [0-9]+|, P-256, P-384 or P-521| or an elliptic curve key)"));

    private RefusedKey() {}

    static void tellsNothing(KeyLoadException refused) {
        Refusal.standsAlone(refused);
        assertThat(refused.findings()).singleElement().satisfies(finding -> assertThat(finding.advice())
                .matches(SENTENCE));
    }
}
