package dev.passcourier.sandbox;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fills a cloud with machines in various states. */
final class DemoMachines {

    private static final int WAITING_ASKS = 3;
    private static final int SICK_CALLS = 2;

    private final List<DemoInstance> made = new ArrayList<>();
    private final String account;
    private final Map<String, String> parameters;

    private DemoMachines(String account, Map<String, String> parameters) {
        this.account = account;
        this.parameters = parameters;
    }

    static List<DemoInstance> ofKakaoCloud(KakaoCloudSandbox cloud, PublicKey key, int ready) {
        DemoMachines machines = new DemoMachines(DemoClouds.KAKAO_ACCOUNT, Map.of());
        Maker maker = password -> cloud.addInstance(Names.uuid(), password, key);
        machines.fill(cloud, ready, maker);
        machines.fillWaiting(maker);
        machines.note(cloud.addLinuxInstance(Names.uuid()), "Linux: never a password", null);
        SandboxInstance denied = machines.note(
                cloud.addInstance(Names.uuid(), password(), key), "the access key has no permission", null);
        cloud.script(denied.id()).always(Misbehaviour.DENIED);
        return machines.made;
    }

    static List<DemoInstance> ofZStack(ZStackSandbox cloud, int ready) {
        DemoMachines machines = new DemoMachines(DemoClouds.ZSTACK_ACCOUNT, Map.of());
        machines.fill(cloud, ready, password -> cloud.addInstance(Names.hex32(), password));
        machines.note(cloud.addInstanceWithoutPassword(Names.hex32()), "no console password set", null);
        machines.note(cloud.addMaskedInstance(Names.hex32(), password()), "masked by the server", null);
        return machines.made;
    }

    static List<DemoInstance> ofTencentGse(TencentGseSandbox cloud, int ready) {
        DemoMachines machines = new DemoMachines(DemoClouds.GSE_ACCOUNT, Map.of("fleetId", TencentGseSandbox.FLEET));
        Maker maker = password -> cloud.addInstance(gseId(), password);
        machines.fill(cloud, ready, maker);
        machines.fillWaiting(maker);
        String privateKey = Pem.privateKey(Pem.keyPair("EC", 256).getPrivate());
        machines.note(cloud.addInstance(gseId(), privateKey), "Linux: ready, a private key", privateKey);
        return machines.made;
    }

    static List<DemoInstance> ofHuaweiEcs(HuaweiEcsSandbox cloud, PublicKey key, int ready) {
        DemoMachines machines = new DemoMachines(DemoClouds.HUAWEI_ACCOUNT, Map.of());
        Maker maker = password -> cloud.addInstance(Names.uuid(), password, key);
        machines.fill(cloud, ready, maker);
        machines.fillWaiting(maker);
        machines.note(cloud.addLinuxInstance(Names.uuid()), "Linux: never a password", null);
        PublicKey other = Pem.keyPair("RSA", 2048).getPublic();
        machines.note(cloud.addInstance(Names.uuid(), password(), other), "encrypted to another key pair", null);
        return machines.made;
    }

    /** Makes one machine with this password. */
    private interface Maker {

        SandboxInstance make(String password);
    }

    private void fill(SandboxCloud cloud, int ready, Maker maker) {
        for (int i = 0; i < ready; i++) {
            make(maker, "ready");
        }
        SandboxInstance sick = make(maker, "unavailable twice, then ready");
        cloud.script(sick.id()).next(SICK_CALLS, Misbehaviour.UNAVAILABLE);
    }

    private void fillWaiting(Maker maker) {
        make(maker, "not there yet; ready at the third ask").readyAtAsk(WAITING_ASKS);
    }

    private SandboxInstance make(Maker maker, String state) {
        String password = password();
        return note(maker.make(password), state, password);
    }

    private SandboxInstance note(SandboxInstance instance, String state, @Nullable String password) {
        made.add(new DemoInstance(account, instance.id(), parameters, state, password));
        return instance;
    }

    private static String gseId() {
        return "ins-" + Names.hex32().substring(0, 8);
    }

    private static String password() {
        return "Sandbox-" + Names.random(16) + "!7";
    }
}
