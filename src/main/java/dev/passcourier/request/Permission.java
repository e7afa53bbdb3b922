package dev.passcourier.request;

import dev.passcourier.config.Settings;
import dev.passcourier.config.Suggestion;
import java.util.Set;

/** Whether a request may be done: its account and destinations exist, and the policy grants it. */
public final class Permission {

    private final Set<String> accounts;
    private final Set<String> destinations;
    private final Policy policy;

    /** After the configuration. */
    public Permission(Settings settings) {
        this(settings.accounts().keySet(), settings.destinations().keySet(), new Policy(settings.policy()));
    }

    /**
     * Of commands that deliver nothing.
     *
     * @param recipients what the policy knows those by whom the command may serve
     */
    public static Permission ofCommand(Settings settings, Set<String> recipients) {
        return new Permission(settings.accounts().keySet(), recipients, new Policy(settings.policy()));
    }

    Permission(Set<String> accounts, Set<String> destinations, Policy policy) {
        this.accounts = accounts;
        this.destinations = destinations;
        this.policy = policy;
    }

    /**
     * Demands a signature of those who must give one. Asked before anything is recorded under the request's id, so that
     * nobody uses up ids of others.
     *
     * @throws RequestException {@code SIGNATURE_MISSING}
     */
    public void demandSignature(Requester requester) throws RequestException {
        if (policy.misses(requester)) {
            throw new RequestException(RefusalCode.SIGNATURE_MISSING, "");
        }
    }

    /**
     * The name of the rule that grants the request. If none does, the place of the refusal is the rule that comes nearest.
     *
     * @throws RequestException {@code ACCOUNT_UNKNOWN}, {@code DESTINATION_UNKNOWN}, {@code SENDER_NOT_VALIDATED} or
     *     {@code NOT_ALLOWED}
     */
    public String rule(PasswordRequest request, Requester requester) throws RequestException {
        if (!accounts.contains(request.account())) {
            throw new RequestException(
                    RefusalCode.ACCOUNT_UNKNOWN, "account", Suggestion.near(request.account(), accounts));
        }
        for (String alias : request.deliverTo()) {
            if (!destinations.contains(alias)) {
                throw new RequestException(
                        RefusalCode.DESTINATION_UNKNOWN, "deliverTo", Suggestion.near(alias, destinations));
            }
        }
        return policy.allows(request, requester)
                .orElseThrow(() -> requester.isNobody()
                        ? new RequestException(RefusalCode.SENDER_NOT_VALIDATED, "")
                        : new RequestException(RefusalCode.NOT_ALLOWED, nearest(request, requester)));
    }

    private String nearest(PasswordRequest request, Requester requester) {
        boolean userless =
                requester.origin().user() == null && requester.origin().source() != Origin.Source.JMS;
        return policy.nearest(request, requester)
                .map(opinion -> "rule " + opinion.rule() + ": " + opinion.says()
                        + (userless && opinion.obstacle() == Policy.Obstacle.USERS
                                ? ", as only requests from a queue, a command or a local route have a user"
                                : ""))
                .orElse("a policy without rules");
    }

    /** Whether a destination exists and may be told that a request of this requester was refused. */
    public boolean mayTell(Requester requester, String alias) {
        return destinations.contains(alias) && policy.mayTell(requester, alias);
    }

    /** The rules themselves. */
    public Policy policy() {
        return policy;
    }
}
