package dev.passcourier.provider.openstacknova;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.passcourier.config.SecretRef;
import dev.passcourier.provider.keystone.KeystoneCredential;
import dev.passcourier.provider.keystone.ProjectScope;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an OpenStack account.
 *
 * @param endpoint         of Nova, as the catalogue has it, with or without a version; null to take the catalogue's, which only
 *                         an account from the environment does
 * @param region           which of the catalogue's to take, or null
 * @param identityEndpoint of Keystone, with or without {@code /v3}
 * @param auth             how to get a token
 */
record OpenStackNovaSettings(
        @Nullable URI endpoint, @Nullable String region, URI identityEndpoint, Auth auth) {

    /** One of three ways to get a token. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = ById.class, name = "application-credential"),
        @JsonSubTypes.Type(value = ByName.class, name = "named-application-credential"),
        @JsonSubTypes.Type(value = UserPassword.class, name = "password")
    })
    sealed interface Auth {

        /** What to prove it with. */
        KeystoneCredential credential();
    }

    /** The id of an application credential. */
    record ById(String id, SecretRef secret) implements Auth {
        @Override
        public KeystoneCredential credential() {
            return new KeystoneCredential.ApplicationCredential(id, secret);
        }
    }

    /** The name of an application credential, and whose it is. */
    record ByName(String name, String userId, SecretRef secret) implements Auth {
        @Override
        public KeystoneCredential credential() {
            return new KeystoneCredential.NamedApplicationCredential(name, userId, secret);
        }
    }

    /**
     * A user and a project.
     *
     * @param userDomain    name of the user's domain, or null for {@code Default}
     * @param project       name of the project, or null if its id is there
     * @param projectId     id of the project, which only an account from the environment has; or null
     * @param projectDomain name of the project's domain, or null for {@code Default}
     */
    record UserPassword(
            String user,
            @Nullable String userDomain,
            SecretRef password,
            @Nullable String project,
            @Nullable String projectId,
            @Nullable String projectDomain)
            implements Auth {

        private static final String DEFAULT = "Default";

        @Override
        public KeystoneCredential credential() {
            ProjectScope scope = projectId == null
                    ? ProjectScope.name(
                            Objects.requireNonNull(project), Objects.requireNonNullElse(projectDomain, DEFAULT))
                    : ProjectScope.id(projectId);
            return new KeystoneCredential.Password(
                    user, Objects.requireNonNullElse(userDomain, DEFAULT), password, scope);
        }
    }
}
