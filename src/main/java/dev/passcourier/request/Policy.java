package dev.passcourier.request;

import dev.passcourier.config.Settings;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask for what. Nothing is granted unless one rule grants all of a request: its source, its user, its signer,
 * its account, its instance and every one of its destinations. Grants of several rules are not added up.
 */
public final class Policy {

    /** In every receiver of a command, and in no alias. */
    private static final char NO_ALIAS = ':';

    private final List<Rule> rules;
    private final List<String> signedSources;

    /** With the rules of the configuration, looked at in their order. */
    public Policy(Settings.Policy settings) {
        rules = settings.rules().stream().map(Rule::new).toList();
        signedSources = settings.signed();
    }

    /**
     * What one rule says to a request.
     *
     * @param rule     its name
     * @param obstacle what of it does not fit first, or null if it grants the request
     */
    public record Opinion(String rule, @Nullable Obstacle obstacle) {

        /** Whether the rule grants the request. */
        public boolean grants() {
            return obstacle == null;
        }

        /** The opinion in words. */
        public String says() {
            return obstacle == null ? "fits" : "its " + obstacle.name().toLowerCase(Locale.ROOT) + " do not fit";
        }
    }

    /** The first list of a rule that does not fit, in the order in which they are looked at. */
    public enum Obstacle {
        SOURCES,
        USERS,
        SIGNERS,
        ACCOUNTS,
        INSTANCES,
        DESTINATIONS
    }

    /** Whether requests of this one's source must be signed, and it is not. */
    public boolean misses(Requester requester) {
        return requester.signer() == null && signedSources.contains(source(requester));
    }

    /** The name of the first rule that grants the request, or empty if it is not allowed. */
    public Optional<String> allows(PasswordRequest request, Requester requester) {
        return opinions(request, requester).stream()
                .filter(Opinion::grants)
                .map(Opinion::rule)
                .findFirst();
    }

    /** What every rule says, in their order. */
    public List<Opinion> opinions(PasswordRequest request, Requester requester) {
        return rules.stream().map(rule -> rule.opinion(request, requester)).toList();
    }

    /** The rule that comes nearest to granting a request that none grants: most of it fits. Empty if there are no rules. */
    public Optional<Opinion> nearest(PasswordRequest request, Requester requester) {
        Opinion nearest = null;
        for (Opinion opinion : opinions(request, requester)) {
            if (opinion.obstacle() != null
                    && (nearest == null || opinion.obstacle().compareTo(nearest.obstacle()) > 0)) {
                nearest = opinion;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /**
     * Whether a destination may be told that a request of this requester was refused: only if some rule lets the requester have
     * results sent there.
     */
    public boolean mayTell(Requester requester, String alias) {
        return rules.stream().anyMatch(rule -> rule.against(requester) == null && rule.sendsTo(alias));
    }

    private static String source(Requester requester) {
        return requester.origin().source().name().toLowerCase(Locale.ROOT);
    }

    /** Matches a pattern in which {@code *} stands for any text, in time that grows with the product of both lengths. */
    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        return pattern.substring(p).chars().allMatch(c -> c == '*');
    }

    /** One rule, ready to be matched. */
    private static final class Rule {

        private final Settings.Rule settings;
        private final Patterns instances;

        Rule(Settings.Rule settings) {
            this.settings = settings;
            this.instances = new Patterns(settings.instances());
        }

        Opinion opinion(PasswordRequest request, Requester requester) {
            Obstacle obstacle = against(requester);
            return new Opinion(settings.name(), obstacle == null ? against(request) : obstacle);
        }

        @Nullable
        Obstacle against(Requester requester) {
            if (!new Names(settings.sources()).matches(source(requester))) {
                return Obstacle.SOURCES;
            }
            if (!isForUser(requester)) {
                return Obstacle.USERS;
            }
            boolean signedWell =
                    settings.signers().isEmpty() || new Names(settings.signers()).matchesKnown(requester.signer());
            return signedWell ? null : Obstacle.SIGNERS;
        }

        /**
         * No users named means any. A queue's unsigned request must come from a user whom the broker has validated all
         * the same: without one, anybody may have sent it.
         */
        private boolean isForUser(Requester requester) {
            @Nullable String user = requester.origin().user();
            if (settings.users().isEmpty()) {
                return requester.origin().source() != Origin.Source.JMS || requester.signer() != null || user != null;
            }
            return new Names(settings.users()).matchesKnown(user);
        }

        private @Nullable Obstacle against(PasswordRequest request) {
            if (!new Names(settings.accounts()).matches(request.account())) {
                return Obstacle.ACCOUNTS;
            }
            if (!instances.match(request.instance())) {
                return Obstacle.INSTANCES;
            }
            return request.deliverTo().stream().allMatch(this::sendsTo) ? null : Obstacle.DESTINATIONS;
        }

        /** All of them are all configured destinations. What a command does with a password must be named. */
        boolean sendsTo(String name) {
            return settings.destinations().contains(name)
                    || (settings.destinations().contains("*") && name.indexOf(NO_ALIAS) < 0);
        }
    }

    /** Exact names, or {@code *} for all. */
    private record Names(List<String> names) {

        boolean matches(String name) {
            return names.contains("*") || names.contains(name);
        }

        /** All of them are still somebody: nobody matches nothing. */
        boolean matchesKnown(@Nullable String name) {
            return name != null && matches(name);
        }
    }

    /** Patterns in which {@code *} stands for any text. */
    private record Patterns(List<String> patterns) {

        boolean match(String text) {
            return patterns.stream().anyMatch(pattern -> matches(pattern, text));
        }
    }
}
