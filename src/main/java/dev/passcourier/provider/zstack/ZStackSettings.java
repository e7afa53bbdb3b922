package dev.passcourier.provider.zstack;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.passcourier.config.SecretRef;
import java.net.URI;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a ZStack account.
 *
 * @param endpoint the management node with its context path, such as {@code http://mn.example:8080/zstack}
 * @param auth     how to authenticate
 */
record ZStackSettings(URI endpoint, Auth auth) {

    /** One of the two schemes. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = SessionAuth.class, name = "session"),
        @JsonSubTypes.Type(value = AccessKeyAuth.class, name = "access-key")
    })
    sealed interface Auth {}

    /** Log in with an account's name and password. */
    record SessionAuth(String account, SecretRef password) implements Auth {}

    /**
     * Sign every call.
     *
     * @param timeZone the server's zone, or null for this machine's
     */
    record AccessKeyAuth(
            String id, SecretRef secret, @Nullable ZoneId timeZone) implements Auth {}
}
