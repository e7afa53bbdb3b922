package dev.passcourier.provider;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.SecretRef;
import dev.passcourier.request.PasswordRequest;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers that the cloud refused an account's secrets, whether they sign in or sign every call: they are not tried
 * again for five minutes, unless one has changed, as clouds lock accounts and keys after a few failures. Of the secrets it
 * keeps a keyed mark only. Used by many threads at once.
 */
public final class RefusedSecrets {

    private static final Duration PAUSE = Duration.ofMinutes(5);
    private static final int MARK_BYTES = 32;
    private static final Logger LOG = LoggerFactory.getLogger(RefusedSecrets.class);

    private final Supplier<List<SecretRef>> secrets;
    private final Clock clock;
    private final byte[] markKey = new byte[MARK_BYTES];

    /** Marks of the secrets of signed calls under way; those that get no reply go with their requests. */
    private final Map<PasswordRequest, byte @Nullable []> signedWith = Collections.synchronizedMap(new WeakHashMap<>());

    private volatile @Nullable Refusal last;

    /**
     * For one account, whose secrets have not been refused yet.
     *
     * @param secrets what the cloud judges together
     */
    public RefusedSecrets(Supplier<List<SecretRef>> secrets, Clock clock) {
        this.secrets = secrets;
        this.clock = clock;
        new SecureRandom().nextBytes(markKey);
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by its content
    private record Refusal(Answer.Ended answer, Instant until, byte[] mark) {}

    /**
     * Demands secrets that have not been refused lately.
     *
     * @return their mark, for {@link #refuse}: it tells them from others in this process only, and never what they are;
     *     null if they cannot be read, which the call says then
     * @throws CannotAskException with the answer that they were refused with
     */
    public byte @Nullable [] demandNotRefused() throws CannotAskException {
        byte[] mark = mark();
        Refusal refusal = last;
        if (refusal != null && clock.instant().isBefore(refusal.until()) && Arrays.equals(refusal.mark(), mark)) {
            throw new CannotAskException(refusal.answer());
        }
        return mark;
    }

    /**
     * Takes note of a refusal, and logs it.
     *
     * @param mark of the secrets that the call was made with
     * @return the answer, with the time until which these secrets are not tried again
     */
    public Answer.Ended refuse(String account, byte @Nullable [] mark, Answer.Ended refused) {
        if (mark == null) {
            return refused;
        }
        Instant until = clock.instant().plus(PAUSE);
        Answer.Ended answer = new Answer.Ended(refused.verdict(), refused.code(), until);
        last = new Refusal(answer, until, mark);
        LOG.warn(
                "SIGN_IN_REFUSED account {}: {}; not tried again until {}, unless its secret changes",
                account,
                refused.code(),
                until);
        return answer;
    }

    /**
     * Demands the same of the secrets that sign a call, and remembers which those are: calls are many at once, and the
     * secrets may have changed when the answer comes.
     *
     * @throws CannotAskException with the answer that they were refused with
     */
    public void demandNotRefused(PasswordRequest request) throws CannotAskException {
        byte[] mark = demandNotRefused();
        synchronized (signedWith) {
            // Put over an equal request, which is that of an earlier attempt, it would go with that one's.
            signedWith.remove(request);
            signedWith.put(request, mark);
        }
    }

    /** Takes note that the cloud refused a call for the secrets that it was signed with, as {@link #refuse} does. */
    public Answer.Ended refuse(PasswordRequest request, Answer.Ended refused) {
        return refuse(request.account(), signedWith.remove(request), refused);
    }

    /** Takes note that the cloud has taken the secrets. */
    public void taken() {
        last = null;
    }

    /** The latest refusal, with the time until which it holds; empty once the cloud has taken the secrets. */
    public Optional<Answer.Ended> latest() {
        return Optional.ofNullable(last).map(Refusal::answer);
    }

    private byte @Nullable [] mark() {
        try {
            byte[] marks = new byte[0];
            for (SecretRef each : secrets.get()) {
                byte[] secret = each.read();
                try {
                    marks = Arrays.copyOf(marks, marks.length + MARK_BYTES);
                    System.arraycopy(hmac(secret), 0, marks, marks.length - MARK_BYTES, MARK_BYTES);
                } finally {
                    Arrays.fill(secret, (byte) 0);
                }
            }
            return marks;
        } catch (ConfigurationException e) {
            return null;
        }
    }

    private byte[] hmac(byte[] secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(markKey, "HmacSHA256"));
            return mac.doFinal(secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
        }
    }
}
