package dev.passcourier.fetch;

import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.vault.KeyRing;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the passwords that no key opened, per requester, instance and key. A guest may post any ciphertext as its
 * password; whoever could ask about thousands of them would learn from our answers what our keys make of them.
 *
 * <p>An instance has the smallest allowance, so that one machine cannot use up what others share with it. Kept in memory:
 * a restart forgets, and every node counts for itself.
 */
final class FailedOpenings {

    /** Code of a request that is refused because of earlier failures. */
    static final String CODE = "TOO_MANY_WRONG_KEYS";

    static final int PER_INSTANCE = 10;
    static final int PER_KEY = 100;
    static final int PER_REQUESTER = 100;

    private final Map<String, KeyRing> rings = new ConcurrentHashMap<>();
    private final Allowance requesters;
    private final Allowance instances;
    private final Allowance keys;

    /** Nothing has failed yet. */
    FailedOpenings(Clock clock) {
        this.requesters = new Allowance(PER_REQUESTER, clock);
        this.instances = new Allowance(PER_INSTANCE, clock);
        this.keys = new Allowance(PER_KEY, clock);
    }

    /** Names the keys that open an account's passwords. */
    void account(String account, KeyRing ring) {
        rings.put(account, ring);
    }

    /** Whether the request must not be worked on. Requests that open nothing are never held up. */
    boolean tooMany(FetchWork work) {
        List<String> tried = tried(work.request());
        return !tried.isEmpty()
                && (instances.isSpent(instance(work))
                        || requesters.isSpent(requester(work.origin()))
                        || tried.stream().anyMatch(keys::isSpent));
    }

    /** The request's password was not opened. */
    void count(FetchWork work) {
        instances.take(instance(work));
        requesters.take(requester(work.origin()));
        tried(work.request()).forEach(keys::take);
    }

    /** Fingerprints of the keys, so that one key on two rings is one key. */
    private List<String> tried(PasswordRequest request) {
        return rings.getOrDefault(request.account(), KeyRing.empty()).keys().stream()
                .filter(key -> key.algorithm().equals("RSA"))
                .filter(key -> request.key() == null || request.key().equals(key.name()))
                .map(KeyRing.KeyInfo::fingerprint)
                .toList();
    }

    private static String instance(FetchWork work) {
        return work.request().account() + '/' + work.request().instance();
    }

    private static String requester(Origin origin) {
        return origin.source() + "/" + origin.user();
    }
}
