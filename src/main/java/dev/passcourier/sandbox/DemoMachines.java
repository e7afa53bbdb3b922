package dev.passcourier.sandbox;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Fills a cloud with machines in various states, the same ones whenever the state is the same. */
final class DemoMachines {

    private static final int WAITING_ASKS = 3;
    private static final int SICK_CALLS = 2;

    private final List<DemoInstance> made = new ArrayList<>();
    private final String account;
    private final Map<String, String> parameters;
    private final SandboxState state;

    private DemoMachines(String account, Map<String, String> parameters, SandboxState state) {
        this.account = account;
        this.parameters = parameters;
        this.state = state;
    }

    static List<DemoInstance> ofKakaoCloud(KakaoCloudSandbox cloud, PublicKey key, SandboxState state, int ready) {
        DemoMachines machines = new DemoMachines(DemoClouds.KAKAO_ACCOUNT, Map.of(), state);
        Maker maker = machines.posting(cloud::addCiphertext, key);
        machines.fill(cloud, ready, Names::uuid, maker);
        machines.fillWaiting(Names::uuid, maker);
        machines.note(cloud.addLinuxInstance(machines.id("linux", Names::uuid)), "Linux: never a password", null);
        SandboxInstance denied = machines.note(
                maker.make("denied", machines.id("denied", Names::uuid), machines.password("denied")),
                "the access key has no permission",
                null);
        cloud.script(denied.id()).always(Misbehaviour.DENIED);
        return machines.made;
    }

    static List<DemoInstance> ofZStack(ZStackSandbox cloud, SandboxState state, int ready) {
        DemoMachines machines = new DemoMachines(DemoClouds.ZSTACK_ACCOUNT, Map.of(), state);
        machines.fill(cloud, ready, Names::hex32, (role, id, password) -> cloud.addInstance(id, password));
        machines.note(
                cloud.addInstanceWithoutPassword(machines.id("unset", Names::hex32)), "no console password set", null);
        machines.note(
                cloud.addMaskedInstance(machines.id("masked", Names::hex32), machines.password("masked")),
                "masked by the server",
                null);
        return machines.made;
    }

    static List<DemoInstance> ofTencentGse(TencentGseSandbox cloud, SandboxState state, int ready) {
        DemoMachines machines =
                new DemoMachines(DemoClouds.GSE_ACCOUNT, Map.of("fleetId", TencentGseSandbox.FLEET), state);
        Maker maker = (role, id, password) -> cloud.addInstance(id, password);
        machines.fill(cloud, ready, DemoMachines::gseId, maker);
        machines.fillWaiting(DemoMachines::gseId, maker);
        String privateKey = state.keep(
                machines.name("linux", "private-key"),
                () -> Pem.privateKey(Pem.keyPair("EC", 256).getPrivate()));
        machines.note(
                cloud.addInstance(machines.id("linux", DemoMachines::gseId), privateKey),
                "Linux: ready, a private key",
                privateKey);
        return machines.made;
    }

    static List<DemoInstance> ofHuaweiEcs(HuaweiEcsSandbox cloud, PublicKey key, SandboxState state, int ready) {
        DemoMachines machines = new DemoMachines(DemoClouds.HUAWEI_ACCOUNT, Map.of(), state);
        Maker maker = machines.posting(cloud::addCiphertext, key);
        machines.fill(cloud, ready, Names::uuid, maker);
        machines.fillWaiting(Names::uuid, maker);
        machines.note(cloud.addLinuxInstance(machines.id("linux", Names::uuid)), "Linux: never a password", null);
        String other = state.keep(machines.name("other-key", "posted"), GuestAgent::encryptedToNobody);
        machines.note(
                cloud.addCiphertext(machines.id("other-key", Names::uuid), other),
                "encrypted to another key pair",
                null);
        return machines.made;
    }

    /** Makes one machine with this password. */
    private interface Maker {

        SandboxInstance make(String role, String id, String password);
    }

    /** A machine whose guest posts its password once, encrypted; a client may have the cloud forget it. */
    private Maker posting(BiFunction<String, String, SandboxInstance> adder, PublicKey key) {
        return (role, id, password) -> {
            String posted = name(role, "posted");
            SandboxInstance made = adder.apply(id, state.keep(posted, () -> GuestAgent.encrypt(password, key)));
            return made.whenCleared(() -> {
                state.put(posted, "");
                state.save();
            });
        };
    }

    private void fill(SandboxCloud cloud, int ready, Supplier<String> ids, Maker maker) {
        for (int i = 1; i <= ready; i++) {
            make("ready-" + i, ids, maker, "ready");
        }
        SandboxInstance sick = make("sick", ids, maker, "unavailable twice, then ready");
        cloud.script(sick.id()).next(SICK_CALLS, Misbehaviour.UNAVAILABLE);
    }

    private void fillWaiting(Supplier<String> ids, Maker maker) {
        make("waiting", ids, maker, "not there yet; ready at the third ask").readyAtAsk(WAITING_ASKS);
    }

    private SandboxInstance make(String role, Supplier<String> ids, Maker maker, String what) {
        String password = password(role);
        return note(maker.make(role, id(role, ids), password), what, password);
    }

    private SandboxInstance note(SandboxInstance instance, String what, @Nullable String password) {
        made.add(new DemoInstance(account, instance.id(), parameters, what, password));
        return instance;
    }

    private String id(String role, Supplier<String> ids) {
        return state.keep(name(role, "id"), ids);
    }

    private String password(String role) {
        return state.keep(name(role, "password"), () -> "Sandbox-" + Names.random(16) + "!7");
    }

    private String name(String role, String what) {
        return account + "." + role + "." + what;
    }

    private static String gseId() {
        return "ins-" + Names.hex32().substring(0, 8);
    }
}
