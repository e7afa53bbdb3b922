package dev.passcourier.provider.huaweiecs;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderCases;
import dev.passcourier.provider.ProviderContract;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.KeyPairs;
import dev.passcourier.sandbox.SandboxCloud;
import dev.passcourier.sandbox.SandboxInstance;
import java.time.Duration;
import java.util.Map;

class HuaweiAccessKeyContractTest extends ProviderContract {

    private final HuaweiEcsSandbox cloud = HuaweiEcsSandbox.start(clock);

    @Override
    protected ProviderType provider() {
        return new HuaweiEcsProvider();
    }

    @Override
    protected SandboxCloud cloud() {
        return cloud;
    }

    @Override
    protected String settings(String secret) {
        return """
                {"region":"%s","projectId":"%s","endpoint":"%s","identityEndpoint":"%s",
                 "auth":{"type":"aksk","accessKey":"%s","secretKey":"%s"}}""".formatted(
                cloud.projectName(), cloud.projectId(), cloud.baseUrl(), cloud.iamUrl(), cloud.accessKey(), secret);
    }

    @Override
    protected String secret() {
        return cloud.secretKey();
    }

    @Override
    protected SandboxInstance addInstance(String id, String password) {
        return cloud.addInstance(id, password, KeyPairs.RSA.getPublic());
    }

    @Override
    protected Answer withoutPassword() {
        return new Answer.NotYet("EMPTY");
    }

    /** Users' quotas are counted over five minutes. */
    @Override
    protected Duration waitWhenThrottled() {
        return Duration.ofMinutes(5);
    }

    @Override
    protected Map<ProviderCases, String> unsupported() {
        return ProviderCases.aboutSessions("AK/SK sign every call");
    }
}
