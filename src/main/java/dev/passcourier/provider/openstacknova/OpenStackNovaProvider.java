package dev.passcourier.provider.openstacknova;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.passcourier.config.ConfigurationException;
import dev.passcourier.provider.AccountSettings;
import dev.passcourier.provider.BaseUrl;
import dev.passcourier.provider.CloudProtocol;
import dev.passcourier.provider.Environment;
import dev.passcourier.provider.ProviderType;
import dev.passcourier.provider.keystone.KeystoneFaults;
import dev.passcourier.provider.keystone.KeystoneSignIn;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
    public boolean clears() {
        return true;
    }

    /** What {@code openrc} files and {@code clouds.yaml} say. */
    @Override
    public ObjectNode settings(Environment environment) throws ConfigurationException {
        ObjectNode settings = environment.settings();
        if (!settings.has("identityEndpoint")) {
            settings.put("identityEndpoint", environment.needed("identity-endpoint", "OS_AUTH_URL"));
        }
        environment.text("region", "OS_REGION_NAME").ifPresent(region -> settings.put("region", region));
        environment.text("trust", "OS_CACERT").ifPresent(file -> settings.put("trust", file));
        Optional<String> id = environment.text("", "OS_APPLICATION_CREDENTIAL_ID");
        Optional<String> name = environment.text("", "OS_APPLICATION_CREDENTIAL_NAME");
        ObjectNode auth = settings.putObject("auth");
        if (id.isPresent() || name.isPresent()) {
            auth.put("secret", environment.neededSecret("OS_APPLICATION_CREDENTIAL_SECRET"));
            if (id.isPresent()) {
                auth.put("type", "application-credential").put("id", id.get());
            } else {
                auth.put("type", "named-application-credential")
                        .put("name", name.get())
                        .put("userId", environment.needed("", "OS_USER_ID"));
            }
        } else {
            user(auth.put("type", "password"), environment);
        }
        return settings;
    }

    private static void user(ObjectNode auth, Environment environment) throws ConfigurationException {
        auth.put("user", environment.needed("", "OS_USERNAME"))
                .put("password", environment.neededSecret("OS_PASSWORD"));
        environment.text("", "OS_USER_DOMAIN_NAME").ifPresent(domain -> auth.put("userDomain", domain));
        environment.text("", "OS_PROJECT_DOMAIN_NAME").ifPresent(domain -> auth.put("projectDomain", domain));
        Optional<String> project = environment.text("project-id", "OS_PROJECT_ID", "OS_TENANT_ID");
        if (project.isPresent()) {
            auth.put("projectId", project.get());
        } else {
            auth.put("project", environment.needed("", "OS_PROJECT_NAME", "OS_TENANT_NAME"));
        }
    }

    @Override
    public boolean learnsEndpoint(AccountSettings account) throws ConfigurationException {
        return account.as(OpenStackNovaSettings.class).endpoint() == null;
    }

    @Override
    public Map<String, URI> endpoints(AccountSettings account) throws ConfigurationException {
        OpenStackNovaSettings settings = account.as(OpenStackNovaSettings.class);
        URI identity =
                BaseUrl.identity("identityEndpoint", BaseUrl.of("identityEndpoint", settings.identityEndpoint()), "");
        URI api = settings.endpoint() == null ? identity : versioned(BaseUrl.of("endpoint", settings.endpoint()));
        return Map.of("api", api, "sign-in", identity);
    }

    @Override
    public CloudProtocol protocol(AccountSettings account) throws ConfigurationException {
        OpenStackNovaSettings settings = account.as(OpenStackNovaSettings.class);
        KeystoneSignIn signIn = new KeystoneSignIn(
                settings.endpoint() == null ? withCatalogue(settings.region()) : TOKENS,
                settings.auth().credential(),
                reply -> KeystoneFaults.of(reply, account.clock()),
                account.clock());
        return new OpenStackNovaProtocol(signIn, new OpenStackNovaFaults(account.clock()));
    }

    private static KeystoneSignIn.Tokens withCatalogue(@Nullable String region) {
        return new KeystoneSignIn.Tokens(TOKENS.path(), null, TOKENS.contentType(), true, region);
    }

    /** Catalogues may name the service without a version of its API. */
    private static URI versioned(URI base) {
        return VERSIONED.matcher(base.getRawPath()).find() ? base : URI.create(base + "/v2.1");
    }
}
