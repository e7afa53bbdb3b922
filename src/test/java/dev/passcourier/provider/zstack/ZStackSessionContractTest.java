package dev.passcourier.provider.zstack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.passcourier.provider.Answer;
import dev.passcourier.provider.ProviderBench;
import dev.passcourier.provider.ProviderContract;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.request.Verdict;
import dev.passcourier.sandbox.SandboxInstance;
import dev.passcourier.sandbox.ZStackSandbox;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZStackSessionContractTest extends ProviderContract {

    private final ZStackSandbox cloud = ZStackSandbox.start(clock);

    @Override
    protected ProviderType provider() {
        return new ZStackProvider();
    }

    @Override
    protected ZStackSandbox cloud() {
        return cloud;
    }

    @Override
    protected String settings(String secret) {
        return """
                {"endpoint":"%s","auth":{"type":"session","account":"%s","password":"%s"}}""".formatted(cloud.baseUrl(), cloud.accountName(), secret);
    }

    @Override
    protected String secret() {
        return cloud.accountPassword();
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

    @Test
    void givesTheSessionBackAtTheStop(@TempDir Path folder) throws Exception {
        int others = cloud.tokensOpen();
        ProviderBench ending = anotherBench(folder);
        try {
            ending.askForAny();
            assertThat(cloud.tokensOpen()).isEqualTo(others + 1);

            ending.signOut();
            assertThat(cloud.tokensOpen()).isEqualTo(others);
        } finally {
            ending.close();
        }
    }

    @Test
    void readsThePasswordWhereOldServersPutIt() throws Exception {
        String password = bench().canary();
        String id = newId();
        cloud.addOldStyleInstance(id, password);

        assertThat(bench().open(bench().ask(id))).isEqualTo(password);
    }

    @Test
    void leavesAMaskedPasswordToTheVault() throws Exception {
        String id = newId();
        cloud.addMaskedInstance(id, bench().canary());

        assertThat(bench().open(bench().ask(id))).isEqualTo("*****");
    }
}
