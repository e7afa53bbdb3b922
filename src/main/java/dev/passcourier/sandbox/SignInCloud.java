package dev.passcourier.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** A pretend cloud that wants a token or session with every call. */
public abstract class SignInCloud extends SandboxCloud {

    private final Endpoint signIn;
    private final TokenBook tokens;

    /**
     * Starts a cloud on two free ports.
     *
     * @param api    says what is answered to calls
     * @param signIn says what is answered to those who want a token or session, and issues them
     */
    protected SignInCloud(Instances instances, Protocol api, Protocol signIn, TokenBook tokens, Clock clock) {
        this(instances, Endpoint.open(api, clock, SandboxState.inMemory(), "api"), signIn, tokens, clock);
    }

    private SignInCloud(Instances instances, Endpoint api, Protocol signIn, TokenBook tokens, Clock clock) {
        this(instances, api, api.beside(signIn, clock, SandboxState.inMemory(), "sign-in"), tokens);
    }

    SignInCloud(Instances instances, Endpoint api, Endpoint signIn, TokenBook tokens) {
        super(instances, api);
        this.signIn = signIn;
        this.tokens = tokens;
    }

    /** Where tokens or sessions are given out. */
    public final String signInUrl() {
        return signIn.url();
    }

    /** What goes wrong with sign-in calls. */
    public final Script signInScript() {
        return signIn.service().script();
    }

    /** The last 10,000 sign-in calls, in order of their answers. */
    public final List<Call> signInCalls() {
        return signIn.service().calls();
    }

    /** How many tokens or sessions were given out. */
    public final int tokensIssued() {
        return tokens.issued();
    }

    /** How many of them are still good. */
    public final int tokensOpen() {
        return tokens.open();
    }

    /** Ends all tokens or sessions now. */
    public final void revokeTokens() {
        tokens.revokeAll();
    }

    /** How long tokens or sessions given out from now on are good, by the sandbox's clock. */
    public final void tokenLifetime(Duration lifetime) {
        tokens.lifetime(lifetime);
    }

    @Override
    public void close() {
        signIn.close();
        super.close();
    }
}
