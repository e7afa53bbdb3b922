package dev.passcourier.provider;

import dev.passcourier.request.Verdict;
import dev.passcourier.vault.LockedSecret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP reply means, in the words of the fetch stage. Codes are ours or the cloud's documented ones, such as
 * {@code APIGW.0301}; they are short, safe to log and never hold text the cloud made up.
 */
public sealed interface Answer {

    /**
     * The cloud handed the password out.
     *
     * @param secret   the password as it came: encrypted, or inside an unparsed body
     * @param kind     {@code password}, {@code console-password} or {@code private-key}; {@code detect} lets the vault
     *                 tell a private key from a password by its first bytes
     * @param userName user the password belongs to, or null if the cloud does not say
     */
    record Found(LockedSecret secret, String kind, @Nullable String userName) implements Answer {

        /** A password that is encrypted to the instance's key pair, whose user the cloud does not say. */
        public static Answer encrypted(String base64) {
            return new Found(new LockedSecret.Encrypted(base64.getBytes(StandardCharsets.UTF_8)), "password", null);
        }
    }

    /** No password yet: ask again with growing delay until the deadline, then {@link Verdict#NOT_YET}. */
    record NotYet(String code) implements Answer {}

    /**
     * The end: asking again will not help.
     *
     * @param until before which the cloud is not asked for this account again, as its sign-in was refused; or null
     */
    record Ended(Verdict verdict, String code, @Nullable Instant until) implements Answer {

        /** Of this request alone. */
        public Ended(Verdict verdict, String code) {
            this(verdict, code, null);
        }
    }

    /**
     * A passing failure: ask again later.
     *
     * @param failure how to wait
     * @param code    what happened
     * @param after   what the cloud asked for by {@code Retry-After} or the like, or null
     */
    record Retry(
            TransientFailure failure, String code, @Nullable Duration after) implements Answer {}

    /** The session is not good any more: sign in again and repeat the call, once. */
    record Renew(String code) implements Answer {}

    /** The route's further call is needed before the answer is known. */
    record Further() implements Answer {}

    /** The cloud has no record of the password any more: what was asked for is done. */
    record Cleared() implements Answer {}
}
