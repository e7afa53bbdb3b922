package dev.passcourier.provider.openstacknova;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderContract;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.KeyPairs;
import dev.passcourier.sandbox.OpenStackNovaSandbox;
import dev.passcourier.sandbox.SandboxCloud;
import dev.passcourier.sandbox.SandboxInstance;
import org.junit.jupiter.api.Test;

class OpenStackNovaContractTest extends ProviderContract {

    final OpenStackNovaSandbox cloud = OpenStackNovaSandbox.start(clock);

    @Override
    protected ProviderType provider() {
        return new OpenStackNovaProvider();
    }

    @Override
    protected SandboxCloud cloud() {
        return cloud;
    }

    @Override
    protected String settings(String secret) {
        return """
                {"endpoint":"%s/v2.1","identityEndpoint":"%s/v3",
                 "auth":{"type":"application-credential","id":"%s","secret":"%s"}}""".formatted(cloud.baseUrl(), cloud.keystoneUrl(), cloud.credentialId(), secret);
    }

    @Override
    protected String secret() {
        return cloud.credentialSecret();
    }

    @Override
    protected SandboxInstance addInstance(String id, String password) {
        return cloud.addInstance(id, password, KeyPairs.RSA.getPublic());
    }

    @Override
    protected Answer withoutPassword() {
        return new Answer.NotYet("EMPTY");
    }

    @Test
    void neverGetsThePasswordOfAServerWithoutKeyPair() {
        String id = cloud.addInstanceWithoutKeyPair(newId()).id();

        assertThat(bench().ask(id)).isEqualTo(new Answer.Ended(Verdict.NEVER, "NO_KEY_PAIR"));
        assertThat(bench().calls()).last().satisfies(call -> assertThat(call.path())
                .isEqualTo("/v2.1/servers/" + id));
    }

    @Test
    void waitsForNoPasswordOfAServerThatDidNotStart() {
        String id = cloud.addFailedInstance(newId()).id();

        assertThat(bench().ask(id)).isEqualTo(new Answer.Ended(Verdict.FAILED, "SERVER_ERROR"));
    }

    @Test
    void waitsWhereTheCredentialMayNotLookAtTheServer() {
        String id = cloud.addInstanceWithoutKeyPair(newId()).id();
        cloud.restrictToPasswords(true);
        Answer answer = bench().ask(id);
        cloud.restrictToPasswords(false);

        assertThat(answer).isEqualTo(new Answer.NotYet("EMPTY"));
    }
}
