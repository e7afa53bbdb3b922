package dev.passcourier.provider.huaweiecs;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderContract;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.sandbox.HuaweiEcsSandbox;
import dev.passcourier.sandbox.KeyPairs;
import dev.passcourier.sandbox.SandboxCloud;
import dev.passcourier.sandbox.SandboxInstance;
import java.time.Duration;

class HuaweiTokenContractTest extends ProviderContract {

    final HuaweiEcsSandbox cloud = HuaweiEcsSandbox.start(clock);

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
                {"region":"%s","endpoint":"%s","identityEndpoint":"%s",
                 "auth":{"type":"token","user":"%s","domain":"%s","password":"%s"}}""".formatted(
                cloud.projectName(), cloud.baseUrl(), cloud.iamUrl(), cloud.userName(), cloud.domainName(), secret);
    }

    @Override
    protected String secret() {
        return cloud.userPassword();
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
}
