package dev.passcourier.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.fuzz.Refusal;
import java.util.regex.Pattern;

/** What every refusal of a key file must be like, whatever is in the file: one of our sentences. */
final class RefusedKey {

    private static final Pattern SENTENCE = Pattern.compile(String.join(
            "|",
            "it is [^;]{3,90}; (convert it (with|in)|give|name|take|a|one|an)\\b.{10,260}",
            "it is empty(; .{10,140})?",
            "it is encrypted with [-A-Za-z0-9. ]+, which is not read; convert it with: openssl pkcs8 .{10,140}",
            "it is a key store (and no passphrase is given for it|with certificates alone; export it with its key)",
            "it is a set of [0-9]+ JSON Web Keys; give a file with one",
            "it holds [0-9]+ (private keys|age recipients).{10,140}",
            "it holds several age identities; give a file with the one that is meant",
            "its BEGIN and END lines hold no kind of private key that we read",
            "its END line is missing: it is cut off; copy it again, whole",
            "its OpenSSH public key is damaged, or of a kind that we don't know",
            "its age recipient is not age1 and 58 characters; copy it again",
            "its numbers do not make a key(, or it lacks the primes p and q| of two primes)",
            "what is between its BEGIN and END lines cannot be parsed; copy it again",
            "the passphrase does not open it, or it is damaged; openssl pkcs12 .{10,140}",
            "an age recipient is needed: make a key with age-keygen .{10,140}",
            "a character of the age recipient is wrong",
            "a private RSA key or a private P-256, P-384 or P-521 key is needed",
            "a public JWK, PEM public key or certificate is needed",
            "an OpenPGP private key is needed, as gpg --export-secret-keys writes it",
            "format cms needs an X.509 certificate, in PEM form",
            "it cannot be parsed(, or is a kind of key we don't know)?",
            "it has no key for encryption that is not revoked",
            "it has no private key for decryption",
            "it holds a private key( \\([^)]+\\)+)?; give (its public half( \\(openssl [^)]+\\))?|what gpg --export writes), and"
                    + " consider the key exposed if it was sent to you",
            "it holds an age identity; give its recipient, which age-keygen -y prints, and consider the key exposed"
                    + " if it was sent to you",
            "it holds no key that can be used",
            "it is encrypted and no passphrase is given for it",
            "it is not a JSON Web Key",
            "it is too large for a key file",
            "it is valid from [-+0-9TZ:.]+ to [-+0-9TZ:.]+",
            "its AGE-SECRET-KEY-1… line is damaged",
            "its \"use\" or \"alg\" reserves it for something else than (RSA-OAEP-256|ECDH-ES[+]A256KW)",
            "its key for encryption is valid from [-+0-9TZ:.]+ to ([-+0-9TZ:.]+|null); ask for the renewed one",
            "its key usage lacks key(Encipherment|Agreement); ask for the recipient's encryption certificate",
            "its numbers do not make a key",
            "its owner has revoked it; ask for the new one",
            "its owner's signature is missing or wrong",
            "one OpenPGP public key is needed, as gpg --armor --export writes it",
            "the passphrase does not open it, or it is damaged",
            "use RSA from 2048 bits(, this has [0-9]+|, P-256, P-384 or P-521| or an elliptic curve key)"));

    private RefusedKey() {}

    static void tellsNothing(KeyLoadException refused) {
        Refusal.standsAlone(refused);
        assertThat(refused.findings()).singleElement().satisfies(finding -> assertThat(finding.advice())
                .matches(SENTENCE));
    }
}
