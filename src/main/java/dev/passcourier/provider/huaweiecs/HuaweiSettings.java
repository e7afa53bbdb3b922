package dev.passcourier.provider.huaweiecs;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.passcourier.config.SecretRef;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a Huawei Cloud account.
 *
 * @param region           names the hosts, and the project unless told otherwise
 * @param projectId        the project's id, or null to learn it when signing in
 * @param api              which of the two paths to ask
 * @param endpoint         of ECS, or null for the region's
 * @param identityEndpoint of IAM, or null for the region's
 * @param auth             how to authenticate
 */
record HuaweiSettings(
        String region,
        @Nullable String projectId,
        @Nullable Api api,
        @Nullable URI endpoint,
        @Nullable URI identityEndpoint,
        Auth auth) {

    /** Fills in the path. */
    HuaweiSettings {
        api = Objects.requireNonNullElse(api, Api.ECS_V1);
    }

    /** The two paths that lead to the same password. They ask for different permissions. */
    enum Api {
        /** Huawei's own. */
        @JsonProperty("ecs-v1")
        ECS_V1("v1", "cloudservers"),
        /** OpenStack Nova's. */
        @JsonProperty("nova-v2.1")
        NOVA_V2_1("v2.1", "servers");

        private final String version;
        private final String collection;

        Api(String version, String collection) {
            this.version = version;
            this.collection = collection;
        }

        /** What the route's path has for it. */
        Map<String, String> routeParameters() {
            return Map.of("version", version, "collection", collection);
        }
    }

    /** One of two ways to authenticate. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Token.class, name = "token"),
        @JsonSubTypes.Type(value = AccessKey.class, name = "aksk")
    })
    sealed interface Auth {}

    /**
     * A token for an IAM user's password.
     *
     * @param domain  the account's name
     * @param project the project's name where no id is set, or null for the region's own
     */
    record Token(
            String user,
            String domain,
            SecretRef password,
            @Nullable String project) implements Auth {}

    /**
     * Access keys that sign every call.
     *
     * @param securityToken of temporary keys, or null
     */
    record AccessKey(
            String accessKey, SecretRef secretKey, @Nullable SecretRef securityToken) implements Auth {}
}
