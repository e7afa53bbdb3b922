package dev.passcourier.sandbox;

import java.io.UncheckedIOException;
import java.security.KeyPair;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** All four clouds with machines in various states, ready to be asked. */
public final class DemoClouds implements AutoCloseable {

    /** Account of {@link #kakaoCloud()} in the snippet for the settings file. */
    public static final String KAKAO_ACCOUNT = "sandbox-kakaocloud";

    /** Account of {@link #zStack()}. */
    public static final String ZSTACK_ACCOUNT = "sandbox-zstack";

    /** Account of {@link #tencentGse()}. */
    public static final String GSE_ACCOUNT = "sandbox-tencent-gse";

    /** Account of {@link #huaweiEcs()}. */
    public static final String HUAWEI_ACCOUNT = "sandbox-huawei-ecs";

    private static final int KEY_BITS = 2048;

    private final KeyPair kakaoKey;
    private final KeyPair huaweiKey;
    private final List<DemoInstance> instances = new ArrayList<>();
    private final List<SandboxCloud> started = new ArrayList<>();
    private final KakaoCloudSandbox kakaoCloud;
    private final ZStackSandbox zStack;
    private final TencentGseSandbox tencentGse;
    private final HuaweiEcsSandbox huaweiEcs;

    private DemoClouds(Clock clock, SandboxState state) {
        kakaoKey = keyPair(state, KAKAO_ACCOUNT);
        huaweiKey = keyPair(state, HUAWEI_ACCOUNT);
        try {
            kakaoCloud = started(KakaoCloudSandbox.start(clock, state));
            zStack = started(ZStackSandbox.start(clock, state));
            tencentGse = started(TencentGseSandbox.start(clock, state));
            huaweiEcs = started(HuaweiEcsSandbox.start(clock, state));
        } catch (UncheckedIOException e) {
            close();
            throw e;
        }
    }

    private static KeyPair keyPair(SandboxState state, String account) {
        return Pem.rsaPair(state.keep(
                account + ".key-pair",
                () -> Pem.privateKey(Pem.keyPair("RSA", KEY_BITS).getPrivate())));
    }

    /**
     * Starts the clouds, with the machines, keys and ports that the state has; makes and keeps those it has not.
     *
     * @param ready machines per cloud whose password can be had at once; some in other states come beside them
     * @throws UncheckedIOException if a port is taken
     */
    public static DemoClouds start(Clock clock, SandboxState state, int ready) {
        DemoClouds clouds = new DemoClouds(clock, state);
        clouds.instances.addAll(
                DemoMachines.ofKakaoCloud(clouds.kakaoCloud, clouds.kakaoKey.getPublic(), state, ready));
        clouds.instances.addAll(DemoMachines.ofZStack(clouds.zStack, state, ready));
        clouds.instances.addAll(DemoMachines.ofTencentGse(clouds.tencentGse, state, ready));
        clouds.instances.addAll(DemoMachines.ofHuaweiEcs(clouds.huaweiEcs, clouds.huaweiKey.getPublic(), state, ready));
        return clouds;
    }

    private <T extends SandboxCloud> T started(T cloud) {
        started.add(cloud);
        return cloud;
    }

    /** The pretend KakaoCloud. */
    public KakaoCloudSandbox kakaoCloud() {
        return kakaoCloud;
    }

    /** The pretend ZStack. */
    public ZStackSandbox zStack() {
        return zStack;
    }

    /** The pretend Tencent Cloud GSE. */
    public TencentGseSandbox tencentGse() {
        return tencentGse;
    }

    /** The pretend Huawei Cloud ECS. */
    public HuaweiEcsSandbox huaweiEcs() {
        return huaweiEcs;
    }

    /** Key pair of the machines in {@link #kakaoCloud()}. */
    public KeyPair kakaoKey() {
        return kakaoKey;
    }

    /** Key pair of the machines in {@link #huaweiEcs()}. */
    public KeyPair huaweiKey() {
        return huaweiKey;
    }

    /** All machines, cloud by cloud. */
    public List<DemoInstance> instances() {
        return List.copyOf(instances);
    }

    @Override
    public void close() {
        started.forEach(SandboxCloud::close);
    }
}
