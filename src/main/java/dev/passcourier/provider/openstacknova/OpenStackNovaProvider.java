package dev.passcourier.provider.openstacknova;

import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.BaseUrl;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.provider.keystone.KeystoneFaults;
import dev.passcourier.provider.keystone.KeystoneSignIn;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * OpenStack Nova's {@code os-server-password}: what the guest published of its password, encrypted to its key pair.
 * Source: Nova's and Keystone's own code of 2026, and the Compute API reference. No microversion is asked for: the call is
 * the same in all of them.
 */
public final class OpenStackNovaProvider implements ProviderType {

    /** The catalogue, which nobody reads here, is long. */
    private static final KeystoneSignIn.Tokens TOKENS =
            new KeystoneSignIn.Tokens("/v3/auth/tokens", "nocatalog=true", "application/json");

    private static final Pattern VERSIONED = Pattern.compile("/v2(\\.[0-9]+)?(/|$)");

    @Override
    public String id() {
        return "openstack-nova";
    }

    /** Nova has no limiter of its own; what stands before it may. */
    @Override
    public double defaultRate() {
        return 5;
    }

    @Override
    public Map<String, URI> endpoints(AccountSettings account) throws ConfigurationException {
        OpenStackNovaSettings settings = account.as(OpenStackNovaSettings.class);
        return Map.of(
                "api", versioned(BaseUrl.of("endpoint", settings.endpoint())),
                "sign-in",
                        BaseUrl.identity(
                                "identityEndpoint", BaseUrl.of("identityEndpoint", settings.identityEndpoint()), ""));
    }

    @Override
    public CloudProtocol protocol(AccountSettings account) throws ConfigurationException {
        OpenStackNovaSettings settings = account.as(OpenStackNovaSettings.class);
        KeystoneSignIn signIn = new KeystoneSignIn(
                TOKENS,
                settings.auth().credential(),
                reply -> KeystoneFaults.of(reply, account.clock()),
                account.clock());
        return new OpenStackNovaProtocol(signIn, new OpenStackNovaFaults(account.clock()));
    }

    /** Catalogues may name the service without a version of its API. */
    private static URI versioned(URI base) {
        return VERSIONED.matcher(base.getRawPath()).find() ? base : URI.create(base + "/v2.1");
    }
}
