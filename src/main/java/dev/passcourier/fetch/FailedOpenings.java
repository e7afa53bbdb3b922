package dev.passcourier.fetch;

import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.vault.KeyRing;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Counts the ciphertexts that no key opened, per requester, instance and key. A guest may post any ciphertext as its
 * password; whoever could ask about thousands of them would learn from our answers what our keys make of them.
 *
 * <p>What teaches is a ciphertext that changes with our answers. So the first one of an instance that fails is not counted,
 * nor is the same one asked about again: a batch of thousands of machines whose key is on no ring gets the true verdict for
 * each of its lines, whatever else is in it. Each further ciphertext of an instance counts, and from then on only what has
 * failed before can be refused. An instance has the smallest allowance, so that one machine cannot use up what others share
 * with it. Kept in memory: a restart forgets, and every node counts for itself.
 */
final class FailedOpenings {

    /** Code of a request that is refused because of earlier failures. */
    static final String CODE = "TOO_MANY_WRONG_KEYS";

    static final int PER_INSTANCE = 10;
    static final int PER_KEY = 100;
    static final int PER_REQUESTER = 100;

    /** As many as a batch may have lines; of more the one that was not asked about for longest counts as new again. */
    private static final int MOST_INSTANCES = 100_000;

    /** Hexadecimal digits of a fingerprint that are kept. */
    private static final int SHORT = 16;

    private static final Pattern NOT_PLAIN = Pattern.compile("[^a-z0-9]");

    /** The keys that may open an account's passwords. */
    private final Map<String, List<KeyRing.KeyInfo>> rings = new ConcurrentHashMap<>();

    /** The first ciphertext of an instance that no key opened, as a part of its fingerprint. */
    private final Map<String, Long> firstFailed = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_INSTANCES;
        }
    };

    private final Buckets requesters;
    private final Buckets instances;
    private final Buckets keys;

    /** Nothing has failed yet. */
    FailedOpenings(Clock clock) {
        this.requesters = new Buckets(PER_REQUESTER, clock);
        this.instances = new Buckets(PER_INSTANCE, clock);
        this.keys = new Buckets(PER_KEY, clock);
    }

    /** Names the keys that open an account's passwords. */
    void account(String account, KeyRing ring) {
        rings.put(
                account,
                ring.keys().stream()
                        .filter(key -> key.algorithm().equals("RSA"))
                        .toList());
    }

    /** Whether the request must not be worked on. Requests that open nothing, or of an instance that has not failed, may. */
    boolean tooMany(FetchWork work) {
        List<String> tried = tried(work.request());
        return !tried.isEmpty()
                && hasFailed(instance(work))
                && (instances.isEmpty(instance(work))
                        || requesters.isEmpty(requester(work.origin()))
                        || tried.stream().anyMatch(keys::isEmpty));
    }

    /**
     * The request's password was not opened.
     *
     * @param fingerprint of its ciphertext, in hexadecimal
     */
    void count(FetchWork work, String fingerprint) {
        if (isAnother(instance(work), Long.parseUnsignedLong(fingerprint, 0, SHORT, 16))) {
            instances.take(instance(work));
            requesters.take(requester(work.origin()));
            tried(work.request()).forEach(keys::take);
        }
    }

    private boolean hasFailed(String instance) {
        synchronized (firstFailed) {
            return firstFailed.get(instance) != null;
        }
    }

    /** Whether another ciphertext of the instance failed before. */
    private boolean isAnother(String instance, long ciphertext) {
        synchronized (firstFailed) {
            Long first = firstFailed.putIfAbsent(instance, ciphertext);
            return first != null && first != ciphertext;
        }
    }

    /** Fingerprints of the keys, so that one key on two rings is one key. */
    private List<String> tried(PasswordRequest request) {
        return rings.getOrDefault(request.account(), List.of()).stream()
                .filter(key -> request.key() == null || request.key().equals(key.name()))
                .map(KeyRing.KeyInfo::fingerprint)
                .toList();
    }

    /** Clouds take an id in other letter cases, and without its dashes, for the same machine's. */
    private static String instance(FetchWork work) {
        return work.request().account()
                + '/'
                + NOT_PLAIN
                        .matcher(work.request().instance().toLowerCase(Locale.ROOT))
                        .replaceAll("");
    }

    private static String requester(Origin origin) {
        return origin.source() + "/" + origin.user();
    }

    /**
     * A bucket for each name, refilled over the hour. Remembers {@value #MOST_NAMES} names at most and forgets first what
     * was not asked about for longest. Safe for use by many threads.
     */
    static final class Buckets {

        static final int MOST_NAMES = 10_000;

        private final int perHour;
        private final TimeMeter time;
        private final Map<String, Bucket> byName = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                return size() > MOST_NAMES;
            }
        };

        Buckets(int perHour, Clock clock) {
            this.perHour = perHour;
            this.time = new TimeMeter() {
                @Override
                public long currentTimeNanos() {
                    return ChronoUnit.NANOS.between(Instant.EPOCH, clock.instant());
                }

                @Override
                public boolean isWallClockBased() {
                    return true;
                }
            };
        }

        /** Whether the name has no token left. */
        synchronized boolean isEmpty(String name) {
            Bucket bucket = byName.get(name);
            return bucket != null && bucket.getAvailableTokens() == 0;
        }

        /** Takes a token, if there is one. */
        @SuppressWarnings("CheckReturnValue") // none is left: as good as taken
        synchronized void take(String name) {
            byName.computeIfAbsent(name, unknown -> full()).tryConsume(1);
        }

        private Bucket full() {
            return Bucket.builder()
                    .addLimit(limit -> limit.capacity(perHour).refillGreedy(perHour, Duration.ofHours(1)))
                    .withCustomTimePrecision(time)
                    .build();
        }
    }
}
