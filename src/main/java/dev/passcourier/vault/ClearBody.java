package dev.passcourier.vault;

import dev.passcourier.vault.VaultException.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Takes the secret out of a body that a cloud answered in clear, and wipes the body. */
final class ClearBody {

    private static final int LONGEST_SECRET = 8192;
    private static final byte[] MASK = "*****".getBytes(StandardCharsets.US_ASCII);

    private ClearBody() {}

    /**
     * Reads the first of the places that holds a string.
     *
     * @return the secret, which the caller closes: 1 to 8192 bytes of UTF-8
     */
    static SecretBytes read(LockedSecret.InClear locked) throws VaultException {
        try {
            for (List<String> pointer : locked.pointers()) {
                Optional<SecretBytes> found = JsonStrings.find(locked.body(), pointer);
                if (found.isPresent()) {
                    return checked(withoutEnds(found.get()));
                }
            }
        } catch (IOException | RuntimeException e) {
            // A parser's message quotes the body: nothing of it may leave.
        } finally {
            Arrays.fill(locked.body(), (byte) 0);
        }
        throw new VaultException(Code.NO_SECRET);
    }

    private static SecretBytes withoutEnds(SecretBytes secret) {
        return SecretKind.isPrivateKey(secret) ? secret : PasswordEnds.takenOff(secret.borrow());
    }

    private static SecretBytes checked(SecretBytes secret) throws VaultException {
        Optional<Code> fault = faultOf(secret);
        if (fault.isPresent()) {
            secret.close();
            throw new VaultException(fault.get());
        }
        return secret;
    }

    private static Optional<Code> faultOf(SecretBytes secret) {
        if (Arrays.equals(secret.borrow(), MASK)) {
            return Optional.of(Code.MASKED);
        }
        boolean usable = secret.length() >= 1
                && secret.length() <= LONGEST_SECRET
                && (SecretKind.isPrivateKey(secret)
                        ? PrintableText.isLines(secret.borrow())
                        : PrintableText.isOneLine(secret.borrow()));
        return usable ? Optional.empty() : Optional.of(Code.NO_SECRET);
    }
}
