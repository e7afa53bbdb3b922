package dev.passcourier.fetch;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.config.Settings;
import dev.passcourier.http.CallsInHand;
import dev.passcourier.http.HttpClients;
import dev.passcourier.http.PemTrust;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.request.Advice;
import dev.passcourier.request.FetchWork;
import dev.passcourier.request.Origin;
import dev.passcourier.request.PasswordRequest;
import dev.passcourier.request.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/**
 * Tries an account's credentials over the very routes that ask for passwords, once and without changing anything: signs
 * in where the cloud gives out sessions, and gives the session back; elsewhere signs a call for the password of an
 * instance that nobody has, {@value #NOBODY}.
 */
public final class CloudProbe implements AutoCloseable {

    /** An id in every cloud's form. */
    private static final String NOBODY = "00000000000000000000000000000000";

    private final DefaultCamelContext camel;
    private final Clock clock;
    private final CallsInHand calls;

    private CloudProbe(DefaultCamelContext camel, Clock clock, CallsInHand calls) {
        this.camel = camel;
        this.clock = clock;
        this.calls = calls;
    }

    /**
     * What came of it.
     *
     * @param works whether the cloud took the credentials
     * @param says  in one line: how it was tried, or the code, the cloud's own words and what to do
     */
    public record Seen(boolean works, String says) {}

    /**
     * Loads the routes.
     *
     * @param routes the folder that holds the route files
     * @param calls  where its calls are noted while they are under way
     * @throws ConfigurationException if they cannot be read
     */
    public static CloudProbe open(Path routes, Clock clock, CallsInHand calls) throws ConfigurationException {
        return new CloudProbe(CloudAccount.camel(routes, "*"), clock, calls);
    }

    /**
     * Tries one account. Never signs in twice.
     *
     * @throws Exception if a secret or file that the settings name cannot be used
     */
    public Seen look(String account, Settings.Account settings, ProviderType type) throws Exception {
        CloudAccount cloud = new CloudAccount(
                camel,
                type,
                new AccountSettings(account, settings.settings(), clock),
                new HttpClients(1, PemTrust.context(settings.trust()), calls),
                calls);
        cloud.addRoutes();
        try {
            Attempt attempt = attempt(account);
            Exchange exchange = new DefaultExchange(camel, ExchangePattern.InOut);
            attempt.variables().forEach(exchange::setVariable);
            try (var template = camel.createProducerTemplate()) {
                template.send((cloud.signsIn() ? "direct:sign-in." : "direct:ask.") + account, exchange);
            }
            if (exchange.getException() != null) {
                throw exchange.getException();
            }
            attempt.wipe();
            return cloud.signsIn() ? signedIn(attempt) : asked(attempt);
        } finally {
            cloud.signOut();
        }
    }

    private Attempt attempt(String account) {
        Instant now = clock.instant();
        PasswordRequest request = new PasswordRequest(
                "doctor", account, NOBODY, Map.of("fleetId", "fleet-" + NOBODY), null, List.of(), null, null, null);
        Origin origin = new Origin(Origin.Source.JMS, "doctor", null, null, 0);
        return new Attempt(new FetchWork(request, origin, now, now.plus(Duration.ofMinutes(1)), 1, 0));
    }

    private static Seen signedIn(Attempt attempt) {
        return attempt.isOpen() ? new Seen(true, "signs in") : refused(attempt);
    }

    private static Seen asked(Attempt attempt) {
        boolean taken = !attempt.isOpen()
                && (!(attempt.answer() instanceof Answer.Ended ended) || ended.verdict() == Verdict.NOT_FOUND)
                && !(attempt.answer() instanceof Answer.Retry);
        return taken ? new Seen(true, "takes our signature, and knows no instance " + NOBODY) : refused(attempt);
    }

    private static Seen refused(Attempt attempt) {
        if (attempt.isOpen()) {
            return new Seen(false, "it wants the session renewed again and again");
        }
        String said = attempt.said().isEmpty() ? "" : ": '" + attempt.said() + "'";
        if (attempt.answer() instanceof Answer.Ended ended) {
            return new Seen(
                    false,
                    ended.verdict() + " " + ended.code() + said + "; " + Advice.on(ended.verdict(), ended.code()));
        }
        String code = attempt.answer() instanceof Answer.Retry retry ? retry.code() : "NO_ANSWER";
        return new Seen(false, "does not work now: " + code + said + "; requests would be tried again");
    }

    @Override
    public void close() throws IOException {
        camel.close();
    }
}
