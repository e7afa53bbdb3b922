package dev.passcourier.sandbox;

import java.time.Clock;

/**
 * A pretend Tencent Cloud Game Server Engine, which the real world shut down. Signed calls of both kinds (TC3 and v1);
 * the vendor's own SDK accepts it. No sign-in: every call is signed.
 */
public final class TencentGseSandbox extends SandboxCloud {

    /** The fleet of instances that were added without one. */
    public static final String FLEET = "fleet-qp3g3caa-iectl8nb";

    private final TencentGse gse;
    private final String secretId;
    private final String secretKey;

    private TencentGseSandbox(Instances instances, Endpoint api, TencentGse gse, String secretId, String secretKey) {
        super(instances, api);
        this.gse = gse;
        this.secretId = secretId;
        this.secretKey = secretKey;
    }

    /** Starts on a free port. */
    public static TencentGseSandbox start(Clock clock) {
        return start(clock, SandboxState.inMemory());
    }

    /** Starts on the port, and with the credentials, that the state has; makes and keeps those it has not. */
    public static TencentGseSandbox start(Clock clock, SandboxState state) {
        Instances instances = new Instances();
        String secretId = state.keep("tencent-gse.secret-id", () -> "AKIDsandbox" + Names.random(25));
        String secretKey = state.keep("tencent-gse.secret-key", () -> Names.random(32));
        TencentGse gse = new TencentGse(clock, instances, secretId, secretKey);
        Endpoint api = Endpoint.open(gse, clock, state, "tencent-gse");
        return new TencentGseSandbox(instances, api, gse, secretId, secretKey);
    }

    /** The key's id. */
    public String secretId() {
        return secretId;
    }

    /** The key's secret. */
    public String secretKey() {
        return secretKey;
    }

    /** From now on the keys are temporary ones: calls need this {@code X-TC-Token}. */
    public void requireToken(String token) {
        gse.requireToken(token);
    }

    /** An instance of {@link #FLEET}. */
    public SandboxInstance addInstance(String id, String secret) {
        return addInstance(FLEET, id, secret);
    }

    /**
     * An instance of a fleet: Linux if the secret is a private key in PEM, else Windows. Without the secret yet,
     * answers are {@code ResourceUnavailable}.
     *
     * @param secret the password or the PEM text, handed out in clear; may be empty
     */
    public SandboxInstance addInstance(String fleet, String id, String secret) {
        SandboxInstance instance = add(new SandboxInstance(id, secret).group(fleet));
        return secret.startsWith("-----BEGIN ")
                ? instance.operatingSystem("centos6.7").userName("root")
                : instance.operatingSystem("Windows Server 2019");
    }
}
