package dev.passcourier.provider.tencentgse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.Environment;
import dev.passcourier.provider.ProviderType;
import java.net.URI;
import java.time.Clock;
import java.util.Map;

/**
 * Tencent Cloud GSE's {@code GetInstanceAccess}, version 2019-11-12. Tencent has taken GSE off line, so a real account
 * most likely ends in {@code PROVIDER_GONE}; signing is proven against the official SDK.
 */
public final class TencentGseProvider implements ProviderType {

    @Override
    public String id() {
        return "tencent-gse";
    }

    /** The documented limit of the action. */
    @Override
    public double defaultRate() {
        return 20;
    }

    @Override
    public Map<String, URI> endpoints(AccountSettings account) throws ConfigurationException {
        return Map.of("api", account.as(TencentGseSettings.class).base());
    }

    /** They stand among the other settings. */
    @Override
    public JsonNode credentials(JsonNode settings) {
        return ((ObjectNode) settings).deepCopy().retain("secretId", "secretKey", "token");
    }

    /** The names of the official SDKs, and the Terraform provider's for token and region. */
    @Override
    public ObjectNode settings(Environment environment) throws ConfigurationException {
        ObjectNode settings = environment
                .settings()
                .put("region", environment.needed("region", "TENCENTCLOUD_REGION"))
                .put("secretId", environment.needed("access-key", "TENCENTCLOUD_SECRET_ID"))
                .put("secretKey", environment.neededSecret("TENCENTCLOUD_SECRET_KEY"));
        environment
                .secret("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN")
                .ifPresent(token -> settings.put("token", token));
        return settings;
    }

    @Override
    public CloudProtocol protocol(AccountSettings account) throws ConfigurationException {
        return new InstanceAccessProtocol(account.as(TencentGseSettings.class), account.clock());
    }

    @Override
    public void demandUsable(String account, JsonNode settings, Clock clock) throws ConfigurationException {
        ProviderType.super.demandUsable(account, settings, clock);
        TencentGseSettings gse = new AccountSettings(account, settings, clock).as(TencentGseSettings.class);
        new Credentials(gse.secretId(), gse.secretKey(), gse.token()).demandUsable();
    }
}
