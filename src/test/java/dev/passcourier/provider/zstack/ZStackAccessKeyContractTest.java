package dev.passcourier.provider.zstack;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderCases;
import dev.passcourier.provider.ProviderContract;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.SandboxCloud;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.ZStackSandbox;
import java.time.ZoneId;
import java.util.Map;

/** The server keeps Shanghai's time and compares local times, as by default. */
class ZStackAccessKeyContractTest extends ProviderContract {

    private final ZStackSandbox cloud = ZStackSandbox.start(clock);

    ZStackAccessKeyContractTest() {
        cloud.serverZone(ZoneId.of("Asia/Shanghai"));
    }

    @Override
    protected ProviderType provider() {
        return new ZStackProvider();
    }

    @Override
    protected SandboxCloud cloud() {
        return cloud;
    }

    @Override
    protected String settings(String secret) {
        return """
                {"endpoint":"%s","auth":{"type":"access-key","id":"%s","secret":"%s","timeZone":"Asia/Shanghai"}}""".formatted(cloud.baseUrl(), cloud.accessKeyId(), secret);
    }

    @Override
    protected String secret() {
        return cloud.accessKeySecret();
    }

    @Override
    protected SandboxInstance addInstance(String id, String password) {
        return cloud.addInstance(id, password);
    }

    @Override
    protected String newId() {
        return super.newId().replace("-", "");
    }

    @Override
    protected Answer withoutPassword() {
        return new Answer.Ended(Verdict.NOT_SET, "NOT_SET");
    }

    @Override
    protected Map<ProviderCases, String> unsupported() {
        return ProviderCases.aboutSessions("an access key signs every call");
    }
}
