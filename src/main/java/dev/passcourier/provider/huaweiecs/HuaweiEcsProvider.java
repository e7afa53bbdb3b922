package dev.passcourier.provider.huaweiecs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.BaseUrl;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.Environment;
import dev.passcourier.provider.HeaderSecret;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.provider.keystone.KeystoneCredential;
import dev.passcourier.provider.keystone.KeystoneSignIn;
import dev.passcourier.provider.keystone.ProjectScope;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;

/**
 * Huawei Cloud's {@code os-server-password}: the initial password of a Windows server, encrypted to its key pair.
 * Source: the ECS and IAM API references and the official Java SDK 3.1.170. Tokens for users with multi-factor
 * authentication are left out: their codes change every half minute.
 */
public final class HuaweiEcsProvider implements ProviderType {

    private static final String ECS = "https://ecs.%s.myhuaweicloud.com";
    private static final String IAM = "https://iam.%s.myhuaweicloud.com";
    private static final KeystoneSignIn.Tokens TOKENS =
            new KeystoneSignIn.Tokens("/v3/auth/tokens", "nocatalog=true", "application/json;charset=utf8");

    @Override
    public String id() {
        return "huawei-ecs";
    }

    /** Limits of users are much lower than the gateway's 200 per second, down to 200 in five minutes. */
    @Override
    public double defaultRate() {
        return 2;
    }

    @Override
    public Map<String, URI> endpoints(AccountSettings account) throws ConfigurationException {
        return endpoints(account.as(HuaweiSettings.class));
    }

    @Override
    public boolean clears() {
        return true;
    }

    @Override
    public Map<String, String> routeParameters(AccountSettings account) throws ConfigurationException {
        return account.as(HuaweiSettings.class).api().routeParameters();
    }

    /** The names of the official SDKs; the region, which those have in code, as the Terraform provider names it. */
    @Override
    public ObjectNode settings(Environment environment) throws ConfigurationException {
        ObjectNode settings = environment
                .settings()
                .put("region", environment.needed("region", "HUAWEICLOUD_SDK_REGION", "HW_REGION_NAME"));
        environment
                .text("project-id", "HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID")
                .ifPresent(id -> settings.put("projectId", id));
        ObjectNode auth = settings.putObject("auth")
                .put("type", "aksk")
                .put("accessKey", environment.needed("access-key", "HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY"))
                .put("secretKey", environment.neededSecret("HUAWEICLOUD_SDK_SK", "HW_SECRET_KEY"));
        environment
                .secret("HUAWEICLOUD_SDK_SECURITY_TOKEN", "HW_SECURITY_TOKEN")
                .ifPresent(token -> auth.put("securityToken", token));
        return settings;
    }

    @Override
    public CloudProtocol protocol(AccountSettings account) throws ConfigurationException {
        return protocol(account.as(HuaweiSettings.class), account.clock());
    }

    @Override
    public void demandUsable(String account, JsonNode settings, Clock clock) throws ConfigurationException {
        ProviderType.super.demandUsable(account, settings, clock);
        HuaweiSettings huawei = new AccountSettings(account, settings, clock).as(HuaweiSettings.class);
        if (huawei.auth() instanceof HuaweiSettings.AccessKey keys && keys.securityToken() != null) {
            HeaderSecret.read("securityToken", keys.securityToken());
        }
    }

    static Map<String, URI> endpoints(HuaweiSettings settings) throws ConfigurationException {
        boolean signed = settings.auth() instanceof HuaweiSettings.AccessKey;
        return signed && settings.projectId() != null
                ? Map.of("api", ecs(settings))
                : Map.of("api", ecs(settings), "sign-in", iam(settings));
    }

    static HuaweiProtocol protocol(HuaweiSettings settings, Clock clock) throws ConfigurationException {
        return settings.auth() instanceof HuaweiSettings.AccessKey keys
                ? signed(settings, keys, clock)
                : byToken(settings, (HuaweiSettings.Token) settings.auth(), clock);
    }

    private static HuaweiProtocol byToken(HuaweiSettings settings, HuaweiSettings.Token token, Clock clock) {
        HuaweiFaults faults = new HuaweiFaults(true, clock);
        String name = Objects.requireNonNullElse(token.project(), settings.region());
        ProjectScope scope =
                settings.projectId() == null ? ProjectScope.name(name, null) : ProjectScope.id(settings.projectId());
        KeystoneCredential user =
                new KeystoneCredential.Password(token.user(), token.domain(), token.password(), scope);
        KeystoneSignIn signIn = new KeystoneSignIn(TOKENS, user, faults::ofSignIn, clock);
        return new HuaweiProtocol(settings, null, signIn, faults);
    }

    private static HuaweiProtocol signed(HuaweiSettings settings, HuaweiSettings.AccessKey keys, Clock clock)
            throws ConfigurationException {
        HuaweiFaults faults = new HuaweiFaults(false, clock);
        SdkHmacSigner signer = new SdkHmacSigner(keys, ecs(settings), clock);
        if (settings.projectId() != null) {
            return new HuaweiProtocol(settings, signer, null, faults);
        }
        SdkHmacSigner lookupSigner = new SdkHmacSigner(keys, iam(settings), clock);
        ProjectLookup lookup = new ProjectLookup(settings.region(), lookupSigner, faults, clock);
        return new HuaweiProtocol(settings, signer, lookup, faults);
    }

    private static URI ecs(HuaweiSettings settings) throws ConfigurationException {
        return BaseUrl.of("endpoint", settings.endpoint(), ECS, settings.region());
    }

    private static URI iam(HuaweiSettings settings) throws ConfigurationException {
        return BaseUrl.identity(
                "identityEndpoint",
                BaseUrl.of("identityEndpoint", settings.identityEndpoint(), IAM, settings.region()),
                "");
    }
}
