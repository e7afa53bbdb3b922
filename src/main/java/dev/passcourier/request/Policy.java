package dev.passcourier.request;

import dev.passcourier.config.Settings;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask for what. Nothing is granted unless one rule grants all of a request: its source, its user, its account,
 * its instance and every one of its destinations. Grants of several rules are not added up.
 */
public final class Policy {

    private final List<Rule> rules;

    /** With the rules of the configuration, looked at in their order. */
    public Policy(Settings.Policy settings) {
        rules = settings.rules().stream().map(Rule::new).toList();
    }

    /** The name of the first rule that grants the request, or empty if it is not allowed. */
    public Optional<String> allows(PasswordRequest request, Origin origin) {
        return rules.stream()
                .filter(rule -> rule.isFor(origin) && rule.grants(request))
                .map(rule -> rule.settings.name())
                .findFirst();
    }

    /**
     * Whether a destination may be told that a request of this origin was refused: only if some rule lets the origin's
     * source and user have results sent there.
     */
    public boolean mayTell(Origin origin, String alias) {
        return rules.stream().anyMatch(rule -> rule.isFor(origin) && rule.destinations.matches(alias));
    }

    /** One rule, ready to be matched. */
    private static final class Rule {

        private final Settings.Rule settings;
        private final Patterns instances;
        private final Names destinations;

        Rule(Settings.Rule settings) {
            this.settings = settings;
            this.instances = new Patterns(settings.instances());
            this.destinations = new Names(settings.destinations());
        }

        boolean isFor(Origin origin) {
            String source = origin.source().name().toLowerCase(Locale.ROOT);
            return new Names(settings.sources()).matches(source) && isForUser(origin.user());
        }

        /** No users named means any, also none; a named one must have been validated by the broker. */
        private boolean isForUser(@Nullable String user) {
            return settings.users().isEmpty() || new Names(settings.users()).matches(user);
        }

        boolean grants(PasswordRequest request) {
            return new Names(settings.accounts()).matches(request.account())
                    && instances.match(request.instance())
                    && request.deliverTo().stream().allMatch(destinations::matches);
        }
    }

    /** Exact names, or {@code *} for all. */
    private record Names(List<String> names) {

        boolean matches(@Nullable String name) {
            return names.contains("*") || (name != null && names.contains(name));
        }
    }

    /** Patterns in which {@code *} stands for any text. */
    private record Patterns(List<String> patterns) {

        boolean match(String text) {
            return patterns.stream().anyMatch(pattern -> Wildcard.matches(pattern, text));
        }
    }
}
