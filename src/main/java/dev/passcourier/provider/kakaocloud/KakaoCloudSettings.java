package dev.passcourier.provider.kakaocloud;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.passcourier.config.SecretRef;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a KakaoCloud account.
 *
 * @param region           names the host; new regions need no release of ours
 * @param endpoint         of BCS, or null for the region's
 * @param identityEndpoint of IAM, or null for the public one
 * @param auth             how to get a token
 */
record KakaoCloudSettings(
        @Nullable String region,
        @Nullable URI endpoint,
        @Nullable URI identityEndpoint,
        Auth auth) {

    /** The region where BCS is. */
    static final String DEFAULT_REGION = "kr-central-2";

    /** Fills in the region. */
    KakaoCloudSettings {
        region = Objects.requireNonNullElse(region, DEFAULT_REGION);
    }

    /** One of three ways to get a token. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = AccessKey.class, name = "access-key"),
        @JsonSubTypes.Type(value = NamedAccessKey.class, name = "named-access-key"),
        @JsonSubTypes.Type(value = UserPassword.class, name = "password")
    })
    sealed interface Auth {}

    /** The id of an IAM access key. */
    record AccessKey(String id, SecretRef secret) implements Auth {}

    /** The name of an IAM access key, and whose it is. */
    record NamedAccessKey(String name, String userId, SecretRef secret) implements Auth {}

    /** A user of an organization. */
    record UserPassword(String user, SecretRef password, String organization, String project) implements Auth {}
}
