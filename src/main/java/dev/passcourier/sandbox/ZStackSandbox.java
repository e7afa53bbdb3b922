package dev.passcourier.sandbox;

import java.time.Clock;
import java.time.ZoneId;

/**
 * A pretend ZStack management node: sessions and access keys, console passwords in clear. Its answers have no
 * {@code Content-Type}, and its API errors are all HTTP 503, as in the real one.
 */
public final class ZStackSandbox extends SignInCloud {

    private final ZStackLogin logins;
    private final AccessKeyVerifier keys;
    private final Credentials credentials;

    private ZStackSandbox(
            Instances instances,
            Endpoint rest,
            Endpoint signIn,
            TokenBook sessions,
            ZStackLogin logins,
            AccessKeyVerifier keys,
            Credentials credentials) {
        super(instances, rest, signIn, sessions);
        this.logins = logins;
        this.keys = keys;
        this.credentials = credentials;
    }

    /** Starts on a free port. */
    public static ZStackSandbox start(Clock clock) {
        return start(clock, SandboxState.inMemory());
    }

    /** Starts on the port, and with the credentials, that the state has; makes and keeps those it has not. */
    public static ZStackSandbox start(Clock clock, SandboxState state) {
        Instances instances = new Instances();
        Credentials own = new Credentials(
                state.keep("zstack.key-id", () -> Names.random(20)),
                state.keep("zstack.key-secret", () -> Names.random(40)),
                state.keep("zstack.password", () -> Names.random(24)));
        TokenBook sessions = new TokenBook(clock, ZStackLogin.LIFETIME, Names::hex32);
        AccessKeyVerifier keys = new AccessKeyVerifier(clock, own.keyId, own.keySecret);
        ZStackLogin logins = new ZStackLogin(sessions, clock, Credentials.ACCOUNT, Credentials.USER, own.password);
        MockService rest = new MockService(new ZStackRest(instances, sessions, keys), clock);
        MockService signIns = new MockService(logins, clock);
        LoopbackServer server = LoopbackServer.start(
                state, "zstack", request -> ZStackLogin.serves(request) ? signIns.serve(request) : rest.serve(request));
        return new ZStackSandbox(
                instances, new Endpoint(rest, server), new Endpoint(signIns, server), sessions, logins, keys, own);
    }

    @Override
    public String baseUrl() {
        return super.baseUrl() + "/zstack";
    }

    /** The account to log in with. */
    public String accountName() {
        return Credentials.ACCOUNT;
    }

    /** A user of the account, with the same password. */
    public String userName() {
        return Credentials.USER;
    }

    /** The password of account and user, in clear; it travels as SHA-512. */
    public String accountPassword() {
        return credentials.password;
    }

    /** The access key's id. */
    public String accessKeyId() {
        return credentials.keyId;
    }

    /** The access key's secret. */
    public String accessKeySecret() {
        return credentials.keySecret;
    }

    /** The zone of the server's wall clock; the sandbox's clock's zone unless set. */
    public void serverZone(ZoneId zone) {
        keys.serverZone(zone);
    }

    /** The server's {@code rest.checkTimeZone}: false, the default, compares local date-times. */
    public void checkTimeZone(boolean check) {
        keys.checkTimeZone(check);
    }

    /** The server's {@code session.maxConcurrent}, 500 unless set. */
    public void mostSessions(int count) {
        logins.mostSessions(count);
    }

    /** The server's {@code enable.unique.session}: true makes each login end the sessions before it. */
    public void uniqueSession(boolean only) {
        logins.uniqueSession(only);
    }

    /** A machine with a console password. */
    public SandboxInstance addInstance(String uuid, String password) {
        return add(new SandboxInstance(uuid, password));
    }

    /** A machine on which nobody has set a console password: the answer is an empty object. */
    public SandboxInstance addInstanceWithoutPassword(String uuid) {
        return add(new SandboxInstance(uuid, null));
    }

    /** A machine whose password the server masks. */
    public SandboxInstance addMaskedInstance(String uuid, String password) {
        return add(new SandboxInstance(uuid, password).form(SandboxInstance.Form.MASKED));
    }

    /** A machine whose password comes as {@code consolePassword}, as old documentation shows it. */
    public SandboxInstance addOldStyleInstance(String uuid, String password) {
        return add(new SandboxInstance(uuid, password).form(SandboxInstance.Form.OLD_NAME));
    }

    /** The one account; secrets are pretend ones. */
    private record Credentials(String keyId, String keySecret, String password) {

        private static final String ACCOUNT = "admin";
        private static final String USER = "operator";

        @Override
        public String toString() {
            return "Credentials[" + keyId + "]";
        }
    }
}
