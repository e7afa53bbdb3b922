package dev.passcourier.provider.kakaocloud;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.BaseUrl;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.Environment;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.provider.keystone.KeystoneCredential;
import dev.passcourier.provider.keystone.KeystoneFaults;
import dev.passcourier.provider.keystone.KeystoneSignIn;
import dev.passcourier.provider.keystone.ProjectScope;
import java.net.URI;
import java.time.Clock;
import java.util.Map;

/**
 * KakaoCloud's {@code GetInstancePassword}: the administrator password of a Windows instance, encrypted to its key
 * pair. Source: the official Go SDK {@code kc-sdk-go} 1.3.0 and Terraform provider 0.4.1.
 */
public final class KakaoCloudProvider implements ProviderType {

    private static final String BCS = "https://bcs.%s.kakaocloud.com";
    private static final String IAM = "https://iam.kakaocloud.com";
    private static final KeystoneSignIn.Tokens TOKENS =
            new KeystoneSignIn.Tokens("/identity/v3/auth/tokens", null, "application/json");

    @Override
    public String id() {
        return "kakaocloud";
    }

    /** The limits are not published; five calls per second and key stay well below what the SDK's users see. */
    @Override
    public double defaultRate() {
        return 5;
    }

    @Override
    public Map<String, URI> endpoints(AccountSettings account) throws ConfigurationException {
        return endpoints(account.as(KakaoCloudSettings.class));
    }

    /** The names of the official Terraform provider; the region as ours. */
    @Override
    public ObjectNode settings(Environment environment) throws ConfigurationException {
        ObjectNode settings = environment.settings();
        environment.text("region", "KAKAOCLOUD_REGION").ifPresent(region -> settings.put("region", region));
        settings.putObject("auth")
                .put("type", "access-key")
                .put("id", environment.needed("access-key", "KAKAOCLOUD_APPLICATION_CREDENTIAL_ID"))
                .put("secret", environment.neededSecret("KAKAOCLOUD_APPLICATION_CREDENTIAL_SECRET"));
        return settings;
    }

    @Override
    public CloudProtocol protocol(AccountSettings account) throws ConfigurationException {
        return protocol(account.as(KakaoCloudSettings.class), account.clock());
    }

    static Map<String, URI> endpoints(KakaoCloudSettings settings) throws ConfigurationException {
        return Map.of(
                "api", BaseUrl.of("endpoint", settings.endpoint(), BCS, settings.region()),
                "sign-in",
                        BaseUrl.identity(
                                "identityEndpoint",
                                BaseUrl.of("identityEndpoint", settings.identityEndpoint(), IAM, settings.region()),
                                "/identity"));
    }

    static KakaoCloudProtocol protocol(KakaoCloudSettings settings, Clock clock) {
        KeystoneSignIn signIn = new KeystoneSignIn(
                TOKENS, credential(settings.auth()), reply -> KeystoneFaults.of(reply, clock), clock);
        return new KakaoCloudProtocol(signIn, new KakaoCloudFaults(clock));
    }

    private static KeystoneCredential credential(KakaoCloudSettings.Auth auth) {
        if (auth instanceof KakaoCloudSettings.AccessKey key) {
            return new KeystoneCredential.ApplicationCredential(key.id(), key.secret());
        }
        if (auth instanceof KakaoCloudSettings.NamedAccessKey key) {
            return new KeystoneCredential.NamedApplicationCredential(key.name(), key.userId(), key.secret());
        }
        KakaoCloudSettings.UserPassword user = (KakaoCloudSettings.UserPassword) auth;
        ProjectScope project = ProjectScope.name(user.project(), user.organization());
        return new KeystoneCredential.Password(user.user(), user.organization(), user.password(), project);
    }
}
