package dev.passcourier.sandbox;

import java.io.UncheckedIOException;
import java.security.KeyPair;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

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

    private final KeyPair kakaoKey = Pem.keyPair("RSA", KEY_BITS);
    private final KeyPair huaweiKey = Pem.keyPair("RSA", KEY_BITS);
    private final List<DemoInstance> instances = new ArrayList<>();
    private final List<SandboxCloud> started = new ArrayList<>();
    private final KakaoCloudSandbox kakaoCloud;
    private final ZStackSandbox zStack;
    private final TencentGseSandbox tencentGse;
    private final HuaweiEcsSandbox huaweiEcs;

    private DemoClouds(Clock clock, IntSupplier port) {
        try {
            kakaoCloud = started(KakaoCloudSandbox.start(clock, port.getAsInt(), port.getAsInt()));
            zStack = started(ZStackSandbox.start(clock, port.getAsInt()));
            tencentGse = started(TencentGseSandbox.start(clock, port.getAsInt()));
            huaweiEcs = started(HuaweiEcsSandbox.start(clock, port.getAsInt(), port.getAsInt()));
        } catch (UncheckedIOException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts the clouds.
     *
     * @param portBase first of six ports in a row, or 0 for any free ones
     * @param ready    machines per cloud whose password can be had at once; some in other states come beside them
     * @throws UncheckedIOException if a port is taken
     */
    public static DemoClouds start(Clock clock, int portBase, int ready) {
        AtomicInteger port = new AtomicInteger(portBase);
        DemoClouds clouds = new DemoClouds(clock, () -> portBase == 0 ? 0 : port.getAndIncrement());
        clouds.instances.addAll(DemoMachines.ofKakaoCloud(clouds.kakaoCloud, clouds.kakaoKey.getPublic(), ready));
        clouds.instances.addAll(DemoMachines.ofZStack(clouds.zStack, ready));
        clouds.instances.addAll(DemoMachines.ofTencentGse(clouds.tencentGse, ready));
        clouds.instances.addAll(DemoMachines.ofHuaweiEcs(clouds.huaweiEcs, clouds.huaweiKey.getPublic(), ready));
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
